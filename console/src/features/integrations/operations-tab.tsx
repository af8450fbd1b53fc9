import { Badge, Button, Group, Select, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { Integration, OperationState } from 'tenon-sdk'
import { BodyView } from '../../components/code.tsx'
import { ConfirmButton } from '../../components/confirm.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Notice } from '../../components/notice.tsx'
import { Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { SchemaFields } from '../../components/schema-fields.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { capabilityInWords, repeatInWords } from '../../lib/integration-in-words.ts'
import { paths } from '../../lib/paths.ts'
import { fieldsOf, initialValues, readValues } from '../../lib/schema-form.ts'
import { useMayChange } from '../../lib/session.ts'
import { inputSchemaOf } from './input-schema.ts'
import { operationsQuery } from './integration-query.ts'

const route = getRouteApi('/signed-in/connected/$integrationId')

/** Each thing that the integration can do, with its form: fill it in, call the vendor, see the answer. */
export function OperationsTab({ integration }: { integration: Integration }) {
  const { operation: chosen } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, refetch } = useQuery(operationsQuery(integration.id))
  if (error && !data)
    return (
      <Panel>
        <Problem error={error} onRetry={() => void refetch()} />
      </Panel>
    )
  if (!data)
    return (
      <Panel flush>
        <SkeletonRows count={5} />
      </Panel>
    )
  const first = data[0]
  if (!first)
    return (
      <div className="panel">
        <Empty title="It offers no operations">What it is for happens by itself.</Empty>
      </div>
    )
  const operation = data.find(({ name }) => name === chosen) ?? first
  return (
    <Panel>
      <Stack>
        <Select
          label="Operation"
          data={grouped(data)}
          value={operation.name}
          onChange={(name) =>
            name && void navigate({ search: (search) => ({ ...search, operation: name }), replace: true })
          }
          allowDeselect={false}
          searchable
          maw={420}
          maxDropdownHeight={340}
        />
        <TryIt key={operation.name} integration={integration} operation={operation} />
      </Stack>
    </Panel>
  )
}

function grouped(operations: OperationState[]) {
  const groups = Map.groupBy(operations, ({ name }) => name.split('.')[0]!)
  return [...groups].map(([capability, items]) => ({
    group: capabilityInWords(capability),
    items: items.map(({ name, title }) => ({ value: name, label: title })),
  }))
}

type Result = { data: unknown; tookMs: number }

function TryIt({ integration, operation }: { integration: Integration; operation: OperationState }) {
  const { name, title, writes, lists, repeat, available } = operation
  const fields = fieldsOf(inputSchemaOf(operation.input))
  const mayChange = useMayChange()
  const queries = useQueryClient()
  const [values, setValues] = useState(() => initialValues(fields))
  const call = useMutation({
    mutationFn: async (): Promise<Result> => {
      const startedAt = performance.now()
      const data = await request<unknown>('POST', paths.operation(integration.id, name), {
        body: readValues(fields, values),
        ...(lists && { query: { limit: 20 } }),
        ...(writes && { idempotent: true }),
      })
      return { data, tookMs: Math.round(performance.now() - startedAt) }
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [paths.integrations, integration.id] }),
  })
  const faults = fieldFaults(call.error, fields.flatMap(namesOf))
  return (
    <>
      <Group gap="xs">
        <Title order={2}>{title}</Title>
        <Badge variant="light" radius="sm" tt="none" color={writes ? 'yellow' : 'gray'}>
          {writes ? 'changes something at the vendor' : 'only reads'}
        </Badge>
      </Group>
      <Text size="sm" c="dimmed">
        <span className="mono">{name}</span>. {writes && repeatInWords[repeat]}
        {lists && 'Shows the first 20.'}
      </Text>
      {!available && (
        <Notice tone="retrying" title="It cannot be called now">
          The account is not connected, or is switched off; the top of this page says what to do.
        </Notice>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!writes) call.mutate()
        }}
        noValidate
      >
        <Stack maw={620}>
          {fields.length === 0 && (
            <Text size="sm" c="dimmed">
              It takes no input.
            </Text>
          )}
          <SchemaFields fields={fields} values={values} onChange={setValues} faults={faults} />
          {mayChange && (
            <Group>
              {writes ? (
                <ConfirmButton
                  label="Run it"
                  title={`${title} at ${integration.templateName}?`}
                  confirmLabel="Run it"
                  danger={false}
                  button={{ variant: 'filled', disabled: !available }}
                  onConfirm={() => call.mutateAsync().catch(() => undefined)}
                >
                  This is done for real in the account{integration.accountName && ` ${integration.accountName}`}.
                </ConfirmButton>
              ) : (
                <Button type="submit" loading={call.isPending} disabled={!available}>
                  Run it
                </Button>
              )}
            </Group>
          )}
        </Stack>
      </form>
      <div aria-live="polite">
        {call.error && Object.keys(faults).length === 0 && <Problem error={call.error} />}
        {call.data && <Answer result={call.data} />}
      </div>
    </>
  )
}

function Answer({ result: { data, tookMs } }: { result: Result }) {
  const count = Array.isArray(data) ? `${data.length} ${data.length === 1 ? 'item' : 'items'} ` : ''
  return (
    <Stack gap="sm">
      <Notice tone="delivered" title="It worked">
        The vendor answered {count}in {tookMs} ms. The call stands in the log.
      </Notice>
      <BodyView title="Answer" body={JSON.stringify(data ?? null)} />
    </Stack>
  )
}

/** Faults of a group belong to the field within it. */
const namesOf = ({ name, fields }: ReturnType<typeof fieldsOf>[number]): string[] => [
  ...fields.map((inner) => `${name}.${inner.name}`),
  name,
]
