import { createHmac } from 'node:crypto'
import { Type } from 'typebox'
import type { Account, Api, Stored, World } from '../emulator.ts'
import { invalid, refused } from './failures.ts'
import { pageOf, paging } from './paging.ts'
import {
  type Guest,
  meetingsOf,
  newUuid,
  organizationUri,
  showGuest,
  showMeeting,
  showSubscription,
  subscriptionsOf,
  timeText,
  userUri,
} from './records.ts'

const scoped = (...scopes: string[]) => ({ sandbox: { scopes } })

export function webhookRoutes(api: Api, world: World): void {
  const Scope = Type.Enum(['organization', 'user'])
  const events = ['invitee.created', 'invitee.canceled', 'invitee_no_show.created', 'routing_form_submission.created']

  api.post(
    '/webhook_subscriptions',
    {
      config: scoped('webhooks:write'),
      schema: {
        body: Type.Object({
          url: Type.String({ pattern: '^https?://' }),
          events: Type.Array(Type.Enum(events), { minItems: 1, uniqueItems: true }),
          organization: Type.String(),
          user: Type.Optional(Type.String()),
          scope: Scope,
          signing_key: Type.Optional(Type.String({ minLength: 1 })),
        }),
      },
    },
    async (request, reply) => {
      const account = world.accountOf(request)
      const { url, events: wanted, organization, user, scope, signing_key: signingKey } = request.body
      owned(account, { organization, user, scope })
      const subscriptions = subscriptionsOf(account)
      if (subscriptions.find(({ data }) => data.url === url))
        throw refused(409, 'Already Exists', 'Hook with this url already exists')
      const made = subscriptions.create(
        { url, events: wanted, scope, signingKey: signingKey ?? null, state: 'active' },
        newUuid(world, 'HOOK'),
      )
      return await reply.code(201).send({ resource: showSubscription(account, made) })
    },
  )

  api.get(
    '/webhook_subscriptions',
    {
      config: scoped('webhooks:read'),
      schema: {
        querystring: Type.Object({
          ...{ organization: Type.String(), user: Type.Optional(Type.String()), scope: Scope },
          ...paging,
        }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      owned(account, request.query)
      const where = ({ data }: { data: { scope: string } }) => data.scope === request.query.scope
      return pageOf(subscriptionsOf(account), { where }, request.query, request.url, (one) =>
        showSubscription(account, one),
      )
    },
  )

  const params = Type.Object({ id: Type.String() })
  api.get('/webhook_subscriptions/:id', { config: scoped('webhooks:read'), schema: { params } }, async (request) => {
    const account = world.accountOf(request)
    return { resource: showSubscription(account, subscriptionsOf(account).need(request.params.id)) }
  })
  api.delete(
    '/webhook_subscriptions/:id',
    { config: scoped('webhooks:write'), schema: { params } },
    async (request, reply) => {
      subscriptionsOf(world.accountOf(request)).delete(request.params.id)
      return await reply.code(204).send()
    },
  )
}

function owned(account: Account, given: { organization: string; user?: string | undefined; scope: string }): void {
  if (given.organization !== organizationUri(account))
    throw refused(403, 'Permission Denied', 'You do not have permission')
  if (given.scope === 'user' && given.user === undefined) throw invalid('user', "can't be blank")
  if (given.user !== undefined && given.user !== userUri(account))
    throw refused(403, 'Permission Denied', 'Unauthorized')
}

/** Calendly's signature of a body, as headers. */
export const signed = ({ body, key, at }: { body: string; key: string; at: number }): Record<string, string> => {
  const time = Math.floor(at / 1_000)
  const signature = createHmac('sha256', key).update(`${time}.${body}`).digest('hex')
  return { 'content-type': 'application/json', 'calendly-webhook-signature': `t=${time},v1=${signature}` }
}

/** Tells every subscription that wants to hear of an invitee. */
export function tell(world: World, account: Account, event: string, guest: Stored<Guest>): void {
  const meeting = showMeeting(account, meetingsOf(account).need(guest.data.eventId))
  const payload = { ...showGuest(guest), scheduled_event: meeting }
  const body = JSON.stringify({ event, created_at: timeText(world.now()), created_by: userUri(account), payload })
  for (const { data } of subscriptionsOf(account).list()) {
    if (data.state !== 'active' || !data.events.includes(event)) continue
    world.send({
      ...{ account: account.name, url: data.url },
      build: () => ({ body, headers: signed({ body, key: data.signingKey ?? 'none', at: world.now() }) }),
    })
  }
}
