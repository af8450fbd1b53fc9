import { Button, Group, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { Call, Endpoint } from 'tenon-sdk'
import { LinkButton } from '../../components/link-button.tsx'
import { Panel } from '../../components/page.tsx'
import { list, request } from '../../lib/api.ts'
import { notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange, useWorkspace } from '../../lib/session.ts'
import { sampleCall } from './sample-call.ts'
import { Step } from './step.tsx'

/** The workspace that the hub makes for its emulated vendors; it has the same id on every hub. */
const sandboxWorkspaceId = 'ffffffff-0000-7000-8000-000000000001'

/** The sandbox's workspace, where everything is connected and nothing has happened yet: what one can see there. */
export function FirstLook({ endpoints }: { endpoints: Endpoint[] }) {
  return useWorkspace().id === sandboxWorkspaceId ? <Steps endpoints={endpoints} /> : null
}

function Steps({ endpoints }: { endpoints: Endpoint[] }) {
  const mayChange = useMayChange()
  const newest = useQuery({
    queryKey: [paths.calls, 'newest'],
    queryFn: async ({ signal }) => (await list<Call>(paths.calls, { limit: 1 }, signal)).items[0] ?? null,
  })
  if (newest.data === undefined || (newest.data && endpoints.length > 0)) return null
  return (
    <Panel title="A first look" flush>
      <ol className="first-steps">
        <Step number={1} isDone={newest.data !== null} title="Send a sample call">
          <Text c="dimmed">
            This workspace is connected to a sandbox that stands in for the vendors. A call that a voice agent has
            finished becomes a lead here, a contact and a note in each CRM, an appointment in each calendar, and a
            webhook to each automation. Where a vendor refuses, it says why, and the call can be sent there again.
          </Text>
          <Group>
            <SendSampleCall isFirst={newest.data === null} />
            {newest.data && (
              <LinkButton to="/calls/$callId" params={{ callId: newest.data.id }}>
                See what became of it
              </LinkButton>
            )}
          </Group>
        </Step>
        <Step number={2} isDone={endpoints.length > 0} title="Hear of it yourself">
          <Text c="dimmed">
            An endpoint is a URL of yours that gets events as signed webhooks: the next call, and each contact that came
            of it. A receiver on the hub’s own machine needs the hub started with{' '}
            <span className="mono">TENON_ALLOW_LOOPBACK=true</span>.
          </Text>
          {mayChange && (
            <Group>
              <LinkButton variant="default" to="/endpoints/new">
                Create endpoint
              </LinkButton>
            </Group>
          )}
        </Step>
      </ol>
    </Panel>
  )
}

function SendSampleCall({ isFirst }: { isFirst: boolean }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const send = useMutation({
    mutationFn: () => request<Call>('POST', paths.calls, { body: sampleCall(new Date()), idempotent: true }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: [paths.calls] })
      await navigate({ to: '/calls/$callId', params: { callId: id } })
    },
    onError: notifyProblem,
  })
  return (
    <Button variant={isFirst ? 'filled' : 'default'} loading={send.isPending} onClick={() => send.mutate()}>
      {isFirst ? 'Send a sample call' : 'Send another'}
    </Button>
  )
}
