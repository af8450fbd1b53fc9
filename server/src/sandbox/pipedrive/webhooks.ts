import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import type { Account, Api, Stored, World } from '../emulator.ts'
import type { RecordChange } from '../records.ts'
import { companyIdOf } from './account.ts'
import { showActivity } from './activities.ts'
import { showDeal } from './deals.ts'
import { refused } from './failures.ts'
import { showLead } from './leads.ts'
import { showPerson } from './persons.ts'
import { type Fields, Id, ok, sandboxUser } from './tables.ts'

type Subscription = {
  subscription_url: string
  event_action: string
  event_object: string
  name: string
  http_auth_user?: string | undefined
  http_auth_password?: string | undefined
}

const config = { sandbox: { scopes: ['webhooks:full'] } }
const mostPerUser = 40
const objects = [
  'activity',
  'deal',
  'lead',
  'note',
  'organization',
  'person',
  'pipeline',
  'product',
  'stage',
  'user',
  '*',
]
const subscriptionsOf = (account: Account) => account.records<Subscription>('webhooks')

/** Subscriptions of version 2 of the webhooks, which are made in version 1 of the API. */
export function webhookRoutes(api: Api, world: World): void {
  const NewWebhook = Type.Object({
    subscription_url: Type.String({ pattern: '^https?://' }),
    event_action: Type.Enum(['create', 'change', 'delete', '*']),
    event_object: Type.Enum(objects),
    name: Type.String({ minLength: 1, maxLength: 255 }),
    user_id: Type.Optional(Type.Integer()),
    http_auth_user: Type.Optional(Type.String()),
    http_auth_password: Type.Optional(Type.String()),
    version: Type.Optional(Type.Literal('2.0')),
  })
  for (const place of ['/v1/webhooks', '/api/v1/webhooks']) {
    api.post(place, { config, schema: { body: NewWebhook } }, async (request, reply) => {
      const { name } = world.accountOf(request)
      const subscriptions = subscriptionsOf(world.accountOf(request))
      if (subscriptions.list().length >= mostPerUser)
        throw refused(400, 'The maximum number of webhooks is reached', { errors: { user_id: ['has 40 webhooks'] } })
      const { version: _, user_id: __, ...given } = request.body
      return await reply.code(201).send({ status: 'ok', ...ok(show(subscriptions.create(given), name)) })
    })

    api.get(place, { config }, async (request) => {
      const account = world.accountOf(request)
      return {
        status: 'ok',
        ...ok(
          subscriptionsOf(account)
            .list()
            .map((one) => show(one, account.name)),
        ),
      }
    })

    const params = Id
    api.delete(`${place}/:id`, { config, schema: { params } }, async (request) => {
      const subscriptions = subscriptionsOf(world.accountOf(request))
      const { id } = request.params
      if (!subscriptions.get(id)) throw refused(404, 'not found', { status: 'error', errors: { id: ['not found'] } })
      subscriptions.delete(id)
      return { status: 'ok', success: true }
    })
  }
}

const show = ({ id, data, createdAt }: Stored<Subscription>, account: string) => ({
  id: Number(id),
  company_id: companyIdOf(account),
  owner_id: sandboxUser.id,
  user_id: sandboxUser.id,
  event_action: data.event_action,
  event_object: data.event_object,
  subscription_url: data.subscription_url,
  name: data.name,
  version: '2.0',
  is_active: 1,
  add_time: new Date(createdAt).toISOString(),
  remove_time: null,
  type: 'general',
  http_auth_user: data.http_auth_user ?? null,
  http_auth_password: data.http_auth_password ?? null,
  remove_reason: null,
  last_delivery_time: null,
  last_http_status: null,
  admin_id: sandboxUser.id,
})

const watched: Record<string, { entity: string; show(record: Stored<Fields>): unknown }> = {
  persons: { entity: 'person', show: showPerson },
  deals: { entity: 'deal', show: showDeal },
  leads: { entity: 'lead', show: showLead },
  activities: { entity: 'activity', show: (record) => showActivity(record, true) },
}

/** Tells every subscription that wants to hear of a change. */
export function watch(world: World): void {
  for (const [type, { entity, show: shown }] of Object.entries(watched)) {
    world.onChange(type, (account, change) => {
      const { action, record, previous } = change as RecordChange<Fields>
      const happened = action === 'created' ? 'create' : action === 'deleted' ? 'delete' : 'change'
      const told = {
        data: happened === 'delete' ? null : shown(record),
        previous: happened === 'create' ? null : happened === 'delete' ? shown(record) : { ...previous },
      }
      for (const subscription of subscriptionsOf(account).list()) {
        const { event_action: wanted, event_object: object } = subscription.data
        if ((wanted === '*' || wanted === happened) && (object === '*' || object === entity))
          notify(world, account, subscription, { entity, action: happened, entityId: record.id, ...told })
      }
    })
  }
}

type News = { entity: string; action: string; entityId: string; data: unknown; previous: unknown }

function notify(world: World, account: Account, subscription: Stored<Subscription>, news: News): void {
  const { entity, action, entityId, data, previous } = news
  const { subscription_url: url, http_auth_user: user, http_auth_password: password } = subscription.data
  const meta = {
    action,
    entity,
    entity_id: entityId,
    company_id: String(companyIdOf(account.name)),
    correlation_id: randomUUID(),
    id: randomUUID(),
    is_bulk_edit: false,
    timestamp: new Date(world.now()).toISOString(),
    type: 'general',
    user_id: String(sandboxUser.id),
    version: '2.0',
    webhook_id: subscription.id,
    webhook_owner_id: String(sandboxUser.id),
    change_source: 'api',
    host: `${account.name}.pipedrive.com`,
    permitted_user_ids: [String(sandboxUser.id)],
  }
  world.send({
    account: account.name,
    url,
    retrySeconds: [3, 30, 150],
    build: (attempt) => ({
      body: JSON.stringify({ data, previous, meta: { ...meta, attempt } }),
      headers: { 'content-type': 'application/json', 'user-agent': 'Pipedrive Webhooks', ...signedIn(user, password) },
    }),
  })
}

/** The user and password of the subscription, as HTTP Basic has them. */
export const signedIn = (user: string | undefined, password: string | undefined): Record<string, string> =>
  user === undefined ? {} : { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` }
