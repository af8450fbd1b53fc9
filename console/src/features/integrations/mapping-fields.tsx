import { Autocomplete, Button, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { type MappedField, pathsOf, type Sources } from '../../lib/mapping-form.ts'

type Props = {
  fields: MappedField[]
  sources: Sources
  /** Of the event type that the paths are offered from. */
  example: unknown
  faults: Record<string, string>
  onChange: (sources: Sources) => void
}

/** For each field of the operation, where its value comes from: a path in the event, a text with paths, or a constant. */
export function MappingFields({ fields, sources, example, faults, onChange }: Props) {
  const [showsAll, setShowsAll] = useState(false)
  const offered = pathsOf(example)
  const used = fields.filter(({ name, isRequired }) => isRequired || sources[name] !== undefined)
  const shown = showsAll || used.length === 0 ? fields : used
  return (
    <Stack gap="xs" component="fieldset" className="plain-fieldset">
      <Text component="legend" size="sm" fw={600} p={0}>
        Which field goes where
      </Text>
      <Text size="xs" c="dimmed">
        Choose a value of the event, such as $.payload.email; put it in a text as {'{$.payload.name}'}; or write a
        constant. Empty fields are left out.
      </Text>
      {shown.map(({ name, title, isRequired }) => (
        <Autocomplete
          key={name}
          label={title}
          withAsterisk={isRequired}
          data={offered}
          value={sources[name] ?? ''}
          onChange={(source) => onChange({ ...sources, [name]: source })}
          error={faults[`mapping.${name}`]}
          classNames={{ input: 'mono' }}
          size="sm"
          limit={200}
          maxDropdownHeight={220}
          autoCapitalize="off"
          spellCheck={false}
        />
      ))}
      {shown.length < fields.length && (
        <Button
          variant="subtle"
          size="compact-sm"
          style={{ alignSelf: 'flex-start' }}
          onClick={() => setShowsAll(true)}
        >
          Show all {fields.length} fields
        </Button>
      )}
    </Stack>
  )
}
