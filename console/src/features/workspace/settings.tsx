import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Copy } from '../../components/code.tsx'
import { ConfirmButton } from '../../components/confirm.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { sessionQuery, useMayChange, useSession, useWorkspace } from '../../lib/session.ts'

/** The workspace itself: its name, its id, and its end. */
export function Settings() {
  const workspace = useWorkspace()
  const { person } = useSession()
  const mayChange = useMayChange()
  const mayDelete = person.platformAdmin || workspace.role === 'owner'
  return (
    <Page title="Settings" about={`The workspace ${workspace.name}.`}>
      <Panel title="Workspace">
        <Stack maw={480}>
          {mayChange ? <Rename /> : <Text>{workspace.name}</Text>}
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              Id
            </Text>
            <Text size="sm" className="mono">
              {workspace.id}
            </Text>
            <Copy value={workspace.id} />
          </Group>
        </Stack>
      </Panel>
      {mayDelete && <Deletion />}
    </Page>
  )
}

function Rename() {
  const workspace = useWorkspace()
  const queries = useQueryClient()
  const form = useForm({
    initialValues: { name: workspace.name },
    validate: { name: (name) => (name.trim() ? null : 'A workspace needs a name.') },
  })
  const rename = useMutation({
    mutationFn: ({ name }: { name: string }) =>
      request('PATCH', paths.workspace(workspace.id), { body: { name: name.trim() } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: sessionQuery.queryKey })
      notifyDone('The workspace was renamed.')
    },
    onError: (error) => form.setErrors(fieldFaults(error, ['name'])),
  })
  return (
    <form onSubmit={form.onSubmit((values) => rename.mutate(values))} noValidate>
      <Stack>
        {rename.error && !form.errors.name && <Problem error={rename.error} />}
        <TextInput label="Name" required {...form.getInputProps('name')} />
        <Button type="submit" loading={rename.isPending} disabled={!form.isDirty()} style={{ alignSelf: 'flex-start' }}>
          Rename
        </Button>
      </Stack>
    </form>
  )
}

function Deletion() {
  const workspace = useWorkspace()
  const form = useForm({ initialValues: { typed: '' } })
  const isTyped = form.values.typed.trim() === workspace.name
  return (
    <Panel title="Delete the workspace">
      <Stack maw={480}>
        <Text size="sm" c="dimmed">
          Its events, endpoints, keys and members are gone for good. To make sure, type its name first.
        </Text>
        <TextInput label={`Type “${workspace.name}”`} autoComplete="off" {...form.getInputProps('typed')} />
        <div>
          <ConfirmButton
            label="Delete the workspace"
            title={`Delete ${workspace.name} for good?`}
            confirmLabel="Delete everything"
            button={{ disabled: !isTyped, c: isTyped ? 'var(--mantine-color-error)' : 'dimmed' }}
            onConfirm={async () => {
              await request('DELETE', paths.workspace(workspace.id))
              location.assign('/')
            }}
          >
            Nobody can bring it back, except from a backup.
          </ConfirmButton>
        </div>
      </Stack>
    </Panel>
  )
}
