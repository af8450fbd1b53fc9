import { Group, Select, Text } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import type { Consultation } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import {
  askerOf,
  type ConsultationFilter,
  consultationStatuses,
  formatMoment,
} from '../../lib/consultation-in-words.ts'
import { isFiltered } from '../../lib/filters.ts'
import { paths } from '../../lib/paths.ts'
import { useList } from '../../lib/use-list.ts'
import { ConsultationMark } from './consultation-mark.tsx'

const route = getRouteApi('/signed-in/consultations')

/** Who asked for a consultation, and what became of it. */
export function Consultations() {
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const requests = useList<Consultation>([filter], paths.consultations, () => filter as Record<string, string>, {
    refreshMs: 10_000,
  })
  return (
    <Page
      title="Consultation requests"
      about="Who would like a consultation. The first wished time that is free is booked; where none is, others are offered by mail."
      actions={
        <LinkButton variant="default" to="/bookings">
          Bookings
        </LinkButton>
      }
    >
      <Group gap="sm" align="flex-end" className="filters">
        <Select
          label="Status"
          placeholder="Any"
          clearable
          data={consultationStatuses}
          value={filter.status ?? null}
          onChange={(status) =>
            void navigate({ search: status ? ({ status } as ConsultationFilter) : {}, replace: true })
          }
          className="filter"
        />
      </Group>
      <Panel flush>
        <ListStates
          source={requests}
          empty={
            isFiltered(filter) ? (
              <Empty title="No request matches">Take away the filter to see more.</Empty>
            ) : (
              <Empty title="Nobody has asked yet">
                Requests show up here by themselves as your product, or a form, sends them.
              </Empty>
            )
          }
        >
          {(items) => (
            <DataTable
              label="Consultation requests"
              rows={items}
              rowKey={({ id }) => id}
              columns={[
                {
                  header: 'Who',
                  kind: 'lead',
                  cell: (request) => (
                    <>
                      <TextLink to="/consultations/$consultationId" params={{ consultationId: request.id }} fw={600}>
                        {askerOf(request)}
                      </TextLink>
                      <Text size="xs" c="dimmed">
                        {[request.email, request.company].filter(Boolean).join(' · ')}
                      </Text>
                    </>
                  ),
                },
                { header: 'About', cell: ({ service }) => service ?? '–' },
                { header: 'Status', kind: 'nowrap', cell: ({ status }) => <ConsultationMark status={status} /> },
                {
                  header: 'Wished for',
                  cell: ({ preferredTimes: [first, ...more] }) =>
                    first ? `${formatMoment(first)}${more.length ? ` and ${more.length} more` : ''}` : 'Any time',
                },
                { header: 'Asked', kind: 'nowrap', cell: ({ createdAt }) => <Time at={createdAt} /> },
              ]}
            />
          )}
        </ListStates>
      </Panel>
    </Page>
  )
}
