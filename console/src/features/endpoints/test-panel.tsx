import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Endpoint, EndpointTestResult } from 'tenon-sdk'
import { BodyView } from '../../components/code.tsx'
import { TextLink } from '../../components/link-button.tsx'
import { Notice } from '../../components/notice.tsx'
import { Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { attemptInWords } from '../../lib/attempt-in-words.ts'
import { paths } from '../../lib/paths.ts'

/** Sends a real event to this endpoint alone and shows what came of it. */
export function TestPanel({ endpoint }: { endpoint: Endpoint }) {
  const queries = useQueryClient()
  const test = useMutation({
    mutationFn: () => request<EndpointTestResult>('POST', paths.testEndpoint(endpoint.id), { body: {} }),
    onSettled: () => queries.invalidateQueries({ queryKey: [paths.endpoints] }),
  })
  return (
    <Panel
      title="Test"
      actions={
        <Button size="compact-sm" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
          Send a test event
        </Button>
      }
    >
      <Stack gap="sm" aria-live="polite">
        {!test.data && !test.error && (
          <Text size="sm" c="dimmed">
            Sends webhook.test to this endpoint, signed like every other event, and waits for the answer.
            {!endpoint.isActive && ' A success enables the endpoint again.'}
          </Text>
        )}
        {test.error && <Problem error={test.error} />}
        {test.data && <Result result={test.data} />}
      </Stack>
    </Panel>
  )
}

const Result = ({ result: { eventId, delivered, attempt } }: { result: EndpointTestResult }) => (
  <>
    <Notice tone={delivered ? 'delivered' : 'dead'} title={delivered ? 'The test arrived' : 'The test did not arrive'}>
      <Text size="sm">{attempt ? attemptInWords(attempt) : 'The endpoint did not answer in time.'}</Text>
      {attempt?.error && (
        <Text size="sm" className="mono">
          {attempt.error}
        </Text>
      )}
    </Notice>
    {attempt?.response && <BodyView title="Answer" body={attempt.response} />}
    <Group>
      <TextLink to="/events/$eventId" params={{ eventId }} size="sm">
        Follow the test event
      </TextLink>
    </Group>
  </>
)
