import { Button, PasswordInput, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { useSession } from '../../lib/session.ts'

const toggle = { 'aria-label': 'Show or hide the password' }

/** Oneself: who one is signed in as, and a new password. */
export function Account() {
  const { person } = useSession()
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '' },
    validate: {
      newPassword: (value) => (value.length < 10 ? 'Take at least 10 characters; a sentence works well.' : null),
    },
  })
  const change = useMutation({
    mutationFn: (body: typeof form.values) => request('PATCH', paths.password, { body }),
    onSuccess: () => {
      form.reset()
      notifyDone('Your password was changed.')
    },
    onError: (error) => form.setErrors(fieldFaults(error, ['currentPassword', 'newPassword'])),
  })
  return (
    <Page title="Account" about={`You are signed in as ${person.name || person.email} (${person.email}).`}>
      <Panel title="Change the password">
        <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
          <Stack maw={400}>
            {change.error && Object.keys(form.errors).length === 0 && <Problem error={change.error} />}
            <input type="hidden" autoComplete="username" value={person.email} readOnly />
            <PasswordInput
              label="Current password"
              autoComplete="current-password"
              required
              visibilityToggleButtonProps={toggle}
              {...form.getInputProps('currentPassword')}
            />
            <PasswordInput
              label="New password"
              autoComplete="new-password"
              required
              visibilityToggleButtonProps={toggle}
              {...form.getInputProps('newPassword')}
            />
            <Button type="submit" loading={change.isPending} style={{ alignSelf: 'flex-start' }}>
              Change password
            </Button>
            <Text size="sm" c="dimmed">
              Your sessions on other devices end.
            </Text>
          </Stack>
        </form>
      </Panel>
    </Page>
  )
}
