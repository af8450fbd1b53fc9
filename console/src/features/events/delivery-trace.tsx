import { Button, Group, Text, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { TracedDelivery } from 'tenon-sdk'
import { AttemptList } from '../../components/attempt-list.tsx'
import { ConfirmButton } from '../../components/confirm.tsx'
import { TextLink } from '../../components/link-button.tsx'
import { Notice } from '../../components/notice.tsx'
import { DeliveryStatusMark, toneOf } from '../../components/status.tsx'
import { DueTime } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { reasonInWords, statusInSentence } from '../../lib/attempt-in-words.ts'
import { notifyDone, notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange } from '../../lib/session.ts'

type Props = { delivery: TracedDelivery; isOpened: boolean }

/** The way of one event to one endpoint: where it stands, what can be done, each attempt. */
export function DeliveryTrace({ delivery, isOpened }: Props) {
  const { id, endpointId, endpointName, status, attemptList, nextAttemptAt, reason } = delivery
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
              <TextLink to="/endpoints/$endpointId" params={{ endpointId }} inherit>
                {endpointName ?? 'Deleted endpoint'}
              </TextLink>
            </Title>
            <DeliveryStatusMark status={status} />
          </Group>
          <Text size="sm" c="dimmed">
            {statusInSentence[status]}
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
      {reason && status !== 'delivered' && (
        <div style={{ padding: '0 18px 12px' }}>
          <Notice tone={status === 'dead' ? 'dead' : 'retrying'}>{reasonInWords(reason)}</Notice>
        </div>
      )}
      {attemptList.length === 0 ? (
        <Text size="sm" c="dimmed" px={18} pb={14}>
          No attempt was made yet.
        </Text>
      ) : (
        <AttemptList deliveryId={id} attempts={attemptList} openLast={isOpened} />
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
          The endpoint will not get this event, unless it is replayed later.
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
        The endpoint has had it already. It gets the same id again, by which it can tell the repetition.
      </ConfirmButton>
    )
  return (
    <Button size="compact-sm" loading={replay.isPending} onClick={() => replay.mutate()}>
      Replay
    </Button>
  )
}
