import { Button, Group, Text, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReconciledOutcome, TracedDelivery } from 'tenon-sdk'
import { AttemptList } from '../../components/attempt-list.tsx'
import { ConfirmButton } from '../../components/confirm.tsx'
import { TextLink } from '../../components/link-button.tsx'
import { Notice } from '../../components/notice.tsx'
import { OperationList } from '../../components/operation-list.tsx'
import { DeliveryStatusMark, toneOf } from '../../components/status.tsx'
import { DueTime } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { integrationStatusInSentence, reasonInWords, statusInSentence } from '../../lib/attempt-in-words.ts'
import { notifyDone, notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange } from '../../lib/session.ts'

type Props = { delivery: TracedDelivery; isOpened: boolean }

/** The way of one event to one endpoint: where it stands, what can be done, each attempt. */
export function DeliveryTrace({ delivery, isOpened }: Props) {
  const { id, kind, endpointId, endpointName, status, attemptList, operations, nextAttemptAt, reason } = delivery
  const isIntegration = kind === 'integration'
  // It waits for a person to say what the vendor did, which the notice below asks for.
  const isUnclear = isIntegration && status !== 'delivered' && operations.some(({ status }) => status === 'unknown')
  return (
    <section
      className="panel trace-joint"
      style={toneOf(status)}
      aria-label={`Delivery to ${endpointName ?? endpointId}`}
    >
      <Group justify="space-between" px={18} py={12} gap="sm">
        <div style={{ minWidth: 0, flex: '1 1 240px' }}>
          <Group gap="sm">
            <Title order={2}>
              {isIntegration ? (
                <TextLink to="/connected/$integrationId" params={{ integrationId: endpointId }} inherit>
                  {endpointName ?? 'Deleted integration'}
                </TextLink>
              ) : (
                <TextLink to="/endpoints/$endpointId" params={{ endpointId }} inherit>
                  {endpointName ?? 'Deleted endpoint'}
                </TextLink>
              )}
            </Title>
            <DeliveryStatusMark status={status} />
          </Group>
          <Text size="sm" c="dimmed">
            {isUnclear && status === 'dead'
              ? 'Stopped: first it must be known whether the vendor did it.'
              : isIntegration
                ? integrationStatusInSentence[status]
                : statusInSentence[status]}
            {(status === 'pending' || status === 'retrying') && nextAttemptAt && (
              <>
                {' '}
                Next attempt <DueTime at={nextAttemptAt} />.
              </>
            )}
          </Text>
        </div>
        <Actions deliveryId={id} status={status} eventId={delivery.eventId} />
      </Group>
      {reason && status !== 'delivered' && !isUnclear && (
        <div style={{ padding: '0 18px 12px' }}>
          <Notice tone={status === 'dead' ? 'dead' : 'retrying'}>{reasonInWords(reason, isIntegration)}</Notice>
        </div>
      )}
      {attemptList.length === 0 && operations.length === 0 && (
        <Text size="sm" c="dimmed" px={18} pb={14}>
          No attempt was made yet.
        </Text>
      )}
      {isIntegration ? (
        <>
          {isUnclear && <Reconcile deliveryId={id} eventId={delivery.eventId} />}
          <OperationList entries={operations} openLast={isOpened} />
        </>
      ) : (
        attemptList.length > 0 && <AttemptList deliveryId={id} attempts={attemptList} openLast={isOpened} />
      )}
    </section>
  )
}

type ActionProps = { deliveryId: string; status: TracedDelivery['status']; eventId: string }

function Actions({ deliveryId, status, eventId }: ActionProps) {
  const queries = useQueryClient()
  const refresh = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: [paths.events, 'trace', eventId] }),
      queries.invalidateQueries({ queryKey: [paths.deliveries] }),
    ])
  const replay = useMutation({
    mutationFn: () => request('POST', paths.replayDelivery(deliveryId)),
    onSuccess: async () => {
      notifyDone('The delivery will be sent again.')
      await refresh()
    },
    onError: notifyProblem,
  })
  if (!useMayChange()) return null
  if (status === 'pending' || status === 'retrying')
    return (
      <Group gap="xs">
        {status === 'retrying' && (
          <Button size="compact-sm" variant="default" loading={replay.isPending} onClick={() => replay.mutate()}>
            Try now
          </Button>
        )}
        <ConfirmButton
          label="Cancel delivery"
          title="Cancel this delivery?"
          confirmLabel="Cancel the delivery"
          button={{ size: 'compact-sm' }}
          onConfirm={() => request('POST', paths.cancelDelivery(deliveryId)).then(refresh)}
        >
          It will not get this event, unless it is replayed later.
        </ConfirmButton>
      </Group>
    )
  if (status === 'delivered')
    return (
      <ConfirmButton
        label="Replay"
        title="Deliver this event again?"
        confirmLabel="Replay"
        danger={false}
        button={{ size: 'compact-sm' }}
        onConfirm={() => replay.mutateAsync()}
      >
        It was delivered already. It comes with the same id again, by which the repetition can be told.
      </ConfirmButton>
    )
  return (
    <Button size="compact-sm" loading={replay.isPending} onClick={() => replay.mutate()}>
      Replay
    </Button>
  )
}

/** Settles operations whose outcome nobody knows: the hub looks at the vendor, or a person says what they found there. */
function Reconcile({ deliveryId, eventId }: { deliveryId: string; eventId: string }) {
  const mayChange = useMayChange()
  const queries = useQueryClient()
  const settle = useMutation({
    mutationFn: (outcome?: 'done' | 'not_done') =>
      request<ReconciledOutcome[]>('POST', paths.reconcile(deliveryId), { body: outcome ? { outcome } : {} }),
    onSettled: () => queries.invalidateQueries({ queryKey: [paths.events, 'trace', eventId] }),
  })
  if (!mayChange) return null
  return (
    <div style={{ padding: '0 18px 12px' }}>
      <Notice tone="retrying" title="Nobody knows whether the vendor did it">
        The connection broke before the answer came, and it may not be repeated blindly. Let the hub look, or look at
        the vendor yourself and say what you found.
        {settle.data?.map(({ subscriptionId, operation, message }) => (
          <Text size="sm" key={subscriptionId} mt={4}>
            <span className="mono">{operation}</span>: {message}
          </Text>
        ))}
        {settle.error && (
          <Text size="sm" mt={4} c="var(--mantine-color-error)">
            {settle.error.message}
          </Text>
        )}
        <Group gap="xs" mt="sm">
          <Button size="compact-sm" loading={settle.isPending} onClick={() => settle.mutate(undefined)}>
            Look at the vendor
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => settle.mutate('done')}>
            It was done
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => settle.mutate('not_done')}>
            It was not done
          </Button>
        </Group>
      </Notice>
    </div>
  )
}
