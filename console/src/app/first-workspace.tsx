import { Button } from '@mantine/core'
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { Empty } from '../components/list-states.tsx'
import { useSession } from '../lib/session.ts'

/** Shown instead of a page while there is no workspace to be in. */
export function FirstWorkspace() {
  const { person } = useSession()
  const navigate = useNavigate()
  const pathname = useRouterState({ select: ({ location }) => location.pathname })
  if (pathname === '/workspaces' || pathname === '/account') return <Outlet />
  if (!person.platformAdmin)
    return <Empty title="You are in no workspace">Ask an owner of yours to add {person.email} to it.</Empty>
  return (
    <Empty
      title="There is no workspace yet"
      action={<Button onClick={() => void navigate({ to: '/workspaces' })}>Create the first workspace</Button>}
    >
      A workspace holds one tenant’s events, endpoints and keys.
    </Empty>
  )
}
