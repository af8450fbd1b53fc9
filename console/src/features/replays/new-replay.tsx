import { Button, Checkbox, Group, Select, Stack, TagsInput, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Replay } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { DeliveryList } from '../../components/delivery-list.tsx'
import { Notice } from '../../components/notice.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { StatusFilter } from '../../components/status-filter.tsx'
import { TimeRangeFilter } from '../../components/time-range.tsx'
import { request } from '../../lib/api.ts'
import { type DeliveryFilter, endedStatuses, toReplayFilter } from '../../lib/filters.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { endpointsQuery, eventTypesQuery } from '../../lib/queries.ts'
import { replayedByDefault, replayInWords } from '../../lib/replay-in-words.ts'

const route = getRouteApi('/signed-in/replays/new')

/** Chooses what to repeat, shows it, and starts. */
export function NewReplay() {
  const { missed = false, ...filter } = route.useSearch()
  const navigate = route.useNavigate()
  const queries = useQueryClient()
  const endpoints = useQuery(endpointsQuery)
  const types = useQuery(eventTypesQuery)
  const wanted = { ...toReplayFilter(filter, Date.now()), ...(missed && { missed }) }
  const states = wanted.status ?? replayedByDefault
  const words = replayInWords(wanted, (id) => endpoints.data?.find((endpoint) => endpoint.id === id)?.name)
  const start = useMutation({
    mutationFn: () => request<Replay>('POST', paths.replays, { body: wanted, idempotent: true }),
    onSuccess: async () => {
      notifyDone('The replay has started.')
      await queries.invalidateQueries({ queryKey: [paths.replays] })
      await navigate({ to: '/replays' })
    },
  })
  const change = (
    changes: { [Key in keyof DeliveryFilter]: DeliveryFilter[Key] | undefined } & { missed?: boolean },
  ) => {
    const next = { ...filter, ...(missed && { missed }), ...changes }
    void navigate({
      search: Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined && value !== false)),
      replace: true,
    })
  }
  const { since, after, before } = filter

  return (
    <Page
      title="Replay many"
      about="Choose what to deliver again. Receivers get the same event ids, by which they can tell repetitions."
    >
      <Panel title="What to repeat">
        <Stack>
          <Group gap="sm" align="flex-end" className="filters">
            <Select
              label="Endpoint"
              placeholder="Every endpoint"
              clearable
              searchable
              data={endpoints.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
              value={filter.endpointId ?? null}
              onChange={(id) => change({ endpointId: id ?? undefined })}
              className="filter"
            />
            <TagsInput
              label="Event type"
              placeholder={filter.type ? '' : 'Every type'}
              maxTags={1}
              data={types.data?.map(({ name }) => name) ?? []}
              value={filter.type ? [filter.type] : []}
              onChange={([type]) => change({ type })}
              acceptValueOnBlur
              className="filter"
            />
            <TimeRangeFilter
              label="When accepted"
              value={{ ...(since && { since }), ...(after && { after }), ...(before && { before }) }}
              onChange={(range) => change({ since: undefined, after: undefined, before: undefined, ...range })}
            />
          </Group>
          <StatusFilter value={states} among={endedStatuses} onChange={(status) => change({ status })} />
          <Checkbox
            label="Also events that were missed"
            description="Those of this range that match an endpoint but were never queued for it, because it was disabled or did not exist yet."
            checked={missed}
            onChange={({ currentTarget }) => change({ missed: currentTarget.checked })}
          />
        </Stack>
      </Panel>
      <Notice tone="delivered" title="This replay would repeat">
        <Text size="sm">{words}.</Text>
      </Notice>
      {start.error && <Problem error={start.error} />}
      <Group>
        {!states.includes('delivered') ? (
          <Button loading={start.isPending} onClick={() => start.mutate()}>
            Start the replay
          </Button>
        ) : (
          <ConfirmButton
            label="Start the replay"
            title="Deliver again what has arrived already?"
            confirmLabel="Start the replay"
            danger={false}
            button={{ variant: 'filled' }}
            onConfirm={() => start.mutateAsync()}
          >
            {words}. Receivers that do not look at the event id will handle some events twice.
          </ConfirmButton>
        )}
        <Button variant="default" onClick={() => void navigate({ to: '/replays' })}>
          Cancel
        </Button>
      </Group>
      <Panel title="Deliveries that match now" flush>
        <DeliveryList filter={{ ...filter, status: states }} />
      </Panel>
    </Page>
  )
}
