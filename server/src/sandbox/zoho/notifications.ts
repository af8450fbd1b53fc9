import { Type } from 'typebox'
import type { Account, Api, World } from '../emulator.ts'
import { fault } from './failures.ts'

const path = '/crm/v8/actions/watch'
const may = { sandbox: { scopes: ['ZohoCRM.notifications.ALL'] } }
const weekMs = 7 * 86_400_000
const modules = ['Contacts', 'Leads', 'Deals'] as const
const operations = {
  created: ['create', 'insert'],
  updated: ['edit', 'update'],
  deleted: ['delete', 'delete'],
} as const

export type Channel = { events: string[]; url: string; token: string; expiresAt: number }
export const channelsOf = (account: Account) => account.records<Channel>('channels')

const Watch = Type.Object({
  watch: Type.Array(
    Type.Object({
      channel_id: Type.String({ pattern: '^\\d{1,19}$' }),
      events: Type.Array(Type.String({ pattern: '^(Contacts|Leads|Deals)\\.(create|edit|delete|all)$' }), {
        minItems: 1,
      }),
      notify_url: Type.String({ pattern: '^https?://' }),
      token: Type.String({ maxLength: 50 }),
      channel_expiry: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[+-]\\d\\d:\\d\\d$' }),
      return_affected_field_values: Type.Optional(Type.Boolean()),
    }),
    { minItems: 1, maxItems: 1 },
  ),
})
type Wanted = { channel_id: string; events: string[]; notify_url: string; token: string; channel_expiry: string }

/** Channels on which Zoho says which records changed; each ends by itself within a week. */
export function notificationRoutes(api: Api, world: World): void {
  const wrong = (name: string) => ({ watch: [fault('INVALID_DATA', 'invalid data', { api_name: name })] })
  const tooLate = ({ channel_expiry: time }: Wanted) =>
    Date.parse(time) > world.now() + weekMs || Date.parse(time) <= world.now()

  api.post(path, { config: may, schema: { body: Watch } }, async (request, reply) => {
    const channels = channelsOf(world.accountOf(request))
    const [wanted] = request.body.watch as [Wanted]
    if (tooLate(wanted)) return await reply.code(202).send(wrong('channel_expiry'))
    if (channels.get(wanted.channel_id)) channels.purge(wanted.channel_id)
    channels.create(channelOf(wanted), wanted.channel_id)
    return await reply.code(201).send(told(wanted, 'Successfully subscribed for actions-watch of the given module'))
  })

  api.put(path, { config: may, schema: { body: Watch } }, async (request, reply) => {
    const channels = channelsOf(world.accountOf(request))
    const [wanted] = request.body.watch as [Wanted]
    const known = channels.get(wanted.channel_id)
    if (!known || known.data.expiresAt <= world.now())
      return await reply.code(202).send({ watch: [fault('NOT_SUBSCRIBED', 'the channel is not subscribed')] })
    if (tooLate(wanted)) return await reply.code(202).send(wrong('channel_expiry'))
    channels.update(wanted.channel_id, channelOf(wanted))
    return await reply.send(told(wanted, 'Successfully updated the subscribe details'))
  })

  const ids = Type.Object({ channel_ids: Type.String({ minLength: 1 }) })
  api.delete(path, { config: may, schema: { querystring: ids } }, async (request, reply) => {
    const channels = channelsOf(world.accountOf(request))
    const { channel_ids: id } = request.query
    if (!channels.get(id)) return await reply.code(400).send({ watch: [fault('INVALID_DATA', 'invalid data', { id })] })
    channels.purge(id)
    const message = 'Successfully un-subscribed from actions-watch'
    return { watch: [{ code: 'SUCCESS', details: { channel_id: id }, message, status: 'success' }] }
  })
}

const channelOf = ({ events, notify_url: url, token, channel_expiry: time }: Wanted): Channel => ({
  events,
  url,
  token,
  expiresAt: Date.parse(time),
})

const told = ({ channel_id, events, channel_expiry }: Wanted, message: string) => ({
  watch: [
    {
      code: 'SUCCESS',
      details: {
        events: [...new Set(events.map((event) => event.split('.', 1)[0]))].map((module) => ({
          channel_expiry,
          resource_uri: `https://www.zohoapis.com/crm/v8/${module}`,
          resource_id: '5545974000000002175',
          resource_name: module,
          channel_id,
        })),
      },
      message,
      status: 'success',
    },
  ],
})

/** Tells every channel of what happens to the records that it watches. */
export function watchRecords(world: World): void {
  for (const module of modules) {
    world.onChange(module, (account, { action, record }) => {
      if (action === 'restored') return
      const [event, operation] = operations[action]
      for (const { id, data } of channelsOf(account).list({ where: ({ data }) => data.expiresAt > world.now() })) {
        if (!data.events.includes(`${module}.${event}`) && !data.events.includes(`${module}.all`)) continue
        const body = JSON.stringify({
          server_time: world.now(),
          query_params: {},
          module,
          resource_uri: `https://www.zohoapis.com/crm/v8/${module}`,
          ids: [record.id],
          affected_fields: [],
          operation,
          channel_id: id,
          token: data.token,
        })
        world.send({
          account: account.name,
          url: data.url,
          build: () => ({ headers: { 'content-type': 'application/json' }, body }),
        })
      }
    })
  }
}
