import { Select, Text } from '@mantine/core'
import type { LeadImportPreview } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { importFields } from '../../lib/import-in-words.ts'

type Column = LeadImportPreview['columns'][number]
type Props = {
  columns: Column[]
  fieldOf: (column: Column) => string | null
  onChoose: (name: string, field: string | null) => void
}

const leftOut = 'left out'

/** The columns of a file, with what its first rows say and what each becomes. */
export const ColumnFields = ({ columns, fieldOf, onChoose }: Props) => (
  <DataTable
    label="Columns of the file"
    rows={columns}
    rowKey={({ name }) => name}
    columns={[
      {
        header: 'Column',
        kind: 'lead',
        cell: ({ name }) => (
          <Text size="sm" fw={600} className="breakable">
            {name || '(without a name)'}
          </Text>
        ),
      },
      {
        header: 'Says, for example',
        cell: ({ examples }) => (
          <Text size="sm" c="dimmed" className="breakable" lineClamp={2}>
            {examples.join(', ') || '–'}
          </Text>
        ),
      },
      {
        header: 'Becomes',
        cell: (column) => {
          const field = fieldOf(column)
          return (
            <Select
              aria-label={`What ${column.name || 'the column without a name'} becomes`}
              data={choicesFor(column, field)}
              value={field ?? leftOut}
              onChange={(value) => onChoose(column.name, value === leftOut ? null : value)}
              allowDeselect={false}
              searchable
              size="xs"
              w={{ base: 190, sm: 210 }}
            />
          )
        },
      },
    ]}
  />
)

function choicesFor({ name }: Column, field: string | null): { value: string; label: string }[] {
  const own = `customFields.${name.slice(0, 100)}`
  const choices = [
    { value: leftOut, label: 'Nothing, leave it out' },
    ...(name ? [{ value: own, label: `Custom field “${name.slice(0, 40)}”` }] : []),
    ...importFields,
  ]
  return field === null || choices.some(({ value }) => value === field)
    ? choices
    : [...choices, { value: field, label: field }]
}
