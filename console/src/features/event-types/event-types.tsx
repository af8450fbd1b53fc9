import { Accordion, Badge, Group, Stack, Text, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { EventType } from 'tenon-sdk'
import { CodeBlock } from '../../components/code.tsx'
import { ConfirmButton } from '../../components/confirm.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'
import { eventTypesQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'
import { EventTypeDialog } from './event-type-dialog.tsx'

const route = getRouteApi('/signed-in/event-types')

/** The catalogue: what can be published and subscribed to, own types included. */
export function EventTypes() {
  const { name: opened } = route.useSearch()
  const navigate = route.useNavigate()
  const mayChange = useMayChange()
  const [sought, setSought] = useState('')
  const { data, error, refetch } = useQuery(eventTypesQuery)
  const found = data?.filter(({ name, description }) =>
    `${name} ${description}`.toLowerCase().includes(sought.toLowerCase()),
  )
  return (
    <Page
      title="Event types"
      about="What can be published and subscribed to. A type of your own with a schema has its payloads checked."
      actions={mayChange && <EventTypeDialog />}
    >
      <TextInput
        label="Search"
        placeholder="booking"
        value={sought}
        onChange={({ currentTarget }) => setSought(currentTarget.value)}
        maw={320}
      />
      <Panel flush>
        <ListStates
          source={{ items: found, error, retry: () => void refetch() }}
          empty={<Empty title="No type matches">Try a shorter word, or add a type of your own.</Empty>}
        >
          {(types) => (
            <Accordion
              value={opened ?? null}
              onChange={(name) => void navigate({ search: name ? { name } : {}, replace: true })}
              chevronPosition="left"
            >
              {types.map((type) => (
                <Accordion.Item key={type.name} value={type.name}>
                  <Accordion.Control>
                    <Group gap="xs">
                      <Text className="mono" fw={600}>
                        {type.name}
                      </Text>
                      {!type.builtIn && (
                        <Badge size="sm" variant="light" radius="sm">
                          own
                        </Badge>
                      )}
                    </Group>
                    <Text size="sm" c="dimmed">
                      {type.description}
                    </Text>
                  </Accordion.Control>
                  <Accordion.Panel>
                    {opened === type.name && <Detail type={type} mayChange={mayChange} />}
                  </Accordion.Panel>
                </Accordion.Item>
              ))}
            </Accordion>
          )}
        </ListStates>
      </Panel>
    </Page>
  )
}

function Detail({ type, mayChange }: { type: EventType; mayChange: boolean }) {
  const queries = useQueryClient()
  return (
    <Stack>
      {type.aliases.length > 0 && (
        <Text size="sm">
          Can also be subscribed to as <span className="mono">{type.aliases.join(', ')}</span>.
        </Text>
      )}
      <CodeBlock title="Example payload" code={JSON.stringify(type.example ?? {}, null, 2)} />
      {type.schema ? (
        <CodeBlock title="JSON Schema of the payload" code={JSON.stringify(type.schema, null, 2)} />
      ) : (
        <Text size="sm" c="dimmed">
          Without a schema: any payload is accepted.
        </Text>
      )}
      <Group>
        <LinkButton size="compact-sm" variant="default" to="/events" search={{ publish: type.name }}>
          Publish one
        </LinkButton>
        <LinkButton size="compact-sm" variant="default" to="/events" search={{ type: type.name }}>
          Show events of it
        </LinkButton>
        {!type.builtIn && mayChange && (
          <>
            <EventTypeDialog existing={type} />
            <ConfirmButton
              label="Delete"
              ariaLabel={`Delete ${type.name}`}
              title={`Delete ${type.name}?`}
              confirmLabel="Delete the type"
              button={{ size: 'compact-sm' }}
              onConfirm={async () => {
                await request('DELETE', paths.eventType(type.name))
                await queries.invalidateQueries({ queryKey: [paths.eventTypes] })
              }}
            >
              Its events stay, but no new ones can be published until it is added again.
            </ConfirmButton>
          </>
        )}
      </Group>
    </Stack>
  )
}
