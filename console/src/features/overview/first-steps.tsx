import { Group, Text } from '@mantine/core'
import type { Endpoint, Event as HubEvent } from 'tenon-sdk'
import { CodeBlock } from '../../components/code.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Panel } from '../../components/page.tsx'
import { curlOfPublish } from '../../lib/curl.ts'
import { useMayChange } from '../../lib/session.ts'
import { Step } from './step.tsx'

type Props = { endpoints: Endpoint[]; newestEvent: HubEvent | null }

const samplePayload = { email: 'ada@example.com', name: 'Ada Lovelace', source: 'website' }

/** A new workspace: three steps until the first event has arrived. Each is ticked off by what the hub sees. */
export function FirstSteps({ endpoints, newestEvent }: Props) {
  const mayChange = useMayChange()
  const curl = curlOfPublish(location.origin, '<your API key>', 'lead.captured', samplePayload)
  return (
    <Panel title="From nothing to the first delivery" flush>
      <ol className="first-steps">
        <Step number={1} isDone={endpoints.length > 0} title="Create an endpoint">
          <Text c="dimmed">
            A URL of yours that receives events. For a first look, any page that records requests will do.
          </Text>
          {mayChange && endpoints.length === 0 && (
            <Group>
              <LinkButton to="/endpoints/new">Create endpoint</LinkButton>
            </Group>
          )}
        </Step>
        <Step number={2} isDone={newestEvent !== null} title="Publish an event">
          <Text c="dimmed">From here with an example filled in, or from your product with an API key:</Text>
          <Group>
            <LinkButton
              variant={endpoints.length > 0 ? 'filled' : 'default'}
              to="/events"
              search={{ publish: 'lead.captured' }}
            >
              Publish from here
            </LinkButton>
            {mayChange && (
              <LinkButton variant="default" to="/api-keys">
                Create an API key
              </LinkButton>
            )}
          </Group>
          <CodeBlock title="From a terminal" code={curl} />
        </Step>
        <Step number={3} isDone={false} title="Watch it arrive">
          <Text c="dimmed">
            Each event has a trace: every delivery, every attempt, what was sent and what came back.
          </Text>
          {newestEvent && (
            <Group>
              <LinkButton to="/events/$eventId" params={{ eventId: newestEvent.id }}>
                Follow the newest event
              </LinkButton>
            </Group>
          )}
        </Step>
      </ol>
      {mayChange && (
        <Group px={18} py={14} gap="sm" style={{ borderTop: '1px solid var(--tenon-line)' }}>
          <Text size="sm" c="dimmed" style={{ flex: '1 1 260px' }}>
            Events can also become contacts, appointments or payments at a vendor, without code of yours.
          </Text>
          <LinkButton variant="default" to="/catalogue">
            Connect an account
          </LinkButton>
        </Group>
      )}
    </Panel>
  )
}
