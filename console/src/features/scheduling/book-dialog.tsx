import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Booking } from 'tenon-sdk'
import { Problem } from '../../components/problem.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { hostsQuery } from './scheduling-queries.ts'
import { SlotPicker } from './slot-picker.tsx'

const empty = { title: '', name: '', email: '', phone: '' }

/** A button and the dialog behind it that books somebody in: whom, when, and who comes. */
export function BookDialog() {
  const [opened, { open, close }] = useDisclosure(false)
  const [hostId, setHostId] = useState<string | null>(null)
  const [startsAt, setStartsAt] = useState<string | null>(null)
  const [form, setForm] = useState(empty)
  const hosts = useQuery(hostsQuery)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const book = useMutation({
    mutationFn: () =>
      request<Booking>('POST', paths.bookings, {
        body: {
          startsAt,
          ...(hostId && { hostIds: [hostId] }),
          ...Object.fromEntries(Object.entries(form).filter(([, value]) => value.trim())),
          source: 'console',
        },
        idempotent: true,
      }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: [paths.bookings] })
      notifyDone('The appointment was booked.')
      close()
      await navigate({ to: '/bookings/$bookingId', params: { bookingId: id } })
    },
    // Somebody was faster: what is free now is another list.
    onError: (error) => {
      if (error instanceof ApiError && error.errorCode === 'CONFLICT') setStartsAt(null)
      return queries.invalidateQueries({ queryKey: [paths.slots] })
    },
  })
  const faults = fieldFaults(book.error, ['title', 'name', 'email', 'phone'])
  const start = () => {
    book.reset()
    setForm(empty)
    setStartsAt(null)
    open()
  }
  const field = (name: keyof typeof empty, label: string, type = 'text') => (
    <TextInput
      label={label}
      type={type}
      value={form[name]}
      onChange={({ currentTarget: { value } }) => setForm({ ...form, [name]: value })}
      error={faults[name]}
    />
  )
  return (
    <>
      <Button onClick={start}>Book an appointment</Button>
      <Modal opened={opened} onClose={close} title="Book an appointment" size="xl">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            book.mutate()
          }}
          noValidate
        >
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
            <Group grow align="flex-start" preventGrowOverflow={false}>
              {field('name', 'Who comes')}
              {field('email', 'E-mail', 'email')}
              {field('phone', 'Phone', 'tel')}
            </Group>
            {field('title', 'What it is about')}
            {book.error && Object.keys(faults).length === 0 && <Problem error={book.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={book.isPending} disabled={!startsAt}>
                Book it
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
