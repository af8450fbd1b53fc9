import { Button, Collapse, Divider, Group, Stack, TagsInput, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { EventType } from 'tenon-sdk'
import { Icon } from '../../components/icons.tsx'
import { Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { fieldFaults } from '../../lib/field-faults.ts'
import { eventTypesQuery } from '../../lib/queries.ts'
import { AdvancedFields } from './advanced-fields.tsx'
import { type EndpointFields, type EndpointForm, faultsOf, fieldsOf, formFieldOf } from './endpoint-form.ts'

type Props = {
  initial: EndpointForm
  submitLabel: string
  onSubmit: (fields: Omit<EndpointFields, 'isActive'>) => Promise<unknown>
  onCancel: () => void
}

const basicFields = ['name', 'url', 'events']

/** The form of an endpoint: what every endpoint needs first, what few need folded away. */
export function EndpointEditor({ initial, submitLabel, onSubmit, onCancel }: Props) {
  const form = useForm<EndpointForm>({ initialValues: initial, validate: faultsOf })
  const [isAdvanced, setAdvanced] = useState(false)
  const types = useQuery(eventTypesQuery)
  const save = useMutation({ mutationFn: onSubmit, onError: (error) => showFaults(formFaults(error)) })

  function showFaults(faults: Record<string, unknown>) {
    form.setErrors(faults as Record<string, string>)
    if (Object.keys(faults).some((field) => !basicFields.includes(field))) setAdvanced(true)
  }
  const isExplained = Object.keys(form.errors).length > 0

  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(fieldsOf(values)), showFaults)} noValidate>
      <Panel>
        <Stack maw={680}>
          {save.error && !isExplained && <Problem error={save.error} />}
          <TextInput label="Name" placeholder="Shop backend" required data-autofocus {...form.getInputProps('name')} />
          <TextInput
            label="URL"
            description="Gets each event as an HTTP POST and answers 2xx once it has it."
            placeholder="https://api.example.com/webhooks"
            type="url"
            required
            {...form.getInputProps('url')}
          />
          <TagsInput
            label="Events"
            description="Event types such as lead.captured, families such as booking.*, or * for all."
            placeholder={form.values.events.length ? '' : 'Choose, or type and press Enter'}
            required
            data={subscriptionsOf(types.data)}
            maxDropdownHeight={260}
            limit={300}
            acceptValueOnBlur
            {...form.getInputProps('events')}
          />
          <Divider />
          <UnstyledButton aria-expanded={isAdvanced} onClick={() => setAdvanced(!isAdvanced)}>
            <Group gap="xs" wrap="nowrap">
              <span style={{ display: 'grid', rotate: isAdvanced ? '0deg' : '-90deg' }}>
                <Icon name="down" size={16} />
              </span>
              <div>
                <Text fw={600}>Advanced</Text>
                <Text size="sm" c="dimmed">
                  Filter, channels, headers, retries, pace, order, timeout, signatures
                </Text>
              </div>
            </Group>
          </UnstyledButton>
          <Collapse expanded={isAdvanced}>
            <AdvancedFields form={form} />
          </Collapse>
          <Group>
            <Button type="submit" loading={save.isPending}>
              {submitLabel}
            </Button>
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </Panel>
    </form>
  )
}

function formFaults(error: unknown): Record<string, string> {
  const faults = fieldFaults(error, Object.keys(formFieldOf))
  return Object.fromEntries(Object.entries(faults).map(([field, message]) => [formFieldOf[field]!, message]))
}

/** What can be subscribed to: everything, families of two or more, each type. */
function subscriptionsOf(types: EventType[] | undefined): string[] {
  const names = types?.map(({ name }) => name) ?? []
  const families = names
    .map((name) => name.split('.')[0]!)
    .filter((family, index, all) => all.indexOf(family) !== index)
  return ['*', ...new Set(families.map((family) => `${family}.*`)), ...names]
}
