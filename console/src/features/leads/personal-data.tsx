import { Button, Checkbox, Group, Menu, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Lead, PersonalData } from 'tenon-sdk'
import { Icon } from '../../components/icons.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { download } from '../../lib/download.ts'
import { formatNumberOf } from '../../lib/format.ts'
import { nameOfLead } from '../../lib/lead-in-words.ts'
import { notifyDone, notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { forgetLeads } from './lead-queries.ts'

/** What a person may ask for: everything that is kept about them, or that it is forgotten. */
export function PersonalDataMenu({ lead }: { lead: Lead }) {
  const [erasing, { open, close }] = useDisclosure(false)
  const give = useMutation({
    mutationFn: () => request<PersonalData>('GET', paths.ofLead(lead.id, 'export')),
    onSuccess: (data) => {
      download('personal-data.json', new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }))
      notifyDone('Everything that is kept about this person was downloaded.')
    },
    onError: notifyProblem,
  })
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" loading={give.isPending} rightSection={<Icon name="down" size={14} />}>
            Personal data
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => give.mutate()}>Download all that is kept</Menu.Item>
          <Menu.Item c="var(--mantine-color-error)" onClick={open}>
            Forget this person …
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={erasing} onClose={close} title={`Forget ${nameOfLead(lead)}?`} centered>
        <Erasure lead={lead} onClose={close} />
      </Modal>
    </>
  )
}

function Erasure({ lead, onClose }: { lead: Lead; onClose: () => void }) {
  const [isSure, setSure] = useState(false)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const erase = useMutation({
    mutationFn: () => request<{ events: number }>('POST', paths.ofLead(lead.id, 'erase')),
    onSuccess: async ({ events }) => {
      notifyDone(
        `The person is forgotten; ${formatNumberOf(events, 'event')} told of them and ${events === 1 ? 'is' : 'are'} emptied.`,
      )
      onClose()
      await navigate({ to: '/leads' })
      await forgetLeads(queries)
    },
  })
  return (
    <Stack>
      <Text size="sm">
        The lead goes with its timeline, and what events and the logs of integrations say of it is emptied. What vendors
        have stays with them: delete it there.
      </Text>
      {erase.error && <Problem error={erase.error} />}
      <Checkbox
        label="I know that nobody can bring it back"
        checked={isSure}
        onChange={({ currentTarget }) => setSure(currentTarget.checked)}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep as it is
        </Button>
        <Button color="red" disabled={!isSure} loading={erase.isPending} onClick={() => erase.mutate()}>
          Forget the person
        </Button>
      </Group>
    </Stack>
  )
}
