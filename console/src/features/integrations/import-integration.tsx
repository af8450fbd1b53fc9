import { Button, FileInput, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Integration, SealedFile } from 'tenon-sdk'
import { Problem } from '../../components/problem.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'

/** A button and the dialog behind it that makes an integration of a sealed file from another workspace. */
export function ImportIntegration() {
  const [opened, { open, close }] = useDisclosure(false)
  const [file, setFile] = useState<File | null>(null)
  const [passphrase, setPassphrase] = useState('')
  const [name, setName] = useState('')
  const queries = useQueryClient()
  const navigate = useNavigate()
  const bring = useMutation({
    mutationFn: async () =>
      request<Integration>('POST', paths.importIntegration, {
        body: { passphrase, file: await readFile(file!), ...(name.trim() && { name: name.trim() }) },
      }),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: [paths.integrations] })
      notifyDone(`${made.name} was imported.`)
      await navigate({ to: '/connected/$integrationId', params: { integrationId: made.id } })
    },
  })
  const start = () => {
    bring.reset()
    setFile(null)
    setName('')
    setPassphrase('')
    open()
  }
  return (
    <>
      <Button variant="default" onClick={start}>
        Import
      </Button>
      <Modal opened={opened} onClose={close} title="Import an integration">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            bring.mutate()
          }}
        >
          <Stack>
            <Text size="sm" c="dimmed">
              From the sealed file that another workspace’s integration was exported to, with its passphrase.
            </Text>
            {bring.error && <Problem error={bring.error} />}
            <FileInput
              label="Sealed file"
              placeholder="Choose the file"
              accept="application/json,.json"
              required
              value={file}
              onChange={setFile}
            />
            <PasswordInput
              label="Passphrase"
              required
              autoComplete="off"
              value={passphrase}
              onChange={({ currentTarget }) => setPassphrase(currentTarget.value)}
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the passphrase' }}
            />
            <TextInput
              label="Name"
              description="Empty: the name in the file."
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={bring.isPending} disabled={!file || !passphrase}>
                Import
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}

async function readFile(file: File): Promise<SealedFile> {
  try {
    const content = JSON.parse(await file.text()) as SealedFile | null
    if (content?.format) return content
  } catch {
    // Said below.
  }
  throw new ApiError({ error: 'This is not a file that an export wrote.', errorCode: 'VALIDATION_FAILED' }, 400)
}
