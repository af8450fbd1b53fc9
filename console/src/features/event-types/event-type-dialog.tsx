import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { EventType } from 'tenon-sdk'
import { JsonEditor } from '../../components/json-editor.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { parseJson, parseJsonObject } from '../../lib/json-input.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { eventTypesQuery } from '../../lib/queries.ts'

const jsonOf = (value: unknown): string => (value === null || value === undefined ? '' : JSON.stringify(value, null, 2))

/** A button and the dialog behind it that adds an event type, or changes one of the workspace's own. */
export function EventTypeDialog({ existing }: { existing?: EventType }) {
  const [opened, { open, close }] = useDisclosure(false)
  const queries = useQueryClient()
  const form = useForm({
    initialValues: {
      name: existing?.name ?? '',
      description: existing?.description ?? '',
      schema: jsonOf(existing?.schema),
      example: jsonOf(existing?.example),
    },
    validate: {
      name: (name) => (name.trim() ? null : 'Name it noun first, such as order.shipped.'),
      schema: (text) => faultOf(text, parseJsonObject),
      example: (text) => faultOf(text, parseJson),
    },
  })
  const save = useMutation({
    mutationFn: ({ name, description, schema, example }: typeof form.values) => {
      const body = {
        description: description.trim(),
        ...(schema.trim() && { schema: JSON.parse(schema) }),
        ...(example.trim() && { example: JSON.parse(example) }),
      }
      return existing
        ? request('PATCH', paths.eventType(existing.name), { body })
        : request('POST', paths.eventTypes, { body: { ...body, name: name.trim() }, idempotent: true })
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: eventTypesQuery.queryKey })
      notifyDone(existing ? 'The event type was changed.' : 'The event type was added.')
      close()
    },
    onError: (error) => form.setErrors(fieldFaults(error, ['name', 'description', 'schema', 'example'])),
  })
  const start = () => {
    form.reset()
    save.reset()
    open()
  }
  return (
    <>
      {existing ? (
        <Button size="compact-sm" variant="default" onClick={start}>
          Change
        </Button>
      ) : (
        <Button onClick={start}>Add event type</Button>
      )}
      <Modal
        opened={opened}
        onClose={close}
        title={existing ? `Change ${existing.name}` : 'Add an event type'}
        size="lg"
      >
        <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
          <Stack>
            {save.error && Object.keys(form.errors).length === 0 && <Problem error={save.error} />}
            {!existing && (
              <TextInput
                label="Name"
                placeholder="order.shipped"
                required
                data-autofocus
                autoCapitalize="off"
                {...form.getInputProps('name')}
              />
            )}
            <Textarea label="Description" autosize minRows={2} {...form.getInputProps('description')} />
            <JsonEditor
              label="Example payload"
              minRows={4}
              value={form.values.example}
              onChange={(text) => form.setFieldValue('example', text)}
              error={form.errors.example as string | undefined}
            />
            <JsonEditor
              label="JSON Schema"
              description="Optional. Payloads that do not match it are refused when published."
              minRows={4}
              value={form.values.schema}
              onChange={(text) => form.setFieldValue('schema', text)}
              error={form.errors.schema as string | undefined}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={save.isPending}>
                {existing ? 'Save changes' : 'Add event type'}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}

function faultOf(text: string, parse: typeof parseJson | typeof parseJsonObject): string | null {
  if (!text.trim()) return null
  const parsed = parse(text)
  return 'fault' in parsed ? parsed.fault.message : null
}
