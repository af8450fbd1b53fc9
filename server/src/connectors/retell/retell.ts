import {
  bearer,
  defineConnector,
  encrypted,
  type InboundEvent,
  type InboundRequest,
  keys,
  type Paging,
  schemes,
  Type,
  type VendorAnswer,
  type VoiceCall,
} from '../../kit/index.ts'
import { callOf, type RetellCall, readNews } from './calls.ts'

const api = 'https://api.retellai.com'

type Agent = { agent_id: string; agent_name?: string | null }

/** Calls and agents are asked for page by page, each page by the key that the one before answered. */
const pages: Paging = {
  first: { limit: 100 },
  items: (body) => (Object(body) as { items?: unknown[] }).items ?? [],
  next({ body }) {
    const { pagination_key: key, has_more: more } = Object(body) as { pagination_key?: string; has_more?: boolean }
    return more === true && key ? { query: { pagination_key: key } } : undefined
  },
}

export const retell = defineConnector({
  id: 'retell',
  name: 'Retell AI',
  category: 'voice',
  description: 'Voice agents: their finished calls become calls of this hub; calls can be started and read.',
  docs: 'https://docs.retellai.com/api-references',
  apiVersion: 'v2',
  settings: Type.Object({
    agent_id: Type.Optional(
      Type.String({
        title: 'Agent',
        description:
          'Whose webhooks come to the address that all agents share. Default: each has an address of its own.',
        minLength: 1,
        maxLength: 200,
      }),
    ),
    from_number: Type.Optional(
      Type.String({
        title: 'Number',
        description: 'From which calls are started, such as +14155550100.',
        maxLength: 40,
      }),
    ),
    webhook_key: Type.Optional(
      encrypted(
        Type.String({
          title: 'Webhook key',
          description: 'The API key with the webhook badge, with which Retell signs webhooks and function calls.',
          minLength: 1,
          maxLength: 500,
        }),
      ),
    ),
  }),

  auth: [
    keys({
      fields: Type.Object({
        apiKey: encrypted(Type.String({ title: 'API key', description: 'It begins with `key_`.', minLength: 1 })),
      }),
      apply: ({ apiKey }) => bearer(apiKey),
    }),
  ],

  http: {
    baseUrl: api,
    rateLimit: { requests: 60, perMs: 10_000 },
    pages,
    readError,
  },

  async check({ http, settings }) {
    const { concurrency_limit: limit } = await http.get<{ concurrency_limit?: number }>('/get-concurrency')
    return {
      ...(limit === undefined ? {} : { name: `${limit} calls at a time` }),
      ...(settings.agent_id === undefined ? {} : { routingKey: settings.agent_id }),
    }
  },

  webhook: {
    verify: schemes.retell(),
    secret: { setting: 'webhook_key' },
    route: (request) => bodyOf(request).call?.agent_id,
    parse(request): InboundEvent[] {
      const { event, call } = bodyOf(request)
      return typeof event === 'string' && call && typeof call.call_id === 'string' && call.call_id !== ''
        ? [readNews(event, call)]
        : []
    },
  },

  capabilities: {
    voice: {
      async agents({ http }) {
        const body = { filter_criteria: { channel: { type: 'string', op: 'eq', value: 'voice' } } }
        const found = http.pages<Agent>('/v2/list-agents', undefined, { method: 'POST', body, pageIn: 'query' })
        const agents: { id: string; name: string }[] = []
        for await (const { agent_id: id, agent_name: name } of found) agents.push({ id, name: name || id })
        return agents
      },
      async *calls({ http }, { agentId }): AsyncIterable<VoiceCall> {
        const body = agentId === undefined ? {} : { filter_criteria: { agent: [{ agent_id: agentId }] } }
        for await (const call of http.pages<RetellCall>('/v3/list-calls', undefined, { method: 'POST', body }))
          yield callOf(call)
      },
      get: async ({ http }, { externalId }) =>
        callOf(await http.get<RetellCall>(`/v2/get-call/${encodeURIComponent(externalId)}`)),
      async start({ http, settings }, { to, from = settings.from_number, agentId, metadata, variables }) {
        const body = {
          ...{ from_number: from, to_number: to },
          ...(agentId === undefined ? {} : { override_agent_id: agentId }),
          ...(metadata === undefined ? {} : { metadata }),
          ...(variables === undefined ? {} : { retell_llm_dynamic_variables: variables }),
        }
        return callOf(await http.post<RetellCall>('/v2/create-phone-call', body))
      },
    },
  },
})

/** `{ status: 'error', message }` at Retell. */
function readError({ body }: VendorAnswer<unknown>) {
  const { message } = Object(body) as { message?: unknown }
  return typeof message === 'string' ? { message } : undefined
}

function bodyOf({ rawBody }: InboundRequest): { event?: unknown; call?: RetellCall } {
  const body: unknown = JSON.parse(rawBody.toString())
  return typeof body === 'object' && body !== null ? (body as { event?: unknown; call?: RetellCall }) : {}
}
