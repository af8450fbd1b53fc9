import { Button, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Integration, TemplateDetail } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { SkeletonRows } from '../../components/list-states.tsx'
import { Notice } from '../../components/notice.tsx'
import { Panel } from '../../components/page.tsx'
import { Pairs } from '../../components/pairs.tsx'
import { Problem } from '../../components/problem.tsx'
import { SchemaFields } from '../../components/schema-fields.tsx'
import { Time } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { agentsQuery } from '../../lib/queries.ts'
import { fieldsOf, initialValues, readChanges } from '../../lib/schema-form.ts'
import { useMayChange, useSession } from '../../lib/session.ts'
import { ExportIntegration } from './export-integration.tsx'

type Props = { integration: Integration; template: TemplateDetail | undefined }

/** How an integration is set, to be changed, and the ways to part from it. */
export function IntegrationSettings({ integration, template }: Props) {
  const mayChange = useMayChange()
  const { person } = useSession()
  return (
    <>
      <Panel title="Settings">
        {template ? <Form integration={integration} template={template} /> : <SkeletonRows count={5} />}
      </Panel>
      <Panel title="About">
        <Pairs
          label="About the integration"
          pairs={{
            Template: integration.templateName,
            Account: integration.accountName ?? 'Not known yet',
            Connected:
              { oauth2: 'by signing in at the vendor', keys: 'by a key', none: 'without a sign-in' }[
                integration.authType
              ] ?? integration.authType,
            Agent: integration.agentId ?? 'Of the whole workspace',
            Tested: <Time at={integration.lastTestedAt} />,
            Created: <Time at={integration.createdAt} />,
            Changed: <Time at={integration.updatedAt} />,
            Id: <span className="mono">{integration.id}</span>,
          }}
        />
      </Panel>
      {mayChange && (
        <Panel title="Move or disconnect">
          <Stack>
            {person.platformAdmin && <ExportIntegration integration={integration} />}
            {integration.status !== 'disconnected' && <Disconnection integration={integration} />}
          </Stack>
        </Panel>
      )}
    </>
  )
}

function Form({ integration, template }: { integration: Integration; template: TemplateDetail }) {
  const fields = fieldsOf(template.configSchema)
  const mayChange = useMayChange()
  const queries = useQueryClient()
  const [name, setName] = useState(integration.name)
  const [description, setDescription] = useState(integration.description ?? '')
  const [config, setConfig] = useState(() => initialValues(fields, integration.config))
  const [agentId, setAgentId] = useState(integration.agentId)
  const agents = useQuery(agentsQuery)
  const save = useMutation({
    mutationFn: () => {
      const changes = readChanges(fields, config, integration.config)
      return request<Integration>('PATCH', paths.integration(integration.id), {
        body: {
          name: name.trim(),
          description: description.trim() || null,
          ...(agentId !== integration.agentId && { agentId }),
          ...(fields.length > 0 && { config: changes }),
        },
      })
    },
    onSuccess: async (saved) => {
      await queries.invalidateQueries({ queryKey: [paths.integrations] })
      await queries.invalidateQueries({
        predicate: ({ queryKey: [path] }) => typeof path === 'string' && path.startsWith(`${paths.agents}/`),
      })
      if (saved.status === 'active') notifyDone('The settings were saved, and the account works with them.')
      else if (saved.status !== 'error') notifyDone('The settings were saved.')
    },
  })
  const faults = Object.fromEntries(
    Object.entries(
      fieldFaults(save.error, ['name', 'description', 'agentId', ...fields.map((field) => `config.${field.name}`)]),
    ).map(([field, fault]) => [field.replace('config.', ''), fault]),
  )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
      noValidate
    >
      <fieldset disabled={!mayChange} className="plain-fieldset">
        <Stack maw={620}>
          {save.error && Object.keys(faults).length === 0 && <Problem error={save.error} />}
          {save.data?.status === 'error' && (
            <Notice tone="dead" title="Saved, but the vendor does not accept it" isUrgent>
              {save.data.errorMessage}
            </Notice>
          )}
          <TextInput
            label="Name"
            required
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
            error={faults.name}
          />
          <Textarea
            label="Description"
            autosize
            minRows={2}
            value={description}
            onChange={({ currentTarget }) => setDescription(currentTarget.value)}
            error={faults.description}
          />
          {agents.data && agents.data.length > 0 && (
            <Select
              label="Who uses it"
              placeholder="The whole workspace"
              clearable
              data={agents.data.map(({ id, name }) => ({ value: id, label: `Only the agent ${name}` }))}
              value={agentId}
              onChange={setAgentId}
              error={faults.agentId}
            />
          )}
          <SchemaFields
            fields={fields}
            values={config}
            onChange={setConfig}
            faults={faults}
            kept={integration.sealedFields}
          />
          {mayChange && (
            <Group>
              <Button type="submit" loading={save.isPending}>
                Save settings
              </Button>
            </Group>
          )}
        </Stack>
      </fieldset>
    </form>
  )
}

function Disconnection({ integration: { id, name } }: { integration: Integration }) {
  const queries = useQueryClient()
  return (
    <Group justify="space-between">
      <Text size="sm" style={{ flex: '1 1 280px' }}>
        Disconnect to forget the credentials here and at the vendor, and keep settings and history.
      </Text>
      <ConfirmButton
        label="Disconnect"
        title={`Disconnect ${name}?`}
        confirmLabel="Disconnect the account"
        onConfirm={async () => {
          await request('POST', paths.ofIntegration(id, 'disconnect'))
          await queries.invalidateQueries({ queryKey: [paths.integrations] })
        }}
      >
        It can be connected again later. Until then deliveries for it wait.
      </ConfirmButton>
    </Group>
  )
}
