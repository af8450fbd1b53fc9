import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { EventTrace, TracedDelivery } from 'tenon-sdk'
import { BodyView, Copy } from '../../components/code.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { Time } from '../../components/time.tsx'
import { ApiError } from '../../lib/api.ts'
import { formatNumberOf } from '../../lib/format.ts'
import { traceQuery } from '../../lib/queries.ts'
import { DeliveryTrace } from './delivery-trace.tsx'

const route = getRouteApi('/signed-in/events/$eventId')
const settledPollMs = 10_000

/** One event, from its payload down to each attempt to deliver it. */
export function Trace() {
  const { eventId } = route.useParams()
  const { endpoint } = route.useSearch()
  const trace = useQuery({
    ...traceQuery(eventId),
    // Quick while something is on its way, slow afterwards: a replay from elsewhere should still show up.
    refetchInterval: ({ state }) => (state.data?.deliveries.some(isOnItsWay) ? 1_500 : settledPollMs),
  })

  if (trace.error && !trace.data)
    return trace.error instanceof ApiError && trace.error.status === 404 ? (
      <Empty title="This event is not here" action={<LinkButton to="/events">See all events</LinkButton>}>
        It belongs to another workspace, or is older than events are kept.
      </Empty>
    ) : (
      <Page title="Event">
        <Problem error={trace.error} onRetry={() => void trace.refetch()} />
      </Page>
    )
  if (!trace.data)
    return (
      <Page title="Event">
        <Panel flush>
          <SkeletonRows count={6} />
        </Panel>
      </Page>
    )
  return <FullTrace event={trace.data} opened={endpoint} />
}

const isOnItsWay = ({ status, nextAttemptAt }: TracedDelivery): boolean =>
  status === 'pending' || (status === 'retrying' && Date.parse(nextAttemptAt ?? '') - Date.now() < 15_000)

function FullTrace({ event, opened }: { event: EventTrace; opened: string | undefined }) {
  const { deliveries } = event
  const callId = event.type === 'call.completed' ? idOf(event.payload) : undefined
  const delivered = deliveries.filter(({ status }) => status === 'delivered').length
  return (
    <Page
      title={<span className="mono">{event.type}</span>}
      name={event.type}
      about={
        <Group gap={6}>
          <span className="mono">{event.id}</span>
          <Copy value={event.id} label="Copy id" />
        </Group>
      }
      actions={
        <LinkButton variant="default" to="/events" search={{ type: event.type }}>
          More of this type
        </LinkButton>
      }
    >
      <Group gap="xl" align="flex-start">
        <Fact name="Happened">
          <Time at={event.occurredAt} />
        </Fact>
        <Fact name="Received">
          <Time at={event.createdAt} />
        </Fact>
        <Fact name="Channels">{event.channels?.join(', ') || 'None'}</Fact>
        <Fact name="Deliveries">
          {deliveries.length === 0
            ? 'None'
            : `${delivered} of ${formatNumberOf(deliveries.length, 'destination')} reached`}
        </Fact>
      </Group>
      <Panel>
        <BodyView title="Payload" body={JSON.stringify(event.payload, null, 2)} />
      </Panel>
      {deliveries.length === 0 ? (
        <div className="panel">
          {callId ? (
            <Empty
              title="What became of it stands with the call"
              action={
                <LinkButton to="/calls/$callId" params={{ callId }}>
                  See the call
                </LinkButton>
              }
            >
              A call is taken to CRMs, calendars and automations as a whole. No endpoint or integration wanted the event
              besides.
            </Empty>
          ) : (
            <Empty
              title="Nothing wanted this event"
              action={<LinkButton to="/endpoints">Look at the endpoints</LinkButton>}
            >
              No active endpoint or integration subscribes to {event.type}
              {event.channels?.length ? ' on these channels' : ''}, or its filter did not match. Once an endpoint does,
              a replay of missed events delivers it.
            </Empty>
          )}
        </div>
      ) : (
        <div className="trace">
          {deliveries.map((delivery) => (
            <DeliveryTrace
              key={delivery.id}
              delivery={delivery}
              isOpened={deliveries.length === 1 || delivery.endpointId === opened}
            />
          ))}
        </div>
      )}
    </Page>
  )
}

/** The id that a payload bears of what it is about. */
const idOf = (payload: unknown): string | undefined =>
  typeof payload === 'object' && payload !== null && 'id' in payload && typeof payload.id === 'string'
    ? payload.id
    : undefined

const Fact = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div>
    <Text size="xs" c="dimmed">
      {name}
    </Text>
    <Text size="sm">{children}</Text>
  </div>
)
