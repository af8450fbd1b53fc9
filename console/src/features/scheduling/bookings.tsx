import { Group, Select, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Booking } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { type BookingFilter, bookingStatuses, formatSpan } from '../../lib/booking-in-words.ts'
import { isFiltered } from '../../lib/filters.ts'
import { sourceInWords } from '../../lib/lead-in-words.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange } from '../../lib/session.ts'
import { useList } from '../../lib/use-list.ts'
import { useTypedFilter } from '../../lib/use-typed-filter.ts'
import { BookDialog } from './book-dialog.tsx'
import { BookingMark } from './booking-mark.tsx'
import { hostsQuery } from './scheduling-queries.ts'

const route = getRouteApi('/signed-in/bookings')

/** The appointments of everybody who can be booked. */
export function Bookings() {
  const filter = route.useSearch()
  const mayChange = useMayChange()
  const hosts = useQuery(hostsQuery)
  const bookings = useList<Booking>([filter], paths.bookings, () => filter as Record<string, string>, {
    refreshMs: 10_000,
  })
  const hasHosts = hosts.data && hosts.data.length > 0
  return (
    <Page
      title="Bookings"
      about="Who meets whom, and when. Connected calendars hear of each change."
      actions={
        <>
          <LinkButton variant="default" to="/consultations">
            Consultation requests
          </LinkButton>
          <LinkButton variant="default" to="/hosts">
            Hosts
          </LinkButton>
          {mayChange && hasHosts && <BookDialog />}
        </>
      }
    >
      <Filters filter={filter} />
      <Panel flush>
        <ListStates
          source={bookings}
          empty={
            isFiltered(filter) ? (
              <Empty title="No booking matches">Take away a filter to see more.</Empty>
            ) : hasHosts ? (
              <Empty title="Nothing is booked yet" action={mayChange && <BookDialog />}>
                Bookings show up here by themselves, whether they come from your product, a person or a calendar.
              </Empty>
            ) : (
              <Empty title="Nobody can be booked yet" action={<LinkButton to="/hosts">Add a host</LinkButton>}>
                A host is a person or a room with hours. Add one, and its free times can be booked.
              </Empty>
            )
          }
        >
          {(items) => (
            <BookingTable bookings={items} nameOf={(id) => hosts.data?.find((host) => host.id === id)?.name} />
          )}
        </ListStates>
      </Panel>
    </Page>
  )
}

type TableProps = { bookings: Booking[]; nameOf: (hostId: string) => string | undefined }

const BookingTable = ({ bookings, nameOf }: TableProps) => (
  <DataTable
    label="Bookings"
    rows={bookings}
    rowKey={({ id }) => id}
    columns={[
      {
        header: 'When',
        kind: 'lead',
        cell: (booking) => (
          <>
            <TextLink to="/bookings/$bookingId" params={{ bookingId: booking.id }} fw={600}>
              {formatSpan(booking)}
            </TextLink>
            <Text size="xs" c="dimmed">
              {booking.title}
            </Text>
          </>
        ),
      },
      {
        header: 'Who comes',
        cell: ({ name, email, phone }) => <span className="breakable">{name ?? email ?? phone ?? '–'}</span>,
      },
      {
        header: 'With',
        cell: ({ hostIds }) => (
          <span className="breakable">{hostIds.map((id) => nameOf(id) ?? 'Deleted').join(', ')}</span>
        ),
      },
      { header: 'Status', kind: 'nowrap', cell: ({ status }) => <BookingMark status={status} /> },
      { header: 'Came from', cell: ({ source }) => sourceInWords(source) },
    ]}
  />
)

function Filters({ filter }: { filter: BookingFilter }) {
  const navigate = route.useNavigate()
  const hosts = useQuery(hostsQuery)
  const change = (changes: { [Key in keyof BookingFilter]: BookingFilter[Key] | undefined }) => {
    const next = Object.entries({ ...filter, ...changes }).filter(([, value]) => value !== undefined && value !== '')
    void navigate({ search: Object.fromEntries(next) as BookingFilter, replace: true })
  }
  const [email, typeEmail] = useTypedFilter(filter.email, (email) => change({ email }))
  return (
    <Group gap="sm" align="flex-end" className="filters">
      <Select
        label="With"
        placeholder="Anybody"
        clearable
        searchable
        data={hosts.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
        value={filter.hostId ?? null}
        onChange={(hostId) => change({ hostId: hostId ?? undefined })}
        className="filter"
      />
      <Select
        label="Status"
        placeholder="Any"
        clearable
        data={bookingStatuses}
        value={filter.status ?? null}
        onChange={(status) => change({ status: (status as BookingFilter['status']) ?? undefined })}
        className="filter"
      />
      <TextInput
        label="E-mail"
        placeholder="Anybody"
        value={email}
        onChange={({ currentTarget }) => typeEmail(currentTarget.value)}
        className="filter"
      />
      {isFiltered(filter) && (
        <LinkButton to="/bookings" search={{}} variant="subtle">
          Clear
        </LinkButton>
      )}
    </Group>
  )
}
