import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { Endpoint } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { request } from '../../lib/api.ts'
import { notifyDone, notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { RotateSecret } from './rotate-secret.tsx'

/** What can be done to an endpoint. */
export function EndpointActions({ endpoint }: { endpoint: Endpoint }) {
  const { id, name, isActive } = endpoint
  const queries = useQueryClient()
  const navigate = useNavigate()
  const refresh = () => queries.invalidateQueries({ queryKey: [paths.endpoints] })
  const setActive = (active: boolean) =>
    request('PATCH', paths.endpoint(id), { body: { isActive: active } }).then(() => refresh())
  const enable = useMutation({
    mutationFn: () => setActive(true),
    onSuccess: () => notifyDone(`${name} is enabled.`),
    onError: notifyProblem,
  })
  return (
    <>
      <LinkButton variant="default" to="/endpoints/$endpointId/edit" params={{ endpointId: id }}>
        Edit
      </LinkButton>
      <RotateSecret endpoint={endpoint} />
      {isActive ? (
        <ConfirmButton
          label="Disable"
          title={`Disable ${name}?`}
          confirmLabel="Disable the endpoint"
          onConfirm={() => setActive(false)}
        >
          It gets no further events. What happens meanwhile can be replayed as missed events once it is enabled again.
        </ConfirmButton>
      ) : (
        <Button loading={enable.isPending} onClick={() => enable.mutate()}>
          Enable
        </Button>
      )}
      <ConfirmButton
        label="Delete"
        title={`Delete ${name}?`}
        confirmLabel="Delete the endpoint"
        button={{ c: 'var(--mantine-color-error)' }}
        onConfirm={async () => {
          await request('DELETE', paths.endpoint(id))
          await navigate({ to: '/endpoints' })
          await refresh()
        }}
      >
        Its deliveries that are waiting are dropped, and its secret is gone for good. The events stay.
      </ConfirmButton>
    </>
  )
}
