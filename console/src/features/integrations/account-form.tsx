import { Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import type { Integration, TemplateDetail } from 'tenon-sdk'
import { TextLink } from '../../components/link-button.tsx'
import { Notice } from '../../components/notice.tsx'
import { Problem } from '../../components/problem.tsx'
import { SchemaFields } from '../../components/schema-fields.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { wayInWords } from '../../lib/integration-in-words.ts'
import { paths } from '../../lib/paths.ts'
import { fieldsOf, initialValues, readChanges, readValues } from '../../lib/schema-form.ts'
import { useSession } from '../../lib/session.ts'
import { useSignIn } from './use-sign-in.ts'

type Props = {
  template: TemplateDetail
  /** The integration that is connected again; none for a new one. */
  existing?: Integration
  onConnected: (integration: Integration) => void
  onCancel: () => void
}

/** Connects an account: settings by the template's schema, then a key, or the sign-in at the vendor. Saving tests it. */
export function AccountForm({ template, existing, onConnected, onCancel }: Props) {
  const queries = useQueryClient()
  const { person } = useSession()
  const settings = fieldsOf(template.configSchema)
  const [way, setWay] = useState(existing?.authType ?? template.auth[0]!.type)
  const auth = template.auth.find(({ type }) => type === way) ?? template.auth[0]!
  const keys = fieldsOf(auth.fields, { allSecret: true })
  const [name, setName] = useState(existing?.name ?? template.name)
  const [config, setConfig] = useState(() => initialValues(settings, existing?.config))
  const [credentials, setCredentials] = useState(() => initialValues(keys))
  // What a first try has made is changed by the next one, rather than made again.
  const made = useRef(existing)

  async function save(withCredentials: boolean): Promise<Integration> {
    const before = made.current
    const body = {
      name: name.trim(),
      config: before ? readChanges(settings, config, before.config) : readValues(settings, config),
      ...(withCredentials && { credentials: readValues(keys, credentials) }),
    }
    const saved = before
      ? await request<Integration>('PATCH', paths.integration(before.id), { body })
      : await request<Integration>('POST', paths.integrations, {
          body: { ...body, templateId: template.id, authType: auth.type },
          idempotent: true,
        })
    made.current = saved
    return saved
  }
  const byKey = useMutation({
    mutationFn: () => save(auth.type === 'keys'),
    onSuccess: (saved) => saved.status === 'active' && onConnected(saved),
    onSettled: () => queries.invalidateQueries({ queryKey: [paths.integrations] }),
  })
  const signIn = useSignIn(onConnected)
  const error = byKey.error ?? signIn.error
  const faults = {
    ...fieldFaults(error, ['name']),
    ...prefixed(
      fieldFaults(
        error,
        settings.map((field) => `config.${field.name}`),
      ),
      'config.',
    ),
    ...prefixed(
      fieldFaults(
        error,
        keys.map((field) => `credentials.${field.name}`),
      ),
      'credentials.',
    ),
  }
  const isVendorsNo = byKey.data && byKey.data.status !== 'active'

  function submit(event: FormEvent) {
    event.preventDefault()
    if (auth.type === 'oauth2') signIn.begin({ provider: auth.provider!, integration: () => save(false) })
    else byKey.mutate()
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {Boolean(error) && Object.keys(faults).length === 0 && <Problem error={error} />}
        {isVendorsNo && (
          <Notice tone="dead" title={`${template.name} did not accept this`} isUrgent>
            <Text size="sm">{byKey.data.errorMessage ?? 'The test failed.'}</Text>
            <Text size="sm">Correct it here and try again.</Text>
          </Notice>
        )}
        {signIn.refusal && (
          <Notice tone="dead" title="The account was not connected" isUrgent>
            {signIn.refusal}
          </Notice>
        )}
        <TextInput
          label="Name"
          description="How this workspace calls the account."
          required
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          error={faults.name}
        />
        {template.auth.length > 1 && (
          <div>
            <Text size="sm" fw={600} mb={4}>
              How to connect
            </Text>
            <SegmentedControl
              aria-label="How to connect"
              value={way}
              onChange={(chosen) => {
                setWay(chosen)
                byKey.reset()
              }}
              data={template.auth.map(({ type }) => ({ value: type, label: wayInWords(type) }))}
            />
          </div>
        )}
        <SchemaFields key={auth.type} fields={keys} values={credentials} onChange={setCredentials} faults={faults} />
        {settings.length > 0 && (
          <SettingsFold isOpen={settings.some(({ isRequired, name: field }) => isRequired || Boolean(faults[field]))}>
            <SchemaFields
              fields={settings}
              values={config}
              onChange={setConfig}
              faults={faults}
              kept={existing?.sealedFields ?? []}
            />
          </SettingsFold>
        )}
        {auth.type === 'oauth2' && (
          <Text size="sm" c="dimmed">
            {template.name} opens in a window of its own and asks you to allow access
            {person.platformAdmin && (
              <>
                {' '}
                as the application that is set up under <TextLink to="/oauth-applications">OAuth applications</TextLink>
              </>
            )}
            .
          </Text>
        )}
        <Group>
          <Button type="submit" loading={byKey.isPending || signIn.isUnderWay}>
            {auth.type === 'oauth2' ? `Sign in at ${template.name}` : existing ? 'Test and save' : 'Test and connect'}
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function SettingsFold({ isOpen, children }: { isOpen: boolean; children: React.ReactNode }) {
  const [wasOpened, setOpened] = useState(isOpen)
  return (
    <details open={wasOpened || isOpen} onToggle={({ currentTarget }) => setOpened(currentTarget.open)}>
      <summary className="fold">
        Settings <span className="fold-note">all can be changed later</span>
      </summary>
      <div style={{ paddingTop: 12 }}>{children}</div>
    </details>
  )
}

const prefixed = (faults: Record<string, string>, prefix: string): Record<string, string> =>
  Object.fromEntries(Object.entries(faults).map(([name, fault]) => [name.replace(prefix, ''), fault]))
