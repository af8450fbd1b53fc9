import { Button, Checkbox, Group, Modal, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Host } from 'tenon-sdk'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { ownTimeZone } from '../../lib/booking-in-words.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { parseHours, printHours, type Weekday, weekdays } from '../../lib/weekly-hours.ts'

type Form = {
  name: string
  email: string
  timezone: string
  hours: Record<Weekday, string>
  slotMinutes: number | string
  bufferAfterMinutes: number | string
  minimumNoticeMinutes: number | string
  horizonDays: number | string
  location: string
  isActive: boolean
}

const usual = { saturday: '', sunday: '' } as Partial<Record<Weekday, string>>

const formOf = (host: Host | undefined): Form => ({
  name: host?.name ?? '',
  email: host?.email ?? '',
  timezone: host?.timezone ?? ownTimeZone(),
  hours: Object.fromEntries(
    weekdays.map((day) => [day, host ? printHours(host.weekly[day] ?? []) : (usual[day] ?? '09:00–17:00')]),
  ) as Form['hours'],
  slotMinutes: host?.slotMinutes ?? 30,
  bufferAfterMinutes: host?.bufferAfterMinutes ?? 0,
  minimumNoticeMinutes: host?.minimumNoticeMinutes ?? 60,
  horizonDays: host?.horizonDays ?? 60,
  location: host?.location ?? '',
  isActive: host?.isActive ?? true,
})

/** A button and the dialog behind it that adds somebody who can be booked, or changes their hours and rules. */
export function HostDialog({ existing, size = 'compact-sm' }: { existing?: Host; size?: 'compact-sm' | 'sm' }) {
  const [opened, { open, close }] = useDisclosure(false)
  const queries = useQueryClient()
  const form = useForm<Form>({
    initialValues: formOf(existing),
    validate: {
      name: (name) => (name.trim() ? null : 'Name the person or the room.'),
      hours: Object.fromEntries(weekdays.map((day) => [day, faultOf])) as Record<Weekday, typeof faultOf>,
    },
  })
  const save = useMutation({
    mutationFn: ({ hours, email, location, ...rest }: Form) => {
      const body = {
        ...rest,
        name: rest.name.trim(),
        email: email.trim() || null,
        location: location.trim() || null,
        weekly: Object.fromEntries(weekdays.map((day) => [day, parseHours(hours[day])])),
      }
      return existing
        ? request('PATCH', paths.host(existing.id), { body })
        : request('POST', paths.hosts, { body: { ...body, stepMinutes: rest.slotMinutes }, idempotent: true })
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [paths.hosts] })
      await queries.invalidateQueries({ queryKey: [paths.slots] })
      notifyDone(existing ? 'The host was changed.' : 'The host was added.')
      close()
    },
    onError: (error) => form.setErrors(fieldFaults(error, ['name', 'email', 'timezone', 'slotMinutes', 'location'])),
  })
  const start = () => {
    form.setValues(formOf(existing))
    save.reset()
    open()
  }
  const minutes = (name: 'slotMinutes' | 'bufferAfterMinutes' | 'minimumNoticeMinutes', label: string, least = 0) => (
    <NumberInput label={label} min={least} allowDecimal={false} suffix=" min" {...form.getInputProps(name)} />
  )
  return (
    <>
      {existing ? (
        <Button size={size} variant="default" onClick={start} aria-label={`Change ${existing.name}`}>
          Change
        </Button>
      ) : (
        <Button onClick={start}>Add a host</Button>
      )}
      <Modal opened={opened} onClose={close} title={existing ? `Change ${existing.name}` : 'Add a host'} size="lg">
        <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
          <Stack>
            {save.error && Object.keys(form.errors).length === 0 && <Problem error={save.error} />}
            <Group grow align="flex-start" preventGrowOverflow={false}>
              <TextInput label="Name" required data-autofocus {...form.getInputProps('name')} />
              <TextInput label="E-mail" type="email" {...form.getInputProps('email')} />
            </Group>
            <Select
              label="Time zone"
              searchable
              required
              data={[...new Set([...Intl.supportedValuesOf('timeZone'), form.values.timezone])]}
              maxDropdownHeight={240}
              limit={400}
              {...form.getInputProps('timezone')}
            />
            <Stack gap={6} component="fieldset" className="plain-fieldset">
              <Text component="legend" size="sm" fw={600} p={0}>
                Hours
              </Text>
              <Text size="xs" c="dimmed">
                By the clock of the time zone, such as 09:00–12:00, 13:00–17:00. Empty: closed.
              </Text>
              {weekdays.map((day) => (
                <Group key={day} wrap="nowrap" align="flex-start">
                  <Text size="sm" w={96} pt={6} tt="capitalize" aria-hidden="true">
                    {day}
                  </Text>
                  <TextInput
                    aria-label={`Hours on ${day}`}
                    placeholder="Closed"
                    style={{ flex: 1 }}
                    {...form.getInputProps(`hours.${day}`)}
                  />
                </Group>
              ))}
            </Stack>
            <Group grow align="flex-start" preventGrowOverflow={false}>
              {minutes('slotMinutes', 'A slot', 5)}
              {minutes('bufferAfterMinutes', 'Free afterwards')}
              {minutes('minimumNoticeMinutes', 'Notice')}
              <NumberInput
                label="Days ahead"
                min={0}
                max={730}
                allowDecimal={false}
                {...form.getInputProps('horizonDays')}
              />
            </Group>
            <TextInput label="Place" {...form.getInputProps('location')} />
            <Checkbox label="Can be booked" {...form.getInputProps('isActive', { type: 'checkbox' })} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={save.isPending}>
                {existing ? 'Save changes' : 'Add the host'}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}

function faultOf(text: string): string | null {
  try {
    parseHours(text)
    return null
  } catch (error) {
    return (error as Error).message
  }
}
