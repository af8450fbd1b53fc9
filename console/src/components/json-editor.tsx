import { Button, Group, Textarea } from '@mantine/core'
import { parseJson } from '../lib/json-input.ts'

type Props = {
  label: string
  description?: string
  value: string
  onChange: (text: string) => void
  error?: string | null | undefined
  minRows?: number
  required?: boolean
  placeholder?: string
}

/** A field for JSON: checked when it is left, tidied on demand. An empty optional field is no fault. */
export function JsonEditor({ value, onChange, error, minRows = 6, required = false, ...field }: Props) {
  const parsed = parseJson(value)
  const isEmpty = value.trim() === ''
  const fault = 'fault' in parsed && (required || !isEmpty) ? parsed.fault.message : null
  return (
    <div>
      <Textarea
        {...field}
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
        error={error ?? fault}
        withAsterisk={required}
        autosize
        minRows={minRows}
        maxRows={22}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' } }}
      />
      {'value' in parsed && (
        <Group justify="flex-end" mt={4}>
          <Button size="compact-xs" variant="subtle" onClick={() => onChange(JSON.stringify(parsed.value, null, 2))}>
            Tidy up
          </Button>
        </Group>
      )}
    </div>
  )
}
