import { Button, Group, MultiSelect, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ConnectSession, CreatedConnectSession } from 'tenon-sdk'
import { CodeBlock } from '../../components/code.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Notice } from '../../components/notice.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { Mark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { paths } from '../../lib/paths.ts'
import { integrationsQuery, templatesQuery } from '../../lib/queries.ts'
import { OpenLinks } from './open-links.tsx'

const lifetimes = [
  { value: '600', label: '10 minutes' },
  { value: '1800', label: '30 minutes' },
  { value: '3600', label: '1 hour' },
]
type Form = { templates: string[]; integrationId: string | null; returnUrl: string; expiresInSeconds: string }
const empty: Form = { templates: [], integrationId: null, returnUrl: '', expiresInSeconds: '1800' }

/** Makes a link by which a person without a sign-in here connects their account to this workspace. */
export function ConnectLinks() {
  const [form, setForm] = useState(empty)
  const queries = useQueryClient()
  const create = useMutation({
    onSuccess: () => queries.invalidateQueries({ queryKey: [paths.connectSessions] }),
    mutationFn: ({ templates, integrationId, returnUrl, expiresInSeconds }: Form) =>
      request<CreatedConnectSession>('POST', paths.connectSessions, {
        body: {
          ...(integrationId ? { integrationId } : templates.length > 0 && { templates }),
          ...(returnUrl.trim() && { returnUrl: returnUrl.trim() }),
          expiresInSeconds: Number(expiresInSeconds),
        },
        idempotent: true,
      }),
  })
  return (
    <Page
      title="Connect links"
      about="A short-lived link to a page on which somebody connects their account, without signing in here. Your product can make such links by the API and embed the page."
    >
      {create.data ? (
        <Made
          session={create.data}
          onAnother={() => {
            create.reset()
            setForm(empty)
          }}
        />
      ) : (
        <Editor
          form={form}
          onChange={setForm}
          onSubmit={() => create.mutate(form)}
          isPending={create.isPending}
          error={create.error}
        />
      )}
      <OpenLinks />
    </Page>
  )
}

type EditorProps = {
  form: Form
  onChange: (form: Form) => void
  onSubmit: () => void
  isPending: boolean
  error: unknown
}

function Editor({ form, onChange, onSubmit, isPending, error }: EditorProps) {
  const templates = useQuery(templatesQuery)
  const integrations = useQuery(integrationsQuery)
  const faults = fieldFaults(error, ['templates', 'integrationId', 'returnUrl', 'expiresInSeconds'])
  return (
    <Panel title="Make a link">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit()
        }}
        noValidate
      >
        <Stack maw={560}>
          {Boolean(error) && Object.keys(faults).length === 0 && <Problem error={error} />}
          <MultiSelect
            label="What may be connected"
            placeholder={form.templates.length ? '' : 'Everything in the catalogue'}
            data={
              templates.data?.filter(({ isActive }) => isActive).map(({ id, name }) => ({ value: id, label: name })) ??
              []
            }
            value={form.templates}
            onChange={(chosen) => onChange({ ...form, templates: chosen })}
            disabled={form.integrationId !== null}
            clearable
            error={faults.templates}
          />
          <Select
            label="Or connect one again"
            description="For an account whose access has ended."
            placeholder="A new account"
            clearable
            data={integrations.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
            value={form.integrationId}
            onChange={(integrationId) => onChange({ ...form, integrationId })}
            error={faults.integrationId}
          />
          <TextInput
            label="Return to"
            description="Where the browser goes afterwards: an address of this hub, or one that the operator allows (TENON_RETURN_URLS)."
            placeholder="https://app.example.com/settings"
            type="url"
            value={form.returnUrl}
            onChange={({ currentTarget }) => onChange({ ...form, returnUrl: currentTarget.value })}
            error={faults.returnUrl}
          />
          <Select
            label="Valid for"
            data={lifetimes}
            allowDeselect={false}
            value={form.expiresInSeconds}
            onChange={(value) => value && onChange({ ...form, expiresInSeconds: value })}
          />
          <Group>
            <Button type="submit" loading={isPending}>
              Make the link
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  )
}

const states: Record<ConnectSession['status'], Parameters<typeof Mark>[0]['of']> = {
  open: ['Waiting for the person', 'pending'],
  connected: ['Connected', 'delivered'],
  expired: ['Expired', 'quiet'],
}

function Made({ session, onAnother }: { session: CreatedConnectSession; onAnother: () => void }) {
  const path = paths.connectSession(session.id)
  const { data: state = session } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<ConnectSession>('GET', path, { signal }),
    refetchInterval: ({ state }) => (state.data && state.data.status !== 'open' ? false : 2_000),
  })
  return (
    <Panel title="The link">
      <Stack>
        <Notice tone="retrying" title="Copy the link now">
          It is shown this once. Whoever has it can connect an account to this workspace until it expires.
        </Notice>
        <CodeBlock title="Link" code={session.url} copyLabel="Copy link" />
        <Group gap="md" aria-live="polite">
          <Mark of={states[state.status]} />
          {state.status === 'open' && (
            <Text size="sm">
              Expires <Time at={state.expiresAt} />.
            </Text>
          )}
        </Group>
        <Group>
          {state.status === 'connected' && state.integrationId && (
            <LinkButton to="/connected/$integrationId" params={{ integrationId: state.integrationId }}>
              See the integration
            </LinkButton>
          )}
          <Button variant="default" onClick={onAnother}>
            Make another
          </Button>
        </Group>
      </Stack>
    </Panel>
  )
}
