import { Button, Checkbox, Group, Modal, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { useMutation } from '@tanstack/react-query'
import type { Workspace } from 'tenon-sdk'
import { CodeBlock } from '../../components/code.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { paths } from '../../lib/paths.ts'
import { enterWorkspace } from '../../lib/session.ts'

type CreatedWorkspace = Workspace & { apiKey?: string }

/** A button and the dialog behind it: a new tenant, with its first owner and key where wanted. */
export function CreateWorkspace() {
  const [opened, { open, close }] = useDisclosure(false)
  const form = useForm({
    initialValues: { name: '', email: '', ownerName: '', password: '', createApiKey: false },
    validate: { name: (name) => (name.trim() ? null : 'Name it after the tenant.') },
  })
  const create = useMutation({
    mutationFn: ({ name, email, ownerName, password, createApiKey }: typeof form.values) =>
      request<CreatedWorkspace>('POST', paths.workspaces, {
        idempotent: true,
        workspaceId: null,
        body: {
          name: name.trim(),
          ...(email.trim() && { owner: { email: email.trim(), name: ownerName.trim() || email.trim(), password } }),
          ...(createApiKey && { createApiKey }),
        },
      }),
    onSuccess: ({ id, apiKey }) => {
      if (!apiKey) enterWorkspace(id)
    },
    onError: (error) => {
      const { name, owner } = fieldFaults(error, ['name', 'owner'])
      form.setErrors({ ...(name && { name }), ...(owner && { email: owner }) })
    },
  })
  const start = () => {
    form.reset()
    create.reset()
    open()
  }
  const created = create.data
  return (
    <>
      <Button onClick={start}>Create workspace</Button>
      <Modal opened={opened} onClose={close} title="Create a workspace" closeOnClickOutside={!created}>
        {created?.apiKey ? (
          <Stack>
            <CodeBlock title="Its first API key, shown this once" code={created.apiKey} copyLabel="Copy key" />
            <Button onClick={() => enterWorkspace(created.id)}>Enter {created.name}</Button>
          </Stack>
        ) : (
          <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
            <Stack>
              {create.error && Object.keys(form.errors).length === 0 && <Problem error={create.error} />}
              <TextInput label="Name" required data-autofocus {...form.getInputProps('name')} />
              <TextInput
                label="Owner’s e-mail"
                description="Optional. You can enter the workspace in any case."
                type="email"
                {...form.getInputProps('email')}
              />
              {form.values.email.trim() && (
                <>
                  <TextInput label="Owner’s name" {...form.getInputProps('ownerName')} />
                  <PasswordInput
                    label="Owner’s first password"
                    autoComplete="new-password"
                    visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
                    {...form.getInputProps('password')}
                  />
                </>
              )}
              <Checkbox
                label="Create an API key for its product"
                {...form.getInputProps('createApiKey', { type: 'checkbox' })}
              />
              <Group justify="flex-end">
                <Button variant="default" onClick={close}>
                  Cancel
                </Button>
                <Button type="submit" loading={create.isPending}>
                  Create workspace
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Modal>
    </>
  )
}
