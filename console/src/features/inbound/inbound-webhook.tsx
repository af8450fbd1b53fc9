import { Button, Group, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { InboundWebhookDetail } from 'tenon-sdk'
import { BodyView } from '../../components/code.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Notice } from '../../components/notice.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Pairs } from '../../components/pairs.tsx'
import { Problem } from '../../components/problem.tsx'
import { InboundStatusMark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { inboundStatusInSentence } from '../../lib/inbound-in-words.ts'
import { notifyDone, notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { integrationsQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'

const route = getRouteApi('/signed-in/inbound/$inboundId')

/** One thing that a vendor sent, as it came, with what became of it. */
export function InboundWebhookPage() {
  const { inboundId } = route.useParams()
  const { scope } = route.useSearch()
  const path = scope === 'unmatched' ? paths.unmatchedWebhook(inboundId) : paths.inboundWebhook(inboundId)
  const { data, error, refetch } = useQuery({
    queryKey: [paths.inbound, path],
    queryFn: ({ signal }) => request<InboundWebhookDetail>('GET', path, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === 'received' ? 1_000 : 10_000),
  })
  if (error && !data)
    return error instanceof ApiError && error.status === 404 ? (
      <Empty title="This webhook is not here" action={<LinkButton to="/inbound">See all of them</LinkButton>}>
        It belongs to another workspace, or is older than they are kept.
      </Empty>
    ) : (
      <Page title="Inbound webhook">
        <Problem error={error} onRetry={() => void refetch()} />
      </Page>
    )
  if (!data)
    return (
      <Page title="Inbound webhook">
        <Panel flush>
          <SkeletonRows count={6} />
        </Panel>
      </Page>
    )
  return <Known webhook={data} isUnmatched={scope === 'unmatched'} />
}

function Known({ webhook, isUnmatched }: { webhook: InboundWebhookDetail; isUnmatched: boolean }) {
  const { id, connector, status, reason, isVerified, integrationId, eventIds, body, bodyEncoding } = webhook
  const integrations = useQuery(integrationsQuery)
  const integration = integrations.data?.find((candidate) => candidate.id === integrationId)
  return (
    <Page
      title={`Webhook from ${connector}`}
      about={
        <Group gap="md">
          <InboundStatusMark status={status} />
          <span className="mono">{id}</span>
        </Group>
      }
      actions={!isUnmatched && <Replay webhook={webhook} />}
    >
      <Notice tone={status === 'failed' || status === 'refused' ? 'dead' : 'quiet'}>
        {reason && (
          <Text size="sm" className="mono" mb={4}>
            {reason}
          </Text>
        )}
        {inboundStatusInSentence[status]}
      </Notice>
      <Panel title="What became of it">
        <Pairs
          label="About the webhook"
          pairs={{
            Received: <Time at={webhook.receivedAt} />,
            Processed: <Time at={webhook.processedAt} never="Not yet" />,
            Signature: isVerified ? 'Found good' : 'Not proven',
            Integration: integration ? (
              <TextLink to="/connected/$integrationId" params={{ integrationId: integration.id }} inherit>
                {integration.name}
              </TextLink>
            ) : integrationId ? (
              'Deleted'
            ) : (
              'None'
            ),
            'Names the account': webhook.routingKey ?? 'By its address',
            Events: <Events ids={eventIds} />,
          }}
        />
      </Panel>
      <Panel title="As it came">
        <Text size="sm" className="mono" mb="sm">
          {webhook.method} {webhook.url}
        </Text>
        <Pairs
          label="Headers"
          pairs={Object.fromEntries(
            Object.entries(webhook.headers).map(([name, value]) => [
              name,
              <span key={name} className="mono">
                {value}
              </span>,
            ]),
          )}
        />
        <div style={{ marginTop: 16 }}>
          <BodyView title={bodyEncoding === 'base64' ? 'Body (binary, as base64)' : 'Body'} body={body} />
        </div>
      </Panel>
    </Page>
  )
}

function Events({ ids }: { ids: string[] | null }) {
  if (!ids) return <>Not yet</>
  if (ids.length === 0) return <>None</>
  return (
    <Group gap="xs">
      {ids.map((eventId, index) => (
        <TextLink key={eventId} to="/events/$eventId" params={{ eventId }} inherit>
          Event {index + 1}
        </TextLink>
      ))}
    </Group>
  )
}

function Replay({ webhook: { id, status } }: { webhook: InboundWebhookDetail }) {
  const mayChange = useMayChange()
  const queries = useQueryClient()
  const replay = useMutation({
    mutationFn: () => request('POST', paths.replayInbound(id)),
    onSuccess: () => notifyDone('It will be processed again.'),
    onError: notifyProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: [paths.inbound] }),
  })
  if (!mayChange || status === 'received') return null
  return (
    <Button loading={replay.isPending} onClick={() => replay.mutate()}>
      Replay
    </Button>
  )
}
