import { Button, Group, Modal, PasswordInput, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { roles } from './roles.ts'

/** A button and the dialog behind it: who, and what they may do. */
export function AddMember({ workspaceId }: { workspaceId: string }) {
  const [opened, { open, close }] = useDisclosure(false)
  const queries = useQueryClient()
  const form = useForm({
    initialValues: { email: '', name: '', password: '', role: 'member' },
    validate: { email: (email) => (/^\S+@\S+$/.test(email.trim()) ? null : 'Enter an e-mail address.') },
  })
  const add = useMutation({
    mutationFn: ({ email, name, password, role }: typeof form.values) =>
      request('POST', paths.members(workspaceId), {
        idempotent: true,
        body: { email: email.trim(), role, ...(name.trim() && { name: name.trim() }), ...(password && { password }) },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [paths.members(workspaceId)] })
      notifyDone('The member was added.')
      close()
    },
    onError: (error) => form.setErrors(fieldFaults(error, ['email', 'name', 'password', 'role'])),
  })
  const start = () => {
    form.reset()
    add.reset()
    open()
  }
  return (
    <>
      <Button onClick={start}>Add member</Button>
      <Modal opened={opened} onClose={close} title="Add a member">
        <form onSubmit={form.onSubmit((values) => add.mutate(values))} noValidate>
          <Stack>
            {add.error && Object.keys(form.errors).length === 0 && <Problem error={add.error} />}
            <TextInput label="E-mail" type="email" required data-autofocus {...form.getInputProps('email')} />
            <TextInput label="Name" {...form.getInputProps('name')} />
            <PasswordInput
              label="First password"
              description="For somebody who cannot sign in here yet. Hand it over safely; they can change it under Account."
              autoComplete="new-password"
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
              {...form.getInputProps('password')}
            />
            <Select label="Role" data={roles} allowDeselect={false} {...form.getInputProps('role')} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={add.isPending}>
                Add member
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
