import { Button, Center, Code, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDocumentTitle } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { Logo } from '../../components/logo.tsx'
import { Problem } from '../../components/problem.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'

const route = getRouteApi('/sign-in')

/** Opens a session and returns to where the person wanted to go. */
export function SignIn() {
  useDocumentTitle('Sign in · Tenon')
  const { from } = route.useSearch()
  const router = useRouter()
  const queries = useQueryClient()
  const form = useForm({ initialValues: { email: '', password: '' } })
  const signIn = useMutation({
    mutationFn: (credentials: typeof form.values) =>
      request('POST', paths.session, { body: credentials, workspaceId: null }),
    onSuccess: () => {
      queries.clear()
      // Only a path of this console: an address of elsewhere must not be smuggled in.
      router.history.push(from && /^\/(?![/\\])/.test(from) ? from : '/')
    },
  })
  const isRefused = signIn.error instanceof ApiError && signIn.error.status === 401

  return (
    <Center component="main" mih="100vh" p="md">
      <Stack w="100%" maw={400} gap="lg">
        <Group gap="sm">
          <Logo size={36} />
          <Title order={1}>Tenon</Title>
        </Group>
        <Paper withBorder p="lg" radius="md" bg="var(--tenon-surface)">
          <form onSubmit={form.onSubmit((credentials) => signIn.mutate(credentials))}>
            <Stack>
              <Title order={2}>Sign in</Title>
              {isRefused && signIn.error && (
                <Text role="alert" c="var(--mantine-color-error)" size="sm">
                  {signIn.error.message}
                </Text>
              )}
              {signIn.error && !isRefused && <Problem error={signIn.error} />}
              <TextInput
                label="E-mail"
                type="email"
                autoComplete="username"
                required
                withAsterisk={false}
                autoFocus
                {...form.getInputProps('email')}
              />
              <PasswordInput
                label="Password"
                autoComplete="current-password"
                required
                withAsterisk={false}
                visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
                {...form.getInputProps('password')}
              />
              <Button type="submit" loading={signIn.isPending}>
                Sign in
              </Button>
            </Stack>
          </form>
        </Paper>
        <Text size="sm" c="dimmed">
          First time here? The hub prints the first sign-in, e-mail and password, in the terminal where{' '}
          <Code>npm start</Code> ran.
        </Text>
      </Stack>
    </Center>
  )
}
