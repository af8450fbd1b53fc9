import { Group, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Integration, NewWebhookSecret, TemplateDetail, WebhookSettings } from 'tenon-sdk'
import { CodeBlock } from '../../components/code.tsx'
import { ConfirmButton } from '../../components/confirm.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Notice } from '../../components/notice.tsx'
import { Panel } from '../../components/page.tsx'
import { Pairs } from '../../components/pairs.tsx'
import { Problem } from '../../components/problem.tsx'
import { Mark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange } from '../../lib/session.ts'

type Props = { integration: Integration; template: TemplateDetail | undefined }

/** Where the vendor sends its webhooks, how they are proved, and whether the vendor has been asked to send any. */
export function WebhookTab({ integration, template }: Props) {
  const key = [paths.integrations, integration.id, 'webhook']
  const {
    data: settings,
    error,
    refetch,
  } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      request<WebhookSettings>('GET', paths.ofIntegration(integration.id, 'webhook'), { signal }),
  })
  if (error && !settings)
    return error instanceof ApiError && error.errorCode === 'NOT_SUPPORTED' ? (
      <div className="panel">
        <Empty title="This vendor sends no webhooks">
          What changes there is read when the integration syncs, where it can.
        </Empty>
      </div>
    ) : (
      <Panel>
        <Problem error={error} onRetry={() => void refetch()} />
      </Panel>
    )
  if (!settings)
    return (
      <Panel flush>
        <SkeletonRows count={4} />
      </Panel>
    )
  return (
    <Panel
      title="Webhooks from the vendor"
      actions={
        <LinkButton variant="subtle" size="compact-sm" to="/inbound" search={{ integrationId: integration.id }}>
          What has arrived
        </LinkButton>
      }
    >
      <Stack>
        <CodeBlock title="Where the vendor is to send them" code={settings.url} copyLabel="Copy URL" />
        <Pairs
          label="State of the webhooks"
          pairs={{
            Subscription: <Subscription settings={settings} subscribes={template?.webhooks?.subscribes ?? false} />,
            Secret: secretInWords(settings),
          }}
        />
        <Secret integration={integration} settings={settings} refreshKey={key} />
      </Stack>
    </Panel>
  )
}

function Subscription({ settings: { subscription }, subscribes }: { settings: WebhookSettings; subscribes: boolean }) {
  if (!subscription)
    return subscribes ? (
      <>The hub asks the vendor by itself once the account works.</>
    ) : (
      <>A person enters the URL at the vendor; the setup guide tells where.</>
    )
  return (
    <>
      <Mark of={subscription.status === 'active' ? ['Active', 'delivered'] : ['Failed', 'dead']} />
      {subscription.expiresAt && (
        <Text size="sm" component="span" ml="sm">
          renewed before it ends, <Time at={subscription.expiresAt} />
        </Text>
      )}
      {subscription.errorMessage && (
        <Text size="sm" className="mono">
          {subscription.errorMessage}
        </Text>
      )}
    </>
  )
}

const secretInWords = ({ secretSource, hasSecret }: WebhookSettings): string => {
  const where = {
    generated: 'The hub makes it.',
    application: 'That of the operator’s application at the vendor.',
    setting: 'The vendor shows it; it is entered under Settings.',
    credential: 'It is part of the credentials, which were given when the account was connected.',
  }[secretSource]
  return `${where} ${hasSecret ? 'It is set.' : 'It is not set yet, so webhooks are refused.'}`
}

type SecretProps = { integration: Integration; settings: WebhookSettings; refreshKey: readonly unknown[] }

function Secret({ integration, settings, refreshKey }: SecretProps) {
  const mayChange = useMayChange()
  const queries = useQueryClient()
  const [made, setMade] = useState<NewWebhookSecret | null>(null)
  if (made)
    return (
      <Stack gap="sm">
        <Notice tone="retrying" title="Copy the secret now">
          It is shown this once. What is signed with the one before is accepted until the next change.
        </Notice>
        <CodeBlock title="Secret of the webhooks" code={made.secret} copyLabel="Copy secret" />
      </Stack>
    )
  if (!mayChange || settings.secretSource !== 'generated') return null
  return (
    <Group>
      <ConfirmButton
        label="Make a new secret"
        title="Make a new secret?"
        confirmLabel="Make a new secret"
        danger={false}
        onConfirm={async () => {
          setMade(await request<NewWebhookSecret>('POST', paths.ofIntegration(integration.id, 'webhook/rotate-secret')))
          await queries.invalidateQueries({ queryKey: refreshKey })
        }}
      >
        Where the hub subscribes at the vendor by itself it does so anew. Elsewhere, enter the new secret at the vendor:
        it is shown once.
      </ConfirmButton>
    </Group>
  )
}
