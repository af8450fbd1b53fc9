import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { Integration } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'
import { TestButton } from './test-button.tsx'

/** What can be done to an integration at any time; what its condition asks for stands in its notice. */
export function IntegrationActions({ integration }: { integration: Integration }) {
  const { id, name, isActive, hasCredentials, authType } = integration
  const queries = useQueryClient()
  const navigate = useNavigate()
  const refresh = () => queries.invalidateQueries({ queryKey: [paths.integrations] })
  const isConnected = hasCredentials || authType === 'none'
  return (
    <>
      {isConnected && <TestButton integration={integration} />}
      {isConnected && (
        <LinkButton variant="default" to="/connected/$integrationId/reconnect" params={{ integrationId: id }}>
          Reconnect
        </LinkButton>
      )}
      {isActive && (
        <ConfirmButton
          label="Switch off"
          title={`Switch ${name} off?`}
          confirmLabel="Switch it off"
          onConfirm={async () => {
            await request('POST', paths.ofIntegration(id, 'disable'))
            await refresh()
          }}
        >
          Nothing reaches it until it is switched on again. Deliveries for it wait and are not lost.
        </ConfirmButton>
      )}
      <ConfirmButton
        label="Delete"
        title={`Delete ${name}?`}
        confirmLabel="Delete the integration"
        button={{ c: 'var(--mantine-color-error)' }}
        onConfirm={async () => {
          await request('DELETE', paths.integration(id))
          await navigate({ to: '/connected' })
          await refresh()
        }}
      >
        Its credentials are forgotten here and taken back at the vendor, its subscriptions end, and what waits for it is
        dropped. Its log stays. What was made at the vendor stays there.
      </ConfirmButton>
    </>
  )
}
