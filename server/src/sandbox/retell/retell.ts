import { createHmac } from 'node:crypto'
import { Type } from 'typebox'
import { type Account, defineEmulator, type Failure, type Stored, type World } from '../emulator.ts'

/** The agent that every account has. */
export const sandboxAgent = { agent_id: 'agent_sandbox0000000001', agent_name: 'Receptionist' }
export const sandboxKey = 'key_sandbox_retell'

const told = { tags: {}, user_modified_timestamp: 1_780_000_000_000 }
const agents = [
  { ...sandboxAgent, channel: 'voice', ...told },
  { agent_id: 'agent_sandbox0000000002', agent_name: 'Night shift', channel: 'voice', ...told },
  { agent_id: 'agent_sandbox0000000003', agent_name: 'Website chat', channel: 'chat', ...told },
]

/** A call as Retell shows it. */
type Call = Record<string, unknown> & { agent_id: string }

const callsOf = (account: Account) => account.records<Call>('call')
const shown = ({ id, data }: Stored<Call>) => ({ call_id: id, call_type: 'phone_call', ...data })

function refuse(failure: Failure) {
  const answer = (status: number, message: string) => ({ status, body: { status: 'error', message } })
  switch (failure.kind) {
    case 'invalid':
      return answer(
        400,
        `Invalid request format: ${failure.faults.map(({ path, message }) => `${path} ${message}`).join('; ')}`,
      )
    case 'unreadable':
      return answer(400, failure.message)
    case 'unknown_path':
      return answer(404, `Cannot ${failure.method} ${failure.path}`)
    case 'missing_record':
      return answer(422, 'Cannot find requested asset under given api key.')
    case 'unauthorized':
      return answer(401, 'Invalid API Key')
    case 'forbidden':
      return answer(403, 'Forbidden')
    case 'rate_limited':
      return answer(429, 'Account rate limited, please throttle your requests.')
    case 'unavailable':
      return answer(failure.status, 'An unexpected server error occurred.')
  }
}

/** Retell AI as the connector meets it: agents, calls, and the webhooks that tell of them. */
export const retell = defineEmulator({
  id: 'retell',
  name: 'Retell AI',
  hosts: ['api.retellai.com'],
  keys: { [sandboxKey]: 'sandbox' },
  refuse,

  routes(api, world) {
    api.get('/get-concurrency', async () => ({ current_concurrency: 0, concurrency_limit: 20 }))

    api.post(
      '/v2/list-agents',
      {
        schema: {
          querystring: Type.Object({
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
            pagination_key: Type.Optional(Type.String()),
            sort_order: Type.Optional(Type.Union([Type.Literal('ascending'), Type.Literal('descending')])),
          }),
          body: Type.Object({
            filter_criteria: Type.Optional(
              Type.Object({
                query: Type.Optional(Type.String()),
                channel: Type.Optional(
                  Type.Object({
                    type: Type.Literal('string'),
                    op: Type.Union(['eq', 'ne', 'sw', 'ew', 'co'].map((op) => Type.Literal(op))),
                    value: Type.Union([Type.Literal('voice'), Type.Literal('chat')]),
                  }),
                ),
              }),
            ),
          }),
        },
      },
      async ({ query: { limit = 50, pagination_key: after }, body: { filter_criteria: filter = {} } }) => {
        const { op, value } = filter.channel ?? {}
        const wanted = agents.filter(
          ({ channel }) => op === undefined || (op === 'ne' ? channel !== value : channel === value),
        )
        const start = after === undefined ? 0 : wanted.findIndex(({ agent_id: id }) => id === after) + 1
        const items = wanted.slice(start, start + limit)
        const more = start + limit < wanted.length
        return { items, has_more: more, ...(more ? { pagination_key: items.at(-1)?.agent_id } : {}) }
      },
    )

    api.post(
      '/v3/list-calls',
      {
        schema: {
          body: Type.Object({
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
            pagination_key: Type.Optional(Type.String()),
            filter_criteria: Type.Optional(
              Type.Object({ agent: Type.Optional(Type.Array(Type.Object({ agent_id: Type.String() }))) }),
            ),
          }),
        },
      },
      async (request) => {
        const { limit = 50, pagination_key: cursor, filter_criteria: { agent } = {} } = request.body
        const { items, next } = callsOf(world.accountOf(request)).page({
          ...{ limit, cursor, descending: true },
          where: ({ data }) => agent === undefined || agent.some(({ agent_id: id }) => id === data.agent_id),
        })
        return {
          items: items.map(shown),
          has_more: next !== undefined,
          ...(next === undefined ? {} : { pagination_key: next }),
        }
      },
    )

    api.get('/v2/get-call/:id', { schema: { params: Type.Object({ id: Type.String() }) } }, async (request) =>
      shown(callsOf(world.accountOf(request)).need(request.params.id)),
    )

    api.post(
      '/v2/create-phone-call',
      {
        schema: {
          body: Type.Object({
            from_number: Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$' }),
            to_number: Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$' }),
            override_agent_id: Type.Optional(Type.String()),
            metadata: Type.Optional(Type.Object({}, { additionalProperties: true })),
            retell_llm_dynamic_variables: Type.Optional(Type.Record(Type.String(), Type.String())),
          }),
        },
      },
      async (request, reply) => {
        const { override_agent_id: agentId, ...given } = request.body
        const data = {
          agent_id: agentId ?? sandboxAgent.agent_id,
          call_status: 'registered',
          direction: 'outbound',
          ...given,
        }
        return await reply.code(201).send(shown(callsOf(world.accountOf(request)).create(data, newCallId(world))))
      },
    )
  },

  actions: (world) => ({
    calls: (account = 'sandbox') => callsOf(world.account(account)),
    /** Lets a call happen, and tells of its start, end and analysis at this URL. Answers its id. */
    callIn: (
      call: Record<string, unknown>,
      { url, key = sandboxKey }: { url: string; key?: string },
      account = 'sandbox',
    ) => {
      const now = world.now()
      const start = { call_status: 'ongoing', direction: 'inbound', start_timestamp: now - 180_000, ...sandboxAgent }
      const end = {
        ...start,
        call_status: 'ended',
        end_timestamp: now,
        duration_ms: 180_000,
        transcript: 'Agent: Hello.',
      }
      const { id } = callsOf(world.account(account)).create({ ...end, ...call }, newCallId(world))
      const { call_analysis: _, ...unanalysed } = call
      for (const [event, data] of [
        ['call_started', { ...start, ...unanalysed }],
        ['call_ended', { ...end, ...unanalysed }],
        ['call_analyzed', { ...end, ...call }],
      ] as const) {
        const body = JSON.stringify({ event, call: { call_id: id, ...data } })
        world.send({
          account,
          url,
          retrySeconds: [1, 1, 1],
          build: () => ({ body, headers: signed({ body, key, at: world.now() }) }),
        })
      }
      return id
    },
  }),
})

const newCallId = (world: World): string => `call_${world.nextId('call').padStart(20, '0')}`

/** Retell's signature: body and time, by the key with the webhook badge. */
export const signed = ({ body, key, at }: { body: string; key: string; at: number }): Record<string, string> => ({
  'content-type': 'application/json',
  'x-retell-signature': `v=${at},d=${createHmac('sha256', key).update(`${body}${at}`).digest('hex')}`,
})
