import { Button, Group, Select, Stack, TagsInput, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { EventType, Integration, IntegrationSubscription, OperationState } from 'tenon-sdk'
import { JsonEditor } from '../../components/json-editor.tsx'
import { SkeletonRows } from '../../components/list-states.tsx'
import { Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { parseJsonObject } from '../../lib/json-input.ts'
import { mappedFields, mappingOf, type Sources, sourcesOf, suggestedSources } from '../../lib/mapping-form.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { eventTypesQuery } from '../../lib/queries.ts'
import { fieldsOf } from '../../lib/schema-form.ts'
import { inputSchemaOf } from './input-schema.ts'
import { operationsQuery } from './integration-query.ts'
import { MappingFields } from './mapping-fields.tsx'
import { MappingPreview } from './mapping-preview.tsx'

type Props = {
  integration: Integration
  existing?: IntegrationSubscription
  refreshKey: readonly unknown[]
  onClose: () => void
}

/** Chooses the events, the operation and the mapping, and shows at once what an event would become. */
export function SubscriptionEditor(props: Props) {
  const operations = useQuery(operationsQuery(props.integration.id))
  const types = useQuery(eventTypesQuery)
  const error = operations.error ?? types.error
  if (error)
    return (
      <Panel>
        <Problem error={error} onRetry={() => void Promise.all([operations.refetch(), types.refetch()])} />
      </Panel>
    )
  if (!operations.data || !types.data)
    return (
      <Panel flush>
        <SkeletonRows count={5} />
      </Panel>
    )
  return <Editor {...props} operations={operations.data} types={types.data} />
}

function Editor({
  integration,
  existing,
  refreshKey,
  onClose,
  operations,
  types,
}: Props & { operations: OperationState[]; types: EventType[] }) {
  const queries = useQueryClient()
  const writing = operations.filter(({ writes }) => writes)
  const [events, setEvents] = useState(existing?.events ?? [])
  const [operation, setOperation] = useState(existing?.operation ?? null)
  const [filter, setFilter] = useState(existing?.filter ? JSON.stringify(existing.filter, null, 2) : '')
  const fieldsFor = (name: string | null) =>
    mappedFields(fieldsOf(inputSchemaOf(operations.find((one) => one.name === name)?.input ?? {})))
  const fields = fieldsFor(operation)
  const [sources, setSources] = useState<Sources>(() => (existing ? sourcesOf(fields, existing.mapping) : {}))
  const [isEdited, setEdited] = useState(existing !== undefined)
  const sample = types.find(({ name }) => events.some((pattern) => isMatch(pattern, name)))
  const mapping = mappingOf(fields, sources)

  /** Until a person has mapped something themselves, each choice brings a new suggestion. */
  function suggest(nextOperation: string | null, nextEvents: string[]) {
    if (isEdited && nextOperation === operation) return
    const example = types.find(({ name }) => nextEvents.some((pattern) => isMatch(pattern, name)))?.example
    setSources(suggestedSources(fieldsFor(nextOperation), example))
    if (nextOperation !== operation) setEdited(false)
  }
  const save = useMutation({
    mutationFn: () => {
      const body = { events, operation, mapping, filter: filter.trim() ? JSON.parse(filter) : null }
      return existing
        ? request('PATCH', paths.subscription(integration.id, existing.id), { body })
        : request('POST', paths.ofIntegration(integration.id, 'subscriptions'), { body, idempotent: true })
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: refreshKey })
      notifyDone(existing ? 'The subscription was changed.' : 'From now on these events are carried there.')
      onClose()
    },
  })
  const faults = fieldFaults(save.error, [
    'events',
    'operation',
    'filter',
    ...fields.map(({ name }) => `mapping.${name}`),
  ])
  const filterFault = filter.trim() && 'fault' in parseJsonObject(filter)
  return (
    <div className="beside">
      <Panel title={existing ? 'Change the subscription' : 'Subscribe to events'}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate()
          }}
          noValidate
        >
          <Stack>
            {save.error && Object.keys(faults).length === 0 && <Problem error={save.error} />}
            <TagsInput
              label="When one of these happens"
              placeholder={events.length ? '' : 'Choose event types'}
              required
              data={types.map(({ name }) => name)}
              value={events}
              onChange={(next) => {
                setEvents(next)
                suggest(operation, next)
              }}
              error={faults.events}
              limit={300}
              maxDropdownHeight={260}
              acceptValueOnBlur
            />
            <Select
              label={`Then at ${integration.templateName}`}
              placeholder="Choose what to do"
              required
              searchable
              data={writing.map(({ name, title }) => ({ value: name, label: title }))}
              value={operation}
              onChange={(next) => {
                setOperation(next)
                suggest(next, events)
              }}
              error={faults.operation}
              maxDropdownHeight={300}
            />
            {operation && (
              <MappingFields
                fields={fields}
                sources={sources}
                example={sample?.example}
                faults={faults}
                onChange={(next) => {
                  setEdited(true)
                  setSources(next)
                }}
              />
            )}
            <JsonEditor
              label="Filter"
              description="Optional: only events whose payload matches, as endpoints have it."
              placeholder='{ "lead.score": { "$gte": 50 } }'
              minRows={2}
              value={filter}
              onChange={setFilter}
              error={faults.filter}
            />
            <Group>
              <Button
                type="submit"
                loading={save.isPending}
                disabled={events.length === 0 || !operation || Boolean(filterFault)}
              >
                {existing ? 'Save changes' : 'Subscribe'}
              </Button>
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
            </Group>
          </Stack>
        </form>
      </Panel>
      <Panel title="What an event becomes">
        {operation && sample ? (
          <MappingPreview integrationId={integration.id} operation={operation} mapping={mapping} type={sample} />
        ) : (
          <Text size="sm" c="dimmed">
            Choose an event and an operation: what comes out is shown here while you map.
          </Text>
        )}
      </Panel>
    </div>
  )
}

const isMatch = (pattern: string, name: string): boolean =>
  pattern === '*' || pattern === name || (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -1)))
