import { SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { CodeBlock } from '../../components/code.tsx'

/**
 * A mail as its reader sees it, as plain text, or as its source. The frame is a world of its own: nothing in the mail can run, and the
 * page's policy lets it load nothing from elsewhere.
 */
export function MailView({ html, text }: { html: string | null; text: string | null }) {
  const [view, setView] = useState(html ? 'html' : 'text')
  if (!html && !text)
    return (
      <Text size="sm" c="dimmed">
        What it said is forgotten some time after it was sent.
      </Text>
    )
  const views = [
    ...(html ? [{ value: 'html', label: 'As seen' }] : []),
    ...(text ? [{ value: 'text', label: 'Plain text' }] : []),
    ...(html ? [{ value: 'source', label: 'Source' }] : []),
  ]
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="How to show the mail"
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        data={views}
        value={view}
        onChange={setView}
      />
      {view === 'html' && html && <iframe title="The mail as it is seen" sandbox="" srcDoc={html} className="mail" />}
      {view === 'text' && text && <CodeBlock title="Plain text" code={text} />}
      {view === 'source' && html && <CodeBlock title="HTML" code={html} />}
    </Stack>
  )
}
