import { Button, Checkbox, FileInput, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { LeadImport, LeadImportPreview } from 'tenon-sdk'
import { SkeletonRows } from '../../components/list-states.tsx'
import { Notice } from '../../components/notice.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { beginningOf, changedColumns, delimiters } from '../../lib/import-in-words.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { ColumnFields } from './column-fields.tsx'

type Chosen = Record<string, string | null>

/** A button and the dialog behind it that takes in a file: what it is, how it is read, what its columns become. */
export function ImportDialog() {
  const [opened, { open, close }] = useDisclosure(false)
  const [file, setFile] = useState<File | null>(null)
  return (
    <>
      <Button
        onClick={() => {
          setFile(null)
          open()
        }}
      >
        Import a file
      </Button>
      <Modal opened={opened} onClose={close} title="Import leads" size="xl">
        <Stack>
          <FileInput
            label="File"
            description="A spreadsheet saved as CSV, up to 64 MB. Its first row names the columns."
            placeholder="Choose a file"
            required
            accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
            clearable
            clearButtonProps={{ 'aria-label': 'Take the file away' }}
            value={file}
            onChange={setFile}
          />
          {file && <Reading key={`${file.name} ${file.lastModified} ${file.size}`} file={file} onClose={close} />}
        </Stack>
      </Modal>
    </>
  )
}

function Reading({ file, onClose }: { file: File; onClose: () => void }) {
  const [delimiter, setDelimiter] = useState<string | null>(null)
  const [chosen, setChosen] = useState<Chosen>({})
  const [tag, setTag] = useState('')
  const [publish, setPublish] = useState(false)
  const queries = useQueryClient()
  const preview = useQuery({
    queryKey: [paths.importPreview, file.name, file.size, file.lastModified, delimiter],
    queryFn: async ({ signal }) =>
      request<LeadImportPreview>('POST', paths.importPreview, {
        file: await beginningOf(file),
        query: { delimiter },
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
  })
  const columns = preview.data?.columns ?? []
  const mapping = changedColumns(columns, chosen)
  const begin = useMutation({
    mutationFn: () =>
      request<LeadImport>('POST', paths.imports, {
        file,
        query: {
          name: file.name.slice(0, 100),
          delimiter: preview.data?.delimiter,
          tag: tag.trim(),
          publish: publish || undefined,
          mapping: Object.keys(mapping).length > 0 ? JSON.stringify(mapping) : undefined,
        },
        idempotent: true,
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [paths.imports] })
      notifyDone('The import has begun.')
      onClose()
    },
  })
  const fieldOf = ({ name, field }: { name: string; field: string | null }) =>
    Object.hasOwn(chosen, name) ? chosen[name]! : field
  const fields = columns.map(fieldOf)
  const findsPeople = fields.includes('email') || fields.includes('phone')
  if (preview.error) return <Problem error={preview.error} />
  if (!preview.data) return <SkeletonRows count={4} />
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        begin.mutate()
      }}
    >
      <Stack>
        <Select
          label="Between the cells stands"
          description={delimiter ? undefined : 'Recognised from the first row.'}
          data={delimiters}
          value={preview.data.delimiter}
          onChange={setDelimiter}
          allowDeselect={false}
          maw={280}
        />
        <ColumnFields
          columns={columns}
          fieldOf={fieldOf}
          onChoose={(name, field) => setChosen({ ...chosen, [name]: field })}
        />
        {!findsPeople && (
          <Notice tone="retrying" title="No column says who it is">
            A lead is known by an e-mail address or a phone number. Choose the column that has it.
          </Notice>
        )}
        <TextInput
          label="Tag"
          description="Given to everybody in the file, so that they are found again."
          value={tag}
          maxLength={100}
          onChange={({ currentTarget }) => setTag(currentTarget.value)}
          maw={280}
        />
        <Checkbox
          label="Tell integrations and endpoints of each lead"
          description="Otherwise only the hub knows of them."
          checked={publish}
          onChange={({ currentTarget }) => setPublish(currentTarget.checked)}
        />
        {begin.error && <Problem error={begin.error} />}
        <Text size="sm" c="dimmed">
          Who is known already by e-mail address or phone is completed, not added twice.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={begin.isPending} disabled={!findsPeople}>
            Import the file
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
