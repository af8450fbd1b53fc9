import { Button, Group, Modal, Select, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Consultation } from 'tenon-sdk'
import { Problem } from '../../components/problem.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { askerOf } from '../../lib/consultation-in-words.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { hostsQuery } from './scheduling-queries.ts'
import { SlotPicker } from './slot-picker.tsx'

/** A button and the dialog behind it that books a time for a request by hand. */
export function ScheduleDialog({ consultation }: { consultation: Consultation }) {
  const [opened, { open, close }] = useDisclosure(false)
  const [hostId, setHostId] = useState<string | null>(null)
  const [startsAt, setStartsAt] = useState<string | null>(null)
  const hosts = useQuery(hostsQuery)
  const queries = useQueryClient()
  const schedule = useMutation({
    mutationFn: () =>
      request<Consultation>('POST', paths.ofConsultation(consultation.id, 'schedule'), {
        body: { startsAt, ...(hostId && { hostIds: [hostId] }) },
        idempotent: true,
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [paths.consultations] })
      await queries.invalidateQueries({ queryKey: [paths.bookings] })
      notifyDone('The consultation was booked, and everybody is told.')
      close()
    },
    // Somebody was faster: what is free now is another list.
    onError: (error) => {
      if (error instanceof ApiError && error.errorCode === 'CONFLICT') setStartsAt(null)
      return queries.invalidateQueries({ queryKey: [paths.slots] })
    },
  })
  const start = () => {
    schedule.reset()
    setStartsAt(null)
    open()
  }
  return (
    <>
      <Button onClick={start}>Choose a time</Button>
      <Modal opened={opened} onClose={close} title={`A time for ${askerOf(consultation)}`} size="xl">
        <Stack>
          <Select
            label="With whom"
            placeholder="Whoever is free"
            clearable
            data={
              hosts.data?.filter(({ isActive }) => isActive).map(({ id, name }) => ({ value: id, label: name })) ?? []
            }
            value={hostId}
            onChange={(id) => {
              setHostId(id)
              setStartsAt(null)
            }}
          />
          <SlotPicker
            hostIds={hostId ? [hostId] : []}
            chosen={startsAt}
            onChoose={(slot) => setStartsAt(slot.startsAt)}
          />
          {schedule.error && <Problem error={schedule.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Not now
            </Button>
            <Button loading={schedule.isPending} disabled={!startsAt} onClick={() => schedule.mutate()}>
              Book it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
