import { SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { CodeBlock } from '../../components/code.tsx'
import { Notice } from '../../components/notice.tsx'
import { verificationSnippets } from '../../lib/verification-snippet.ts'

type Props = { secret: string; publicKey: string | null }

/** A signing secret in the one moment in which it can be seen, with the code that verifies by it. */
export function Secret({ secret, publicKey }: Props) {
  return (
    <Stack>
      <Notice tone="retrying" title="Copy the secret now">
        It is shown this once. If it gets lost, rotate it.
      </Notice>
      <CodeBlock title="Signing secret" code={secret} copyLabel="Copy secret" />
      {publicKey && <CodeBlock title="Public key (ed25519)" code={publicKey} copyLabel="Copy key" />}
      <VerificationHelp />
    </Stack>
  )
}

/** How a receiver verifies, by language. */
export function VerificationHelp() {
  const [language, setLanguage] = useState(verificationSnippets[0]!.language)
  const snippet = verificationSnippets.find((candidate) => candidate.language === language)!
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        Each delivery bears webhook-id, webhook-timestamp and webhook-signature (Standard Webhooks), and
        X-Webhook-Signature for receivers of the older form. Verify before trusting the body.
      </Text>
      <SegmentedControl
        aria-label="Language"
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        data={verificationSnippets.map((entry) => entry.language)}
        value={language}
        onChange={setLanguage}
      />
      <CodeBlock title="In the receiver" code={snippet.code} />
    </Stack>
  )
}
