import { Button, Switch, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Integration, IntegrationSubscription } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Panel } from '../../components/page.tsx'
import { request } from '../../lib/api.ts'
import { notifyDone, notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange } from '../../lib/session.ts'
import { readAll } from '../../lib/use-list.ts'
import { operationsQuery } from './integration-query.ts'
import { SubscriptionEditor } from './subscription-editor.tsx'

/** Which events become which operations at the vendor. */
export function SubscriptionsTab({ integration }: { integration: Integration }) {
  const mayChange = useMayChange()
  const path = paths.ofIntegration(integration.id, 'subscriptions')
  const key = [paths.integrations, integration.id, 'subscriptions']
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => readAll<IntegrationSubscription>(path, signal),
  })
  const [edited, setEdited] = useState<IntegrationSubscription | 'new' | null>(null)
  if (edited)
    return (
      <SubscriptionEditor
        integration={integration}
        {...(edited !== 'new' && { existing: edited })}
        refreshKey={key}
        onClose={() => setEdited(null)}
      />
    )
  const add = mayChange && (
    <Button size="compact-sm" onClick={() => setEdited('new')}>
      Subscribe to events
    </Button>
  )
  return (
    <Panel title="What events do here" flush actions={data && data.length > 0 && add}>
      <ListStates
        source={{ items: data, error, retry: () => void refetch() }}
        empty={
          <Empty title="No event does anything here yet" action={add}>
            Let a captured lead become a contact, or a booking an appointment: choose the event, the operation, and
            which field goes where.
          </Empty>
        }
      >
        {(subscriptions) => (
          <SubscriptionTable
            integration={integration}
            subscriptions={subscriptions}
            refreshKey={key}
            onEdit={mayChange ? setEdited : undefined}
          />
        )}
      </ListStates>
    </Panel>
  )
}

type TableProps = {
  integration: Integration
  subscriptions: IntegrationSubscription[]
  refreshKey: readonly unknown[]
  onEdit: ((subscription: IntegrationSubscription) => void) | undefined
}

function SubscriptionTable({ integration, subscriptions, refreshKey, onEdit }: TableProps) {
  const queries = useQueryClient()
  const operations = useQuery(operationsQuery(integration.id))
  const refresh = () => queries.invalidateQueries({ queryKey: refreshKey })
  const titleOf = (operation: string) => operations.data?.find(({ name }) => name === operation)?.title ?? operation
  const toggle = useMutation({
    mutationFn: ({ id, isActive }: IntegrationSubscription) =>
      request('PATCH', paths.subscription(integration.id, id), { body: { isActive: !isActive } }),
    onError: notifyProblem,
    onSettled: refresh,
  })
  return (
    <DataTable
      label="Subscriptions"
      rows={subscriptions}
      rowKey={({ id }) => id}
      columns={[
        {
          header: 'When',
          kind: 'lead',
          cell: ({ events, filter }) => (
            <>
              <span className="mono" style={{ fontWeight: 600 }}>
                {events.join(', ')}
              </span>
              {filter && (
                <Text size="xs" c="dimmed">
                  with a filter
                </Text>
              )}
            </>
          ),
        },
        {
          header: 'Then',
          cell: ({ operation, mapping }) => (
            <div>
              {titleOf(operation)}
              <Text size="xs" c="dimmed">
                {Object.keys(mapping).join(', ') || 'without input'}
              </Text>
            </div>
          ),
        },
        {
          header: 'On',
          kind: 'nowrap',
          cell: (subscription) => (
            <Switch
              size="sm"
              checked={subscription.isActive}
              disabled={!onEdit || toggle.isPending}
              onChange={() => toggle.mutate(subscription)}
              aria-label={`${subscription.events.join(', ')} to ${titleOf(subscription.operation)}`}
            />
          ),
        },
        {
          header: 'Action',
          kind: 'bare',
          cell: (subscription) =>
            onEdit && (
              <Button.Group>
                <Button size="compact-sm" variant="default" onClick={() => onEdit(subscription)}>
                  Change
                </Button>
                <ConfirmButton
                  label="Remove"
                  title="Remove this subscription?"
                  confirmLabel="Remove it"
                  button={{ size: 'compact-sm' }}
                  onConfirm={async () => {
                    await request('DELETE', paths.subscription(integration.id, subscription.id))
                    notifyDone('The subscription was removed.')
                    await refresh()
                  }}
                >
                  {subscription.events.join(', ')} will no longer {titleOf(subscription.operation).toLowerCase()} at{' '}
                  {integration.name}. What was done stays.
                </ConfirmButton>
              </Button.Group>
            ),
        },
      ]}
    />
  )
}
