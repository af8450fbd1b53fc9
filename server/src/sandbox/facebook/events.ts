import { type Static, Type } from 'typebox'
import type { Account } from '../emulator.ts'
import { refused } from './failures.ts'

const hashed = Type.Optional(Type.Array(Type.String({ pattern: '^[0-9a-f]{64}$' }), { minItems: 1 }))
const text = Type.Optional(Type.String({ minLength: 1 }))
const sources = [
  'email',
  'website',
  'app',
  'phone_call',
  'chat',
  'physical_store',
  'system_generated',
  'business_messaging',
  'other',
]

const event = Type.Object({
  event_name: Type.String({ minLength: 1, maxLength: 50 }),
  event_time: Type.Integer(),
  event_id: text,
  action_source: Type.Union(sources.map((source) => Type.Literal(source))),
  event_source_url: text,
  opt_out: Type.Optional(Type.Boolean()),
  user_data: Type.Object({
    ...{ em: hashed, ph: hashed, fn: hashed, ln: hashed, db: hashed, ge: hashed },
    ...{ ct: hashed, st: hashed, zp: hashed, country: hashed, external_id: hashed },
    ...{ client_ip_address: text, client_user_agent: text, fbc: text, fbp: text },
    lead_id: Type.Optional(Type.String({ pattern: '^\\d+$' })),
  }),
  custom_data: Type.Optional(
    Type.Object(
      {
        value: Type.Optional(Type.Number()),
        currency: text,
        event_source: text,
        lead_event_source: text,
        order_id: text,
      },
      { additionalProperties: Type.Union([Type.String(), Type.Number(), Type.Boolean()]) },
    ),
  ),
})

/** What one call may send. */
export const batch = Type.Object({
  data: Type.Array(event, { minItems: 1, maxItems: 1_000 }),
  test_event_code: text,
})

export type ServerEvent = Static<typeof event>
export type Counted = ServerEvent & { test?: string }

const currencies = new Set(Intl.supportedValuesOf('currency'))
const sevenDays = 7 * 86_400

/** Takes a batch in: all of it, or, where one event is not valid, nothing. A name and an id that were there within two days count once. */
export function take(account: Account, { data, test_event_code: test }: Static<typeof batch>, now: number): number {
  for (const [index, one] of data.entries()) {
    const problem = problemOf(one, Math.floor(now / 1_000))
    if (problem === undefined) continue
    throw refused('Invalid parameter', 100, {
      subcode: 2_804_003,
      transient: false,
      words: `Event ${index}: ${problem}`,
    })
  }
  const events = account.records<Counted>('events')
  for (const one of data) {
    const isKnown =
      one.event_id !== undefined &&
      events.find(
        (known) =>
          known.data.event_id === one.event_id &&
          known.data.event_name === one.event_name &&
          known.createdAt > now - 48 * 3_600_000,
      )
    if (!isKnown) events.create({ ...one, ...(test === undefined ? {} : { test }) })
  }
  return data.length
}

function problemOf({ event_time: at, user_data: user, action_source: source, ...rest }: ServerEvent, now: number) {
  if (at < now - sevenDays)
    return 'The timestamp for this event is too far in the past. Events need to be sent within 7 days.'
  if (at > now + 86_400) return 'The timestamp for this event is in the future.'
  const { client_ip_address: _, client_user_agent: agent, ...telling } = user
  if (Object.keys(telling).length === 0) return "You haven't added sufficient customer information parameter data."
  if (source === 'website' && (agent === undefined || rest.event_source_url === undefined))
    return 'Website events need client_user_agent and event_source_url.'
  const { value, currency } = rest.custom_data ?? {}
  if (currency !== undefined && !currencies.has(currency)) return `The currency ${currency} is not valid.`
  if (rest.event_name === 'Purchase' && (value === undefined || currency === undefined))
    return 'A Purchase event needs a currency and a value.'
  return undefined
}
