import { Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { CallDetail } from 'tenon-sdk'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { LongText } from '../../components/long-text.tsx'
import { OperationList } from '../../components/operation-list.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Pairs } from '../../components/pairs.tsx'
import { Problem } from '../../components/problem.tsx'
import { Time } from '../../components/time.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { agreedInWords, callerOf, outcomeInWords } from '../../lib/call-in-words.ts'
import { formatDuration } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { CallDeliveries } from './call-deliveries.tsx'
import { CallMark } from './call-marks.tsx'

const route = getRouteApi('/signed-in/calls/$callId')

/** One call: what was said, and what each integration made of it. */
export function CallPage() {
  const { callId } = route.useParams()
  const { data, error, refetch } = useQuery({
    queryKey: [paths.calls, callId],
    queryFn: ({ signal }) => request<CallDetail>('GET', paths.call(callId), { signal }),
    refetchInterval: 2_000,
  })
  if (error && !data)
    return error instanceof ApiError && error.status === 404 ? (
      <Empty title="This call is not here" action={<LinkButton to="/calls">See all calls</LinkButton>}>
        It belongs to another workspace, or is gone.
      </Empty>
    ) : (
      <Page title="Call">
        <Problem error={error} onRetry={() => void refetch()} />
      </Page>
    )
  if (!data)
    return (
      <Page title="Call">
        <Panel flush>
          <SkeletonRows count={6} />
        </Panel>
      </Page>
    )
  return <Known call={data} />
}

function Known({ call }: { call: CallDetail }) {
  return (
    <Page
      title={callerOf(call)}
      name="Call"
      about={
        <Group gap="md">
          <CallMark status={call.status} />
          <span>{outcomeInWords(call.callOutcome)}</span>
        </Group>
      }
      actions={
        <>
          {call.leadId && (
            <LinkButton variant="default" to="/leads/$leadId" params={{ leadId: call.leadId }}>
              See the lead
            </LinkButton>
          )}
          {call.eventId && (
            <LinkButton variant="default" to="/events/$eventId" params={{ eventId: call.eventId }}>
              See the event
            </LinkButton>
          )}
        </>
      }
    >
      <div className="beside beside-narrow">
        <Stack>
          <CallDeliveries call={call} />
          <Panel title="Summary">
            {call.callSummary ? (
              <LongText text={call.callSummary} />
            ) : (
              <Text size="sm" c="dimmed">
                Nobody has written one.
              </Text>
            )}
          </Panel>
          {call.transcript && (
            <Panel title="Transcript">
              <LongText text={call.transcript} maxHeight={320} />
            </Panel>
          )}
        </Stack>
        <Panel title="About">
          <Pairs label="About the call" pairs={aboutOf(call)} />
        </Panel>
      </div>
      {call.operations.length > 0 && (
        <Panel title="What was done at vendors" flush>
          <OperationList entries={call.operations} withIntegration />
        </Panel>
      )}
    </Page>
  )
}

const aboutOf = (call: CallDetail): Record<string, ReactNode> => ({
  Began: <Time at={call.startedAt} />,
  ...(call.durationSeconds !== null && { Length: formatDuration(call.durationSeconds * 1_000) }),
  Phone: call.customerPhone ?? '–',
  'E-mail': call.customerEmail ?? '–',
  ...(call.callSentiment && { Mood: outcomeInWords(call.callSentiment) }),
  ...(call.appointmentBooked && { 'Appointment agreed': agreedInWords(call.appointmentBooked) }),
  Recording: call.recordingUrl ? (
    <a href={call.recordingUrl} target="_blank" rel="noreferrer" className="text-link">
      Listen to it
    </a>
  ) : (
    '–'
  ),
  Agent: (
    <TextLink to="/calls" search={{ agentId: call.agentId }} inherit className="mono">
      {call.agentId}
    </TextLink>
  ),
  'Told by': call.source === 'api' ? 'a program' : call.source,
  'Call id': <span className="mono">{call.callId}</span>,
})
