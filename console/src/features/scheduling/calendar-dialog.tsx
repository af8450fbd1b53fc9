import { Button, Checkbox, Group, Modal, MultiSelect, Select, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { CalendarProvider, Host, Integration } from 'tenon-sdk'
import { Notice } from '../../components/notice.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { calendarAccountQuery } from './scheduling-queries.ts'

type Props = { host: Host } & (
  | { existing: CalendarProvider; name: string; candidates?: undefined }
  | { candidates: Integration[]; existing?: undefined; name?: undefined }
)
type Form = {
  integrationId: string | null
  readsBusy: boolean
  busyCalendarIds: string[]
  receivesBookings: boolean
  calendarId: string | null
  cancelsRefused: boolean
}

const formOf = (existing: CalendarProvider | undefined): Form => ({
  integrationId: existing?.integrationId ?? null,
  readsBusy: existing?.readsBusy ?? true,
  busyCalendarIds: existing?.busyCalendarIds ?? [],
  receivesBookings: existing?.receivesBookings ?? true,
  calendarId: existing?.calendarId ?? null,
  cancelsRefused: existing?.onRefusal === 'cancel',
})

/** A button and the dialog behind it that connects a calendar account to a host, or changes what it is used for. */
export function CalendarDialog({ host, existing, name, candidates }: Props) {
  const [opened, { open, close }] = useDisclosure(false)
  const [form, setForm] = useState(() => formOf(existing))
  const queries = useQueryClient()
  const { integrationId } = form
  const account = useQuery({
    ...calendarAccountQuery(integrationId ?? ''),
    enabled: opened && integrationId !== null,
  })
  const [canRead, canWrite] = [account.data?.readsBusy ?? true, account.data?.takesBookings ?? true]
  const [reads, writes] = [form.readsBusy && canRead, form.receivesBookings && canWrite]
  const save = useMutation({
    mutationFn: () => {
      const body = {
        readsBusy: reads,
        receivesBookings: writes,
        busyCalendarIds: form.busyCalendarIds.length > 0 ? form.busyCalendarIds : null,
        calendarId: form.calendarId,
        onRefusal: form.cancelsRefused ? 'cancel' : 'keep',
      }
      return existing
        ? request('PATCH', paths.provider(existing.id), { body })
        : request('POST', paths.providers, { body: { ...body, hostId: host.id, integrationId }, idempotent: true })
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [paths.providers] })
      await queries.invalidateQueries({ queryKey: [paths.slots] })
      notifyDone(existing ? 'The calendar was changed.' : 'The calendar was connected to the host.')
      close()
    },
  })
  const start = () => {
    setForm(formOf(existing))
    save.reset()
    open()
  }
  const calendars = account.data?.calendars
  return (
    <>
      {existing ? (
        <Button size="compact-sm" variant="default" onClick={start} aria-label={`Change ${name}`}>
          Change
        </Button>
      ) : (
        <Button onClick={start}>Add a calendar</Button>
      )}
      <Modal opened={opened} onClose={close} title={existing ? `Change ${name}` : `A calendar for ${host.name}`}>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate()
          }}
        >
          <Stack>
            {candidates && (
              <Select
                label="Account"
                placeholder="Choose"
                required
                data={candidates.map((candidate) => ({ value: candidate.id, label: candidate.name }))}
                value={integrationId}
                onChange={(id) => setForm({ ...formOf(undefined), integrationId: id })}
              />
            )}
            {account.error && (
              <Notice tone="retrying" title="Its calendars cannot be listed now">
                {account.error.message} The account’s own calendar is used.
              </Notice>
            )}
            <Checkbox
              label="What is busy there cannot be booked here"
              description={canRead ? undefined : 'This vendor does not tell what is busy.'}
              checked={reads}
              disabled={!canRead}
              onChange={({ currentTarget: { checked } }) => setForm({ ...form, readsBusy: checked })}
            />
            {reads && calendars && (
              <MultiSelect
                label="Which calendars count"
                placeholder={form.busyCalendarIds.length ? '' : 'The account’s own calendars'}
                data={calendars.map((calendar) => ({ value: calendar.id, label: calendar.name }))}
                value={form.busyCalendarIds}
                onChange={(busyCalendarIds) => setForm({ ...form, busyCalendarIds })}
                clearable
              />
            )}
            <Checkbox
              label="Bookings are written there"
              description={canWrite ? undefined : 'This vendor takes no bookings.'}
              checked={writes}
              disabled={!canWrite}
              onChange={({ currentTarget: { checked } }) => setForm({ ...form, receivesBookings: checked })}
            />
            {writes && (
              <>
                {calendars && (
                  <Select
                    label="Into which calendar"
                    placeholder="The account’s own calendar"
                    clearable
                    data={calendars
                      .filter(({ writable }) => writable !== false)
                      .map((calendar) => ({ value: calendar.id, label: calendar.name }))}
                    value={form.calendarId}
                    onChange={(calendarId) => setForm({ ...form, calendarId })}
                  />
                )}
                <Checkbox
                  label="Cancel a booking that the calendar refuses"
                  description="Otherwise it is kept here, and shown as refused."
                  checked={form.cancelsRefused}
                  onChange={({ currentTarget: { checked } }) => setForm({ ...form, cancelsRefused: checked })}
                />
              </>
            )}
            {save.error && <Problem error={save.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={save.isPending} disabled={!integrationId || (!reads && !writes)}>
                {existing ? 'Save changes' : 'Add the calendar'}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}
