import { Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Endpoint } from 'tenon-sdk'
import { CodeBlock } from '../../components/code.tsx'
import { Panel } from '../../components/page.tsx'
import { Pairs } from '../../components/pairs.tsx'
import { Time } from '../../components/time.tsx'
import { formatDuration } from '../../lib/format.ts'
import { retriesInWords } from '../../lib/retry-schedule.ts'
import { VerificationHelp } from './secret.tsx'

/** How an endpoint is set, in words. */
export function EndpointSettings({ endpoint }: { endpoint: Endpoint }) {
  const headers = Object.keys(endpoint.headers)
  const settings: Record<string, ReactNode> = {
    Events: <span className="mono">{endpoint.events.join(', ')}</span>,
    Channels: endpoint.channels?.join(', ') || 'All',
    Retries: retriesInWords(endpoint),
    Timeout: formatDuration(endpoint.timeout),
    'Rate limit': endpoint.rateLimit ? `${endpoint.rateLimit} a second` : 'None',
    Concurrency: endpoint.ordered ? 'One at a time, in order' : (endpoint.concurrency ?? 'The hub’s own limit'),
    Signatures: endpoint.signatureAlgorithms.join(', '),
    Headers: headers.length ? headers.join(', ') : 'None of its own',
    Created: <Time at={endpoint.createdAt} />,
    Changed: <Time at={endpoint.updatedAt} />,
    Id: <span className="mono">{endpoint.id}</span>,
  }
  return (
    <Panel title="Settings">
      <Stack>
        <Pairs label="Settings of the endpoint" pairs={settings} />
        {endpoint.filter && <CodeBlock title="Filter" code={JSON.stringify(endpoint.filter, null, 2)} />}
        {endpoint.signingPublicKey && <CodeBlock title="Public key (ed25519)" code={endpoint.signingPublicKey} />}
        <details>
          <summary style={{ cursor: 'pointer' }}>
            <Text component="span" fw={600} size="sm">
              How the receiver verifies a delivery
            </Text>
          </summary>
          <div style={{ marginTop: 10 }}>
            <VerificationHelp />
          </div>
        </details>
      </Stack>
    </Panel>
  )
}
