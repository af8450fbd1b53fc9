import { Box, Button, CopyButton, Group, SegmentedControl, Text } from '@mantine/core'
import { useState } from 'react'
import { prettyJson } from '../lib/format.ts'
import { Icon } from './icons.tsx'

/** A button that puts `value` on the clipboard and says so. */
export function Copy({ value, label = 'Copy' }: { value: string; label?: string }) {
  return (
    <CopyButton value={value} timeout={1_500}>
      {({ copied, copy }) => (
        <Button
          size="compact-sm"
          variant="default"
          onClick={copy}
          leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />}
        >
          <span aria-live="polite">{copied ? 'Copied' : label}</span>
        </Button>
      )}
    </CopyButton>
  )
}

type Props = { title?: string; code: string; copyLabel?: string }

/** Code or data that can be copied. Focusable, so that a long one can be scrolled by keyboard. */
export function CodeBlock({ title, code, copyLabel }: Props) {
  return (
    <Box>
      <Group justify="space-between" mb={6} gap="xs">
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Copy value={code} {...(copyLabel && { label: copyLabel })} />
      </Group>
      <Scrollable label={title ?? 'Code'} text={code} />
    </Box>
  )
}

/** A body as it went over the wire, or, where it is JSON, indented. */
export function BodyView({ title, body }: { title: string; body: string }) {
  const [view, setView] = useState<string>('pretty')
  const pretty = prettyJson(body)
  const shown = view === 'pretty' ? pretty : body
  return (
    <Box>
      <Group justify="space-between" mb={6} gap="xs">
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Group gap="xs">
          {pretty !== body && (
            <SegmentedControl
              size="xs"
              aria-label={`${title}: how to show it`}
              value={view}
              onChange={setView}
              data={[
                { value: 'pretty', label: 'Pretty' },
                { value: 'raw', label: 'Raw' },
              ]}
            />
          )}
          <Copy value={shown} />
        </Group>
      </Group>
      <Scrollable label={title} text={shown || '(empty)'} />
    </Box>
  )
}

function Scrollable({ label, text }: { label: string; text: string }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: the spaces and line breaks of a `pre` count
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <pre className="code" tabIndex={0} role="region" aria-label={label}>
      {text}
    </pre>
  )
}
