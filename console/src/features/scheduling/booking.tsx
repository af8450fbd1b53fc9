import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { Booking } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { LongText } from '../../components/long-text.tsx'
import { Notice } from '../../components/notice.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Pairs } from '../../components/pairs.tsx'
import { Problem } from '../../components/problem.tsx'
import { Mark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { formatSpan } from '../../lib/booking-in-words.ts'
import { sourceInWords } from '../../lib/lead-in-words.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { integrationsQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'
import { BookingMark } from './booking-mark.tsx'
import { bookingQuery, hostsQuery } from './scheduling-queries.ts'
import { SlotPicker } from './slot-picker.tsx'

const route = getRouteApi('/signed-in/bookings/$bookingId')

/** One appointment, how it stands at each connected calendar, and what can be done. */
export function BookingPage() {
  const { bookingId } = route.useParams()
  const { data: booking, error, refetch } = useQuery({ ...bookingQuery(bookingId), refetchInterval: 5_000 })
  if (error && !booking)
    return error instanceof ApiError && error.status === 404 ? (
      <Empty title="This booking is not here" action={<LinkButton to="/bookings">See all bookings</LinkButton>}>
        It belongs to another workspace.
      </Empty>
    ) : (
      <Page title="Booking">
        <Problem error={error} onRetry={() => void refetch()} />
      </Page>
    )
  if (!booking)
    return (
      <Page title="Booking">
        <Panel flush>
          <SkeletonRows count={5} />
        </Panel>
      </Page>
    )
  return <Known booking={booking} />
}

function Known({ booking }: { booking: Booking }) {
  const hosts = useQuery(hostsQuery)
  const mayChange = useMayChange()
  const { status, isClashing, cancelReason, cancelledAt, cancelledBy } = booking
  return (
    <Page
      title={booking.title}
      about={
        <Group gap="md">
          <BookingMark status={status} />
          <span>{formatSpan(booking)}</span>
        </Group>
      }
      actions={mayChange && status === 'confirmed' && <Actions booking={booking} />}
    >
      {isClashing && status === 'confirmed' && (
        <Notice tone="retrying" title="It clashes with another booking">
          It was made elsewhere, at a time that was taken here. Move one of the two.
        </Notice>
      )}
      {status === 'cancelled' && (
        <Notice tone="quiet" title="Cancelled">
          {cancelledBy && `By the ${cancelledBy}, `}
          <Time at={cancelledAt} />
          {cancelReason && `: ${cancelReason}`}
        </Notice>
      )}
      <Panel title="About">
        <Pairs
          label="About the booking"
          pairs={{
            'Who comes': [booking.name, booking.email, booking.phone].filter(Boolean).join(', ') || '–',
            With: booking.hostIds.map((id) => hosts.data?.find((host) => host.id === id)?.name ?? 'Deleted').join(', '),
            ...(booking.location && { Place: booking.location }),
            ...(booking.meetingUrl && { Meeting: <span className="mono">{booking.meetingUrl}</span> }),
            ...(booking.notes && { Notes: <LongText text={booking.notes} /> }),
            ...(booking.decision && { 'Why this host': booking.decision }),
            'Came from': sourceInWords(booking.source),
            Booked: <Time at={booking.createdAt} />,
            Id: <span className="mono">{booking.id}</span>,
          }}
        />
      </Panel>
      <Panel title="At connected calendars">
        {booking.confirmations.length === 0 ? (
          <Text size="sm" c="dimmed">
            No calendar is connected that takes bookings of this host.
          </Text>
        ) : (
          <Stack gap="xs">
            {booking.confirmations.map((confirmation) => (
              <Confirmation key={confirmation.providerId} confirmation={confirmation} />
            ))}
          </Stack>
        )}
      </Panel>
    </Page>
  )
}

const marks: Record<Booking['confirmations'][number]['status'], Parameters<typeof Mark>[0]['of']> = {
  pending: ['On its way', 'pending'],
  confirmed: ['In the calendar', 'delivered'],
  refused: ['Refused', 'dead'],
  unknown: ['Not known', 'retrying'],
  cancelled: ['Taken out', 'quiet'],
}

function Confirmation({ confirmation }: { confirmation: Booking['confirmations'][number] }) {
  const { data: integrations } = useQuery(integrationsQuery)
  return (
    <Group gap="md">
      <Mark of={marks[confirmation.status]} />
      <TextLink to="/connected/$integrationId" params={{ integrationId: confirmation.integrationId }} size="sm">
        {integrations?.find(({ id }) => id === confirmation.integrationId)?.name ?? 'A connected account'}
      </TextLink>
      <Text size="sm" c="dimmed">
        {confirmation.error} <Time at={confirmation.updatedAt} />
      </Text>
    </Group>
  )
}

function Actions({ booking }: { booking: Booking }) {
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const refresh = () => queries.invalidateQueries({ queryKey: [paths.bookings] })
  const isOver = Date.parse(booking.endsAt) < Date.now()
  return (
    <>
      {!isOver && <Reschedule booking={booking} />}
      {isOver && (
        <ConfirmButton
          label="Did not come"
          title="Nobody came?"
          confirmLabel="Mark it so"
          danger={false}
          onConfirm={() => request('POST', paths.ofBooking(booking.id, 'no-show')).then(refresh)}
        >
          The booking is marked as missed.
        </ConfirmButton>
      )}
      <ConfirmButton
        label="Cancel it"
        title="Cancel the appointment?"
        confirmLabel="Cancel the appointment"
        button={{ c: 'var(--mantine-color-error)' }}
        onConfirm={() =>
          request('POST', paths.ofBooking(booking.id, 'cancel'), {
            body: { cancelledBy: 'host', ...(reason.trim() && { reason: reason.trim() }) },
          }).then(refresh)
        }
      >
        <Stack gap="sm">
          The time is free again, connected calendars hear of it, and who was to come is told.
          <TextInput
            label="Reason"
            description="Optional; it is told."
            value={reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </Stack>
      </ConfirmButton>
    </>
  )
}

function Reschedule({ booking }: { booking: Booking }) {
  const [opened, { open, close }] = useDisclosure(false)
  const [startsAt, setStartsAt] = useState<string | null>(null)
  const queries = useQueryClient()
  const move = useMutation({
    mutationFn: () => request<Booking>('POST', paths.ofBooking(booking.id, 'reschedule'), { body: { startsAt } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [paths.bookings] })
      notifyDone('The appointment was moved.')
      close()
    },
    // Somebody was faster: what is free now is another list.
    onError: (error) => {
      if (error instanceof ApiError && error.errorCode === 'CONFLICT') setStartsAt(null)
      return queries.invalidateQueries({ queryKey: [paths.slots] })
    },
  })
  const start = () => {
    move.reset()
    setStartsAt(null)
    open()
  }
  return (
    <>
      <Button variant="default" onClick={start}>
        Reschedule
      </Button>
      <Modal opened={opened} onClose={close} title="Move the appointment" size="xl">
        <Stack>
          <SlotPicker
            hostIds={booking.hostIds}
            durationMinutes={Math.round((Date.parse(booking.endsAt) - Date.parse(booking.startsAt)) / 60_000)}
            chosen={startsAt}
            onChoose={(slot) => setStartsAt(slot.startsAt)}
          />
          {move.error && <Problem error={move.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Keep as it is
            </Button>
            <Button loading={move.isPending} disabled={!startsAt} onClick={() => move.mutate()}>
              Move it
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
