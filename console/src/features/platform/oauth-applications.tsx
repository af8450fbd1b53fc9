import { Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { OAuthApplication } from 'tenon-sdk'
import { CodeBlock } from '../../components/code.tsx'
import { ConfirmButton } from '../../components/confirm.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { Mark } from '../../components/status.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'

/** As which applications this hub is known to vendors, so that people can sign in there. */
export function OAuthApplications() {
  const { data, error, refetch } = useQuery({
    queryKey: [paths.oauthApplications],
    queryFn: ({ signal }) => request<OAuthApplication[]>('GET', paths.oauthApplications, { signal }),
  })
  return (
    <Page
      title="OAuth applications"
      about="As which application the hub signs people in at a vendor. Register one with the vendor, with the redirect URL shown here, and enter what it gives you."
    >
      <Panel flush>
        <ListStates
          source={{ items: data, error, retry: () => void refetch() }}
          empty={<Empty title="No connector signs in by OAuth">Nothing has to be registered.</Empty>}
        >
          {(applications) => <ApplicationTable applications={applications} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

const sources: Record<OAuthApplication['source'], Parameters<typeof Mark>[0]['of']> = {
  console: ['Entered here', 'delivered'],
  environment: ['From the environment', 'delivered'],
  sandbox: ['Sandbox', 'pending'],
  none: ['Not set up', 'quiet'],
}

const ApplicationTable = ({ applications }: { applications: OAuthApplication[] }) => (
  <DataTable
    label="OAuth applications"
    rows={applications}
    rowKey={({ provider }) => provider}
    columns={[
      {
        header: 'Provider',
        kind: 'lead',
        cell: ({ provider, templates }) => (
          <>
            <Text fw={600} size="sm">
              {provider}
            </Text>
            {templates.join() !== provider && (
              <Text size="xs" c="dimmed">
                {templates.join(', ')}
              </Text>
            )}
          </>
        ),
      },
      { header: 'State', kind: 'nowrap', cell: ({ source }) => <Mark of={sources[source]} /> },
      { header: 'Client id', cell: ({ clientId }) => <span className="mono">{clientId ?? '–'}</span> },
      {
        header: 'Redirect URL',
        cell: ({ redirectUri }) => (
          <span className="mono breakable" style={{ fontSize: '0.8rem' }}>
            {redirectUri}
          </span>
        ),
      },
      { header: 'Action', kind: 'bare', cell: (application) => <Actions application={application} /> },
    ]}
  />
)

function Actions({ application }: { application: OAuthApplication }) {
  const { provider, source } = application
  const queries = useQueryClient()
  return (
    <Group gap="xs" wrap="nowrap">
      <EnterApplication application={application} />
      {source === 'console' && (
        <ConfirmButton
          label="Forget"
          ariaLabel={`Forget the application of ${provider}`}
          title={`Forget the application of ${provider}?`}
          confirmLabel="Forget it"
          button={{ size: 'compact-sm' }}
          onConfirm={async () => {
            await request('DELETE', paths.oauthApplication(provider))
            await queries.invalidateQueries({ queryKey: [paths.oauthApplications] })
          }}
        >
          What the environment says counts again. Accounts that were connected with it cannot renew their tokens.
        </ConfirmButton>
      )}
    </Group>
  )
}

const noSecrets = { clientSecret: '', webhookSecret: '' }

function EnterApplication({ application }: { application: OAuthApplication }) {
  const { provider, redirectUri, variables, hasClientSecret, hasWebhookSecret } = application
  const [opened, { open, close }] = useDisclosure(false)
  const [clientId, setClientId] = useState('')
  const [secrets, setSecrets] = useState(noSecrets)
  const queries = useQueryClient()
  const isOwn = application.source === 'console'
  const save = useMutation({
    mutationFn: () =>
      request<OAuthApplication>('PUT', paths.oauthApplication(provider), {
        body: {
          clientId: clientId.trim(),
          ...(secrets.clientSecret && { clientSecret: secrets.clientSecret.trim() }),
          ...(secrets.webhookSecret && { webhookSecret: secrets.webhookSecret.trim() }),
        },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [paths.oauthApplications] })
      notifyDone(`The application of ${provider} was saved.`)
      close()
    },
  })
  const faults = fieldFaults(save.error, ['clientId', 'clientSecret', 'webhookSecret'])
  const start = () => {
    save.reset()
    setClientId(isOwn ? (application.clientId ?? '') : '')
    setSecrets(noSecrets)
    open()
  }
  const secretField = (name: 'clientSecret' | 'webhookSecret', label: string, isSet: boolean, about?: string) => (
    <PasswordInput
      label={label}
      description={[about, isOwn && isSet && 'It is set. Leave this empty to keep it.'].filter(Boolean).join(' ')}
      autoComplete="off"
      value={secrets[name]}
      onChange={({ currentTarget: { value } }) => setSecrets({ ...secrets, [name]: value })}
      error={faults[name]}
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide what is typed' }}
    />
  )
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={start} aria-label={`Set up ${provider}`}>
        {isOwn ? 'Change' : 'Set up'}
      </Button>
      <Modal opened={opened} onClose={close} title={`The application at ${provider}`} size="lg">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate()
          }}
          noValidate
        >
          <Stack>
            {save.error && Object.keys(faults).length === 0 && <Problem error={save.error} />}
            <CodeBlock title="Redirect URL to register with the vendor" code={redirectUri} copyLabel="Copy URL" />
            <TextInput
              label="Client id"
              required
              data-autofocus
              autoCapitalize="off"
              value={clientId}
              onChange={({ currentTarget }) => setClientId(currentTarget.value)}
              error={faults.clientId}
            />
            {secretField('clientSecret', 'Client secret', hasClientSecret)}
            {secretField(
              'webhookSecret',
              'Webhook secret',
              hasWebhookSecret,
              'Only where the vendor signs webhooks with a secret of the application other than the client secret.',
            )}
            <Text size="xs" c="dimmed">
              The environment can give it as well: <span className="mono">{variables.join(', ')}</span>. What is entered
              here counts before it.
            </Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={save.isPending} disabled={!clientId.trim()}>
                Save
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
