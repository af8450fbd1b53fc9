import { Button, Checkbox, Group, Modal, Radio, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ApiKey } from 'tenon-sdk'
import { CodeBlock } from '../../components/code.tsx'
import { Notice } from '../../components/notice.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { curlOfPublish } from '../../lib/curl.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { paths } from '../../lib/paths.ts'
import { scopes } from '../../lib/scopes.ts'

const lifetimes = [
  { value: '', label: 'Never' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
]
type CreatedKey = ApiKey & { key: string }

/** A button and the dialog behind it: name the key, choose what it may do, see it once. */
export function CreateApiKey({ workspaceId }: { workspaceId: string }) {
  const [opened, { open, close }] = useDisclosure(false)
  const queries = useQueryClient()
  const form = useForm({
    initialValues: { name: '', kind: 'publish', scopes: ['events:write'] as string[], lifetimeDays: '' },
    validate: {
      name: (name) => (name.trim() ? null : 'Name it after what will use it.'),
      scopes: (chosen, { kind }) => (kind === 'some' && chosen.length === 0 ? 'Choose at least one.' : null),
    },
  })
  const create = useMutation({
    mutationFn: ({ name, kind, scopes: chosen, lifetimeDays }: typeof form.values) =>
      request<CreatedKey>('POST', paths.apiKeys(workspaceId), {
        idempotent: true,
        body: {
          name: name.trim(),
          scopes: kind === 'all' ? ['*'] : kind === 'publish' ? ['events:write'] : chosen,
          ...(lifetimeDays && { expiresAt: new Date(Date.now() + Number(lifetimeDays) * 86_400_000).toISOString() }),
        },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [paths.apiKeys(workspaceId)] }),
    onError: (error) => form.setErrors(fieldFaults(error, ['name', 'scopes', 'expiresAt'])),
  })
  const start = () => {
    form.reset()
    create.reset()
    open()
  }

  return (
    <>
      <Button onClick={start}>Create key</Button>
      <Modal
        opened={opened}
        onClose={close}
        title={create.data ? `Key ${create.data.name}` : 'Create an API key'}
        size="lg"
        closeOnClickOutside={!create.data}
      >
        {create.data ? (
          <ShownOnce created={create.data} onClose={close} />
        ) : (
          <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
            <Stack>
              {create.error && Object.keys(form.errors).length === 0 && <Problem error={create.error} />}
              <TextInput
                label="Name"
                placeholder="Shop backend"
                required
                data-autofocus
                {...form.getInputProps('name')}
              />
              <Radio.Group label="What it may do" {...form.getInputProps('kind')}>
                <Stack gap="xs" mt={6}>
                  <Radio value="publish" label="Publish events" description="Enough for most products" />
                  <Radio value="some" label="What I choose" />
                  <Radio value="all" label="Everything in this workspace" />
                </Stack>
              </Radio.Group>
              {form.values.kind === 'some' && (
                <Checkbox.Group label="Scopes" {...form.getInputProps('scopes')}>
                  <Stack gap={6} mt={6}>
                    {scopes.map(({ name, label }) => (
                      <Checkbox key={name} value={name} label={label} description={name} />
                    ))}
                  </Stack>
                </Checkbox.Group>
              )}
              <Select label="Expires" data={lifetimes} allowDeselect={false} {...form.getInputProps('lifetimeDays')} />
              <Group justify="flex-end">
                <Button variant="default" onClick={close}>
                  Cancel
                </Button>
                <Button type="submit" loading={create.isPending}>
                  Create key
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Modal>
    </>
  )
}

const ShownOnce = ({ created, onClose }: { created: CreatedKey; onClose: () => void }) => (
  <Stack>
    <Notice tone="retrying" title="Copy the key now">
      It is shown this once; the hub keeps only a hash of it.
    </Notice>
    <CodeBlock title="API key" code={created.key} copyLabel="Copy key" />
    <CodeBlock
      title="Try it"
      code={curlOfPublish(location.origin, created.key, 'lead.captured', {
        email: 'ada@example.com',
        source: 'website',
      })}
    />
    <Group justify="flex-end">
      <Button onClick={onClose}>I have stored the key</Button>
    </Group>
  </Stack>
)
