import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Integration, SealedFile } from 'tenon-sdk'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { download } from '../../lib/download.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'

/** Writes the integration with its secrets into a file that a passphrase seals, for another workspace to import. */
export function ExportIntegration({ integration: { id, name } }: { integration: Integration }) {
  const [opened, { open, close }] = useDisclosure(false)
  const [passphrase, setPassphrase] = useState('')
  const seal = useMutation({
    mutationFn: () => request<SealedFile>('POST', paths.ofIntegration(id, 'export'), { body: { passphrase } }),
    onSuccess: (file) => {
      const fileName = `${
        name
          .match(/[A-Za-z0-9]+/g)
          ?.join('-')
          .toLowerCase() ?? 'integration'
      }.tenon.json`
      download(fileName, new Blob([JSON.stringify(file)], { type: 'application/json' }))
      notifyDone('The sealed file was downloaded.')
      close()
    },
  })
  const faults = fieldFaults(seal.error, ['passphrase'])
  const start = () => {
    seal.reset()
    setPassphrase('')
    open()
  }
  return (
    <Group justify="space-between">
      <Text size="sm" style={{ flex: '1 1 280px' }}>
        Export it, secrets included, into a file that only a passphrase opens, to import it in another workspace.
      </Text>
      <Button variant="default" onClick={start}>
        Export
      </Button>
      <Modal opened={opened} onClose={close} title={`Export ${name}`}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            seal.mutate()
          }}
        >
          <Stack>
            <Text size="sm" c="dimmed">
              The file holds the credentials of the account, sealed. Who has the file and the passphrase has the
              account: send them by different ways.
            </Text>
            {seal.error && !faults.passphrase && <Problem error={seal.error} />}
            <PasswordInput
              label="Passphrase"
              description="At least 12 characters. Nobody can open the file without it."
              required
              data-autofocus
              autoComplete="new-password"
              value={passphrase}
              onChange={({ currentTarget }) => setPassphrase(currentTarget.value)}
              error={faults.passphrase}
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the passphrase' }}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={seal.isPending} disabled={passphrase.length < 12}>
                Download the file
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </Group>
  )
}
