import { Button, Group, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { CallDetail } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty } from '../../components/list-states.tsx'
import { Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { type CallDelivery, stepsInWords } from '../../lib/call-in-words.ts'
import { formatNumberOf } from '../../lib/format.ts'
import { notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { integrationsQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'
import { CallDeliveryMark } from './call-marks.tsx'

/** What became of a call at each integration, and the way to send it there again. */
export function CallDeliveries({ call }: { call: CallDetail }) {
  return (
    <Panel title="At the integrations" flush>
      {call.deliveries.length === 0 ? (
        call.status === 'completed' ? (
          <Empty title="It went nowhere" action={<LinkButton to="/catalogue">Connect an account</LinkButton>}>
            When it ended, no CRM, calendar or automation was connected that could use it.
          </Empty>
        ) : (
          <Empty title="Not yet">Integrations hear of it once the call is completed.</Empty>
        )
      ) : (
        <ol className="timeline">
          {call.deliveries.map((delivery) => (
            <li key={delivery.integrationId}>
              <Entry callId={call.id} delivery={delivery} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}

function Entry({ callId, delivery }: { callId: string; delivery: CallDelivery }) {
  const { integrationId, status, attempts, error, steps, updatedAt } = delivery
  const { data: integrations } = useQuery(integrationsQuery)
  const mayChange = useMayChange()
  const name = integrations?.find(({ id }) => id === integrationId)?.name ?? 'An integration'
  const done = stepsInWords(steps)
  return (
    <>
      <Group justify="space-between" gap="xs">
        <Group gap="md">
          <TextLink to="/connected/$integrationId" params={{ integrationId }} size="sm" fw={600}>
            {name}
          </TextLink>
          <CallDeliveryMark status={status} />
        </Group>
        <Text size="xs" c="dimmed">
          {formatNumberOf(attempts, 'try', 'tries')} · <Time at={updatedAt} />
        </Text>
      </Group>
      {done.map(({ text, id }) => (
        <Text key={text} size="sm" c="dimmed">
          {text}
          {id && (
            <>
              {' '}
              (<span className="mono">{id}</span>)
            </>
          )}
        </Text>
      ))}
      {error && (
        <Text size="sm" mt={4}>
          {error}
        </Text>
      )}
      {status === 'retrying' && (
        <Text size="sm" c="dimmed">
          It is tried again by itself.
        </Text>
      )}
      {mayChange && (status === 'failed' || status === 'unknown') && (
        <Group mt={8}>
          <Retry callId={callId} delivery={delivery} name={name} />
        </Group>
      )}
    </>
  )
}

function Retry({ callId, delivery, name }: { callId: string; delivery: CallDelivery; name: string }) {
  const queries = useQueryClient()
  const send = async (outcome?: 'done' | 'not_done') => {
    await request('POST', paths.retryCall(callId, delivery.integrationId), { body: outcome ? { outcome } : {} })
    await queries.invalidateQueries({ queryKey: [paths.calls] })
  }
  const retry = useMutation({ mutationFn: send, onError: notifyProblem })
  if (delivery.status === 'failed')
    return (
      <Button size="compact-sm" variant="default" loading={retry.isPending} onClick={() => retry.mutate(undefined)}>
        Send it there again
      </Button>
    )
  return (
    <>
      <Button size="compact-sm" variant="default" loading={retry.isPending} onClick={() => retry.mutate('done')}>
        It is there
      </Button>
      <ConfirmButton
        label="Send it there again"
        title={`Send the call to ${name} again?`}
        confirmLabel="Send it again"
        danger={false}
        button={{ size: 'compact-sm' }}
        onConfirm={() => send('not_done')}
      >
        The connection broke before {name} said whether it had taken the last step. Look there first: if it had, that
        step is done twice.
      </ConfirmButton>
    </>
  )
}
