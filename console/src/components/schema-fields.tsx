import {
  Button,
  Checkbox,
  Group,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import type { FormField, FormValue, FormValues, Pair } from '../lib/schema-form.ts'
import { JsonEditor } from './json-editor.tsx'

type Props = {
  fields: FormField[]
  values: FormValues
  onChange: (values: FormValues) => void
  /** What is wrong, by the field's name; within a group by `group.field`. */
  faults?: Record<string, string>
  /** Secrets that are there already: left empty, they stay. */
  kept?: string[]
}

/** The fields of a form that was made of a JSON Schema. */
export function SchemaFields({ fields, values, onChange, faults = {}, kept = [] }: Props) {
  return (
    <Stack>
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={values[field.name]}
          onChange={(value) => onChange({ ...values, [field.name]: value })}
          faults={faults}
          isKept={kept.includes(field.name)}
        />
      ))}
    </Stack>
  )
}

type FieldProps = {
  field: FormField
  value: FormValue | undefined
  onChange: (value: FormValue) => void
  faults: Record<string, string>
  isKept: boolean
}

function Field({ field, value, onChange, faults, isKept }: FieldProps) {
  const { name, title, description, isRequired, kind, choices } = field
  const text = typeof value === 'string' ? value : ''
  const shared = {
    label: title,
    description: withoutTicks([description, isKept && 'It is set. Leave this empty to keep it.']),
    error: faults[name],
    withAsterisk: isRequired && !isKept,
  }
  switch (kind) {
    case 'secret':
      return (
        <PasswordInput
          {...shared}
          value={text}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          placeholder={isKept ? '••••••••' : undefined}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide what is typed' }}
        />
      )
    case 'number':
      return <NumberInput {...shared} value={text} onChange={(next) => onChange(String(next))} />
    case 'checkbox':
      return (
        <Checkbox
          label={title}
          description={shared.description}
          error={faults[name]}
          checked={value === true}
          onChange={({ currentTarget }) => onChange(currentTarget.checked)}
        />
      )
    case 'choice':
      return (
        <Select
          {...shared}
          data={choices}
          value={text || null}
          onChange={(next) => onChange(next ?? '')}
          clearable={!isRequired}
          placeholder="Choose"
        />
      )
    case 'list':
      return (
        <TagsInput
          {...shared}
          value={Array.isArray(value) ? (value as string[]) : []}
          onChange={onChange}
          placeholder="Type and press Enter"
          acceptValueOnBlur
        />
      )
    case 'pairs':
      return <PairFields {...shared} rows={(value ?? []) as Pair[]} onChange={onChange} />
    case 'group':
      return (
        <Stack gap="xs" component="fieldset" className="plain-fieldset fieldset-group">
          <Text component="legend" size="sm" fw={600} p={0}>
            {title}
          </Text>
          <SchemaFields
            fields={field.fields}
            values={(value ?? {}) as FormValues}
            onChange={onChange}
            faults={innerFaults(faults, name)}
          />
          {faults[name] && <Fault text={faults[name]} />}
        </Stack>
      )
    case 'json':
      return (
        <JsonEditor
          label={title}
          {...(shared.description && { description: shared.description })}
          required={isRequired}
          minRows={4}
          value={text}
          onChange={onChange}
          error={faults[name]}
        />
      )
    case 'longText':
      return (
        <Textarea
          {...shared}
          autosize
          minRows={3}
          maxRows={14}
          value={text}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )
    default:
      return (
        <TextInput
          {...shared}
          value={text}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
          autoCapitalize="off"
          {...(kind === 'time' && { placeholder: '2026-02-20T14:00:00Z' })}
        />
      )
  }
}

type PairProps = {
  label: string
  description: string | undefined
  error: string | undefined
  rows: Pair[]
  onChange: (rows: Pair[]) => void
}

function PairFields({ label, description, error, rows, onChange }: PairProps) {
  const change = (index: number, changes: Partial<Pair>) =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...changes } : row)))
  return (
    <Stack gap={6} component="fieldset" className="plain-fieldset">
      <Text component="legend" size="sm" fw={600} p={0}>
        {label}
      </Text>
      {description && (
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      )}
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no identity but its place
        <Group key={index} wrap="nowrap" gap="xs">
          <TextInput
            aria-label={`${label}: name ${index + 1}`}
            value={row.name}
            onChange={({ currentTarget }) => change(index, { name: currentTarget.value })}
            style={{ flex: 1, minWidth: 0 }}
          />
          <span aria-hidden="true">→</span>
          <TextInput
            aria-label={`${label}: value ${index + 1}`}
            value={row.value}
            onChange={({ currentTarget }) => change(index, { value: currentTarget.value })}
            style={{ flex: 1, minWidth: 0 }}
          />
          <Button
            variant="default"
            px="sm"
            aria-label={`Remove row ${index + 1} of ${label}`}
            onClick={() => onChange(rows.filter((_, at) => at !== index))}
          >
            ×
          </Button>
        </Group>
      ))}
      {error && <Fault text={error} />}
      <Button
        variant="default"
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        onClick={() => onChange([...rows, { name: '', value: '' }])}
      >
        Add a row
      </Button>
    </Stack>
  )
}

const Fault = ({ text }: { text: string }) => (
  <Text size="xs" c="var(--mantine-color-error)">
    {text}
  </Text>
)

const innerFaults = (faults: Record<string, string>, group: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(faults).flatMap(([name, fault]) =>
      name.startsWith(`${group}.`) ? [[name.slice(group.length + 1), fault]] : [],
    ),
  )

// Descriptions are written for documentation too, where back ticks set off code.
const withoutTicks = (parts: (string | undefined | false)[]): string | undefined =>
  parts.filter(Boolean).join(' ').replaceAll('`', '') || undefined
