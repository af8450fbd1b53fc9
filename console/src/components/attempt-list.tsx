import { Collapse, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Attempt, DeliveryTrace } from 'tenon-sdk'
import { request } from '../lib/api.ts'
import { attemptInWords } from '../lib/attempt-in-words.ts'
import { curlOfRequest, type DeliveryRequest } from '../lib/curl.ts'
import { formatDuration } from '../lib/format.ts'
import { paths } from '../lib/paths.ts'
import { BodyView, Copy } from './code.tsx'
import { Notice } from './notice.tsx'
import { Pairs } from './pairs.tsx'
import { Problem } from './problem.tsx'
import { Mark } from './status.tsx'
import { Time } from './time.tsx'

type Props = { deliveryId: string; attempts: Attempt[]; openLast?: boolean }

/** Each attempt, newest first; one opens to its request and the answer. */
export function AttemptList({ deliveryId, attempts, openLast = false }: Props) {
  const newestFirst = attempts.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))
  return (
    <div>
      {newestFirst.map((attempt, index) => (
        <AttemptEntry
          key={`${attempt.attempt} ${attempt.at}`}
          deliveryId={deliveryId}
          attempt={attempt}
          position={newestFirst.length - index}
          startsOpen={openLast && index === 0}
        />
      ))}
    </div>
  )
}

const outcomes = {
  delivered: ['Delivered', 'delivered'],
  retry: ['Failed', 'retrying'],
  dead: ['Failed', 'dead'],
} as const

type EntryProps = { deliveryId: string; attempt: Attempt; position: number; startsOpen: boolean }

function AttemptEntry({ deliveryId, attempt, position, startsOpen }: EntryProps) {
  const [isOpen, setOpen] = useState(startsOpen)
  const [word, tone] = outcomes[attempt.outcome]
  // A replay begins to count at one again.
  const isReplay = attempt.attempt === 1 && position > 1
  return (
    <div className="attempt">
      <button type="button" className="attempt-summary" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span>
          <Text size="xs" c="dimmed" component="span" mr={10}>
            Attempt {position}
            {isReplay && ', replayed'}
          </Text>
          <Mark of={[attempt.statusCode ? `${word} · ${attempt.statusCode}` : word, tone]} />
        </span>
        <Text size="sm" component="span">
          {attemptInWords(attempt)}
        </Text>
        <span className="end">
          {formatDuration(attempt.durationMs)} · <Time at={attempt.at} />
        </span>
      </button>
      <Collapse expanded={isOpen}>{isOpen && <Exchange deliveryId={deliveryId} attempt={attempt} />}</Collapse>
    </div>
  )
}

/** What was sent and what came back. The request is the same in every attempt but for its time and signatures. */
function Exchange({ deliveryId, attempt }: { deliveryId: string; attempt: Attempt }) {
  const detail = useQuery({
    queryKey: [paths.deliveries, 'detail', deliveryId],
    queryFn: ({ signal }) => request<DeliveryTrace>('GET', paths.delivery(deliveryId), { signal }),
    staleTime: 30_000,
  })
  return (
    <Stack px={18} pt={6} pb={18} gap="md">
      {attempt.error && (
        <Notice tone={attempt.outcome === 'delivered' ? 'quiet' : 'dead'}>
          <span className="mono">{attempt.error}</span>
        </Notice>
      )}
      {attempt.response !== null && attempt.response !== '' && (
        <BodyView
          title={`Answer${attempt.statusCode ? ` ${attempt.statusCode}` : ''} (its first KiB)`}
          body={attempt.response}
        />
      )}
      {attempt.response === '' && (
        <Text size="sm" c="dimmed">
          The answer {attempt.statusCode ?? ''} had no body.
        </Text>
      )}
      {detail.isPending && <Skeleton height={120} />}
      {detail.error && <Problem error={detail.error} onRetry={() => void detail.refetch()} />}
      {detail.data?.request && <RequestView request={detail.data.request} />}
      {detail.data && !detail.data.request && (
        <Text size="sm" c="dimmed">
          The request cannot be shown any more: its endpoint or its event is gone.
        </Text>
      )}
    </Stack>
  )
}

const headersOf = ({ headers }: DeliveryRequest) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      <span key={name} className="mono">
        {value}
      </span>,
    ]),
  )

function RequestView({ request }: { request: DeliveryRequest }) {
  return (
    <>
      <div>
        <div style={{ display: 'flex', justifyContent: 'space-between', gap: 8, marginBottom: 6, flexWrap: 'wrap' }}>
          <Text size="sm" fw={600}>
            Request
          </Text>
          <Copy value={curlOfRequest(request)} label="Copy as curl" />
        </div>
        <Text size="sm" className="mono" mb={4}>
          {request.method} {request.url}
        </Text>
        <Pairs label="Headers of the request" pairs={headersOf(request)} />
      </div>
      <BodyView title="Body" body={request.body} />
    </>
  )
}
