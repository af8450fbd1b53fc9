import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Agent } from 'tenon-sdk'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'

/** A button and the dialog behind it that adds an agent, or gives it another name. */
export function AgentDialog({ existing }: { existing?: Agent }) {
  const [opened, { open, close }] = useDisclosure(false)
  const queries = useQueryClient()
  const form = useForm({
    initialValues: { id: existing?.id ?? '', name: existing?.name ?? '' },
    validate: {
      id: (id) =>
        /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/.test(id.trim())
          ? null
          : 'An id has letters, digits, dots, dashes, colons and underscores.',
      name: (name) => (name.trim() ? null : 'Name the agent.'),
    },
  })
  const save = useMutation({
    mutationFn: ({ id, name }: { id: string; name: string }) =>
      request<Agent>('PUT', paths.agent(id.trim()), { body: { name: name.trim() } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [paths.agents] })
      notifyDone(existing ? 'The agent has another name.' : 'The agent was added.')
      close()
    },
    onError: (error) => form.setErrors(fieldFaults(error, ['name'])),
  })
  const start = () => {
    form.setValues({ id: existing?.id ?? '', name: existing?.name ?? '' })
    save.reset()
    open()
  }
  return (
    <>
      <Button {...(existing && { variant: 'default' })} onClick={start}>
        {existing ? 'Rename' : 'Add an agent'}
      </Button>
      <Modal opened={opened} onClose={close} title={existing ? `Rename ${existing.name}` : 'Add an agent'}>
        <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
          <Stack>
            {save.error && Object.keys(form.errors).length === 0 && <Problem error={save.error} />}
            {!existing && (
              <TextInput
                label="Id"
                description="As the agent is called at its vendor, or in your product."
                required
                data-autofocus
                {...form.getInputProps('id')}
              />
            )}
            <TextInput label="Name" required {...form.getInputProps('name')} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={save.isPending}>
                {existing ? 'Save the name' : 'Add the agent'}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
