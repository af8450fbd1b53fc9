import { AppShell, Burger, Group } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { Logo } from '../components/logo.tsx'
import { useSession } from '../lib/session.ts'
import { FirstWorkspace } from './first-workspace.tsx'
import { Navigation } from './navigation.tsx'

/** The frame of every page: the rail (a drawer on a phone), the way past it for a keyboard, and the page. */
export function Shell() {
  const { workspace } = useSession()
  const [opened, { toggle, close }] = useDisclosure(false)
  const pathname = useRouterState({ select: ({ location }) => location.pathname })
  const main = useRef<HTMLElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const previousPath = useRef(pathname)

  // After a change of page a keyboard or screen reader goes on in the page, not at the end of the rail.
  useEffect(() => {
    if (previousPath.current === pathname) return
    previousPath.current = pathname
    close()
    main.current?.focus({ preventScroll: true })
  }, [pathname, close])

  // The drawer of a phone is left by Escape from wherever the focus is, which then returns to what opened it.
  useHotkeys(opened ? [['Escape', leaveDrawer]] : [], [])
  function leaveDrawer() {
    close()
    opener.current?.focus()
  }

  return (
    <AppShell
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      header={{ height: 52, collapsed: false }}
      layout="alt"
      mode="fixed"
      className="shell"
    >
      <a href="#main" className="skip-link">
        Skip to the content
      </a>
      <AppShell.Header className="topbar" hiddenFrom="sm">
        <Group h="100%" px="md" justify="space-between">
          <Link to="/" className="rail-brand">
            <Logo /> Tenon
          </Link>
          <Burger
            ref={opener}
            opened={opened}
            onClick={toggle}
            color="#f2f7f4"
            size="sm"
            aria-label={opened ? 'Close the navigation' : 'Open the navigation'}
            aria-expanded={opened}
          />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className="rail">
        <Navigation onClose={close} />
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1} className="main">
        <div className="content">{workspace ? <Outlet /> : <FirstWorkspace />}</div>
      </AppShell.Main>
    </AppShell>
  )
}
