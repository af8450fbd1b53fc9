import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Endpoint, RotatedSecret } from 'tenon-sdk'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { formatExact } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Secret } from './secret.tsx'

const overlaps = [
  { value: '0', label: 'Stop at once' },
  { value: '3600', label: '1 hour' },
  { value: '86400', label: '24 hours' },
  { value: '604800', label: '7 days' },
]

/** Makes a new secret; for a while both sign, so that a receiver can change over without losing anything. */
export function RotateSecret({ endpoint }: { endpoint: Endpoint }) {
  const [opened, { open, close }] = useDisclosure(false)
  const [overlap, setOverlap] = useState('86400')
  const rotate = useMutation({
    mutationFn: () =>
      request<RotatedSecret>('POST', paths.rotateSecret(endpoint.id), { body: { overlapSeconds: Number(overlap) } }),
  })
  const start = () => {
    rotate.reset()
    open()
  }
  return (
    <>
      <Button variant="default" onClick={start}>
        Rotate secret
      </Button>
      <Modal opened={opened} onClose={close} title="Rotate the secret" size="lg" closeOnClickOutside={!rotate.data}>
        {rotate.data ? (
          <Stack>
            <Secret secret={rotate.data.secret} publicKey={null} />
            {rotate.data.previousExpiresAt && (
              <Text size="sm">The old secret keeps signing until {formatExact(rotate.data.previousExpiresAt)}.</Text>
            )}
            <Group justify="flex-end">
              <Button onClick={close}>I have stored the secret</Button>
            </Group>
          </Stack>
        ) : (
          <Stack>
            <Text>
              Deliveries will be signed with a new secret. For the time you choose the old one signs too, so the
              receiver can change over when it suits.
            </Text>
            <Select
              label="How long the old secret keeps signing"
              data={overlaps}
              value={overlap}
              onChange={(value) => value && setOverlap(value)}
              allowDeselect={false}
            />
            {rotate.error && <Problem error={rotate.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Keep as it is
              </Button>
              <Button loading={rotate.isPending} onClick={() => rotate.mutate()}>
                Rotate the secret
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  )
}
