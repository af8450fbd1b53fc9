import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { Lead } from 'tenon-sdk'
import { LinkButton } from '../../components/link-button.tsx'
import { Notice } from '../../components/notice.tsx'
import { Problem } from '../../components/problem.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'

const empty = { email: '', phone: '', firstName: '', lastName: '', company: '' }

/** A button and the dialog behind it that adds somebody by hand. */
export function AddLead() {
  const [opened, { open, close }] = useDisclosure(false)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const form = useForm({
    initialValues: empty,
    validate: {
      email: (email, { phone }) => (email.trim() || phone.trim() ? null : 'Give an e-mail address or a phone number.'),
    },
  })
  const add = useMutation({
    mutationFn: (values: typeof empty) =>
      request<Lead>('POST', paths.leads, {
        body: Object.fromEntries(
          Object.entries(values)
            .map(([name, value]) => [name, value.trim()])
            .filter(([, value]) => value),
        ),
        idempotent: true,
      }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: [paths.leads] })
      notifyDone('The lead was added.')
      close()
      await navigate({ to: '/leads/$leadId', params: { leadId: id } })
    },
    onError: (error) => form.setErrors(fieldFaults(error, Object.keys(empty))),
  })
  const start = () => {
    form.reset()
    add.reset()
    open()
  }
  return (
    <>
      <Button onClick={start}>Add a lead</Button>
      <Modal opened={opened} onClose={close} title="Add a lead">
        <form onSubmit={form.onSubmit((values) => add.mutate(values))} noValidate>
          <Stack>
            {add.error instanceof ApiError && add.error.errorCode === 'CONFLICT' ? (
              <Notice tone="retrying" title="Somebody is known by this already" isUrgent isAnswer>
                Nobody was added. Look at who has this e-mail address or phone.
                <Group mt="sm">
                  <LinkButton
                    to="/leads"
                    search={{ q: (form.values.email || form.values.phone).trim() }}
                    variant="default"
                    size="compact-sm"
                    onClick={close}
                  >
                    Show the lead
                  </LinkButton>
                </Group>
              </Notice>
            ) : (
              add.error && Object.keys(form.errors).length === 0 && <Problem error={add.error} />
            )}
            <TextInput label="E-mail" type="email" data-autofocus {...form.getInputProps('email')} />
            <TextInput label="Phone" type="tel" {...form.getInputProps('phone')} />
            <Group grow align="flex-start">
              <TextInput label="First name" {...form.getInputProps('firstName')} />
              <TextInput label="Last name" {...form.getInputProps('lastName')} />
            </Group>
            <TextInput label="Company" {...form.getInputProps('company')} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={add.isPending}>
                Add the lead
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
