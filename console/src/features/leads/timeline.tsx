import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { LeadActivity } from 'tenon-sdk'
import { TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { LongText } from '../../components/long-text.tsx'
import { Panel } from '../../components/page.tsx'
import { OperationStatusMark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { operationInWords } from '../../lib/operation-in-words.ts'
import { paths } from '../../lib/paths.ts'
import { integrationsQuery } from '../../lib/queries.ts'
import { useList } from '../../lib/use-list.ts'

/** What happened with a lead, latest first, and what integrations did because of it. */
export function Timeline({ leadId }: { leadId: string }) {
  const activities = useList<LeadActivity>([], paths.ofLead(leadId, 'activities'), () => ({}), {
    refreshMs: 5_000,
    limit: 25,
  })
  return (
    <Panel title="Timeline" flush>
      <ListStates source={activities} empty={<Empty title="Nothing has happened yet" />}>
        {(items) => (
          <ol className="timeline">
            {items.map((activity) => (
              <li key={activity.id}>
                <Entry activity={activity} />
              </li>
            ))}
          </ol>
        )}
      </ListStates>
    </Panel>
  )
}

function Entry({ activity: { title, body, occurredAt, eventId, operations } }: { activity: LeadActivity }) {
  const { data: integrations } = useQuery(integrationsQuery)
  return (
    <>
      <Group justify="space-between" gap="xs" align="baseline">
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Text size="xs" c="dimmed">
          <Time at={occurredAt} />
          {eventId && (
            <>
              {' · '}
              <TextLink to="/events/$eventId" params={{ eventId }} inherit>
                event
              </TextLink>
            </>
          )}
        </Text>
      </Group>
      {body && <LongText text={body} />}
      {operations.map(({ id, integrationId, operation, status, errorMessage }) => (
        <Group key={id} gap="xs" mt={4}>
          {(status === 'success' || status === 'failed' || status === 'unknown') && (
            <OperationStatusMark status={status} />
          )}
          <TextLink
            to="/connected/$integrationId"
            params={{ integrationId }}
            search={{ tab: 'log', operation }}
            size="sm"
          >
            {operationInWords(operation)}
          </TextLink>
          <Text size="xs" c="dimmed">
            {integrations?.find((integration) => integration.id === integrationId)?.name}
          </Text>
          {errorMessage && (
            <Text size="xs" c="dimmed">
              {errorMessage}
            </Text>
          )}
        </Group>
      ))}
    </>
  )
}
