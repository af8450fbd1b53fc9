import { Button, Group, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Integration } from 'tenon-sdk'
import { LinkButton } from '../../components/link-button.tsx'
import { Notice } from '../../components/notice.tsx'
import { request } from '../../lib/api.ts'
import { conditionOf } from '../../lib/integration-in-words.ts'
import { notifyDone, notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange } from '../../lib/session.ts'
import { TestButton } from './test-button.tsx'

/** What is wrong with an integration, in the vendor's words, and the next step as a button. */
export function ConditionNotice({ integration }: { integration: Integration }) {
  const { id, errorMessage, hasCredentials } = integration
  const mayChange = useMayChange()
  const reconnect = (label: string) =>
    mayChange && (
      <LinkButton size="compact-sm" to="/connected/$integrationId/reconnect" params={{ integrationId: id }}>
        {label}
      </LinkButton>
    )
  switch (conditionOf(integration)) {
    case 'reauth_required':
      return (
        <Notice tone="retrying" title="The vendor does not accept the credentials any more">
          {errorMessage && <VendorsWords text={errorMessage} />}
          Connect the account again; what waits for it goes on by itself then.
          <Group mt="sm">{reconnect('Reconnect')}</Group>
        </Notice>
      )
    case 'error':
      return (
        <Notice tone="dead" title="The account could not be used">
          {errorMessage && <VendorsWords text={errorMessage} />}
          Correct the settings or the credentials, then test again.
          <Group mt="sm" gap="xs">
            {mayChange && <TestButton integration={integration} variant="filled" />}
            {reconnect('Change credentials')}
          </Group>
        </Notice>
      )
    case 'pending':
      return (
        <Notice tone="quiet" title="Nobody has connected the account yet">
          Sign in at the vendor, or enter its key, to use it.
          <Group mt="sm">{reconnect('Connect')}</Group>
        </Notice>
      )
    case 'disconnected':
      return (
        <Notice tone="quiet" title="Disconnected">
          Its credentials are forgotten; settings and history are kept.
          <Group mt="sm">{reconnect('Connect again')}</Group>
        </Notice>
      )
    case 'off':
      return (
        <Notice tone="quiet" title="Switched off">
          Nothing reaches it. Deliveries for it wait and are not lost.
          {mayChange && hasCredentials && <Enable integration={integration} />}
        </Notice>
      )
    case 'paused':
      return (
        <Notice tone="retrying" title="Paused after many failures in a row">
          The vendor keeps failing. Deliveries wait, and the hub tries again by itself; the log shows what the vendor
          says.
        </Notice>
      )
    default:
      return null
  }
}

const VendorsWords = ({ text }: { text: string }) => (
  <Text size="sm" className="mono" mb={4}>
    {text}
  </Text>
)

function Enable({ integration: { id, name } }: { integration: Integration }) {
  const queries = useQueryClient()
  const enable = useMutation({
    mutationFn: () => request('POST', paths.ofIntegration(id, 'enable')),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [paths.integrations] })
      notifyDone(`${name} is switched on.`)
    },
    onError: notifyProblem,
  })
  return (
    <Group mt="sm">
      <Button size="compact-sm" loading={enable.isPending} onClick={() => enable.mutate()}>
        Switch on
      </Button>
    </Group>
  )
}
