import { Button, Group } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { CreatedEndpoint } from 'tenon-sdk'
import { LinkButton } from '../../components/link-button.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'
import { EndpointEditor } from './endpoint-editor.tsx'
import { emptyForm } from './endpoint-form.ts'
import { Secret } from './secret.tsx'
import { TestPanel } from './test-panel.tsx'

/** Creates an endpoint, then shows its secret the only time there is, and offers the first test. */
export function NewEndpoint() {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [created, setCreated] = useState<CreatedEndpoint | null>(null)

  if (created)
    return (
      <Page
        title={`${created.name} is ready`}
        about="Give the receiver this secret, so that it can tell our deliveries from anybody else’s."
      >
        <Panel>
          <Secret secret={created.secret} publicKey={created.signingPublicKey} />
        </Panel>
        <TestPanel endpoint={created} />
        <Group>
          <LinkButton to="/endpoints/$endpointId" params={{ endpointId: created.id }}>
            I have stored the secret
          </LinkButton>
          <Button variant="default" onClick={() => setCreated(null)}>
            Create another
          </Button>
        </Group>
      </Page>
    )
  return (
    <Page title="Create endpoint" about="A URL of yours that will hear of the events it subscribes to.">
      <EndpointEditor
        initial={emptyForm}
        submitLabel="Create endpoint"
        onCancel={() => void navigate({ to: '/endpoints' })}
        onSubmit={async (body) => {
          setCreated(await request<CreatedEndpoint>('POST', paths.endpoints, { body, idempotent: true }))
          await queries.invalidateQueries({ queryKey: [paths.endpoints] })
        }}
      />
    </Page>
  )
}
