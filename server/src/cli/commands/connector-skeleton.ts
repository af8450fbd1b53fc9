/** The files of a new connector, by their paths below `server/src`. The words in capitals are replaced. */
export function skeleton(id: string, name: string): Record<string, string> {
  const camel = id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  const fill = (text: string) =>
    text
      .replaceAll('CAMEL', camel)
      .replaceAll('INITIAL', escapeXml([...name][0] ?? '?'))
      .replaceAll('TITLE', escapeXml(name))
      .replace(/'([^'\n]*)NAME([^'\n]*)'/g, (_, before: string, after: string) => literal(before + name + after))
      .replaceAll('NAME', name)
      .replaceAll('ID', id)
      // From within a folder of `sandbox`, its neighbours are nearer.
      .replaceAll("'SOURCE/sandbox/emulator.ts'", "'../emulator.ts'")
      .replaceAll('SOURCE/', '../../')
  return Object.fromEntries(Object.entries(templates).map(([path, text]) => [fill(path), fill(text.trimStart())]))
}

/** As the formatter quotes text. */
const literal = (text: string): string => (text.includes("'") ? `"${text}"` : `'${text}'`)

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

const templates = {
  'connectors/ID/ID.ts': `
import {
  bearer,
  type Contact,
  cursorPages,
  date,
  defineConnector,
  encrypted,
  hmac,
  keys,
  mapping,
  Type,
} from 'SOURCE/kit/index.ts'
import type { Page, Person, WebhookBody } from './types.ts'

const contact = mapping<Contact, Person>({
  externalId: 'id',
  email: 'email',
  phone: 'phone',
  firstName: 'first_name',
  lastName: 'last_name',
  createdAt: date('created_at'),
  updatedAt: date('updated_at'),
})

export const CAMEL = defineConnector({
  id: 'ID',
  name: 'NAME',
  category: 'crm',
  description: 'Contacts of NAME.',
  docs: 'https://ID.example/docs',
  apiVersion: 'v1',

  settings: Type.Object({
    source: Type.Optional(Type.String({ title: 'Source', description: 'Noted on contacts that this hub creates.' })),
  }),

  auth: [
    keys({
      fields: Type.Object({ apiKey: encrypted(Type.String({ title: 'API key', minLength: 8 })) }),
      apply: ({ apiKey }) => bearer(apiKey),
    }),
  ],

  http: {
    baseUrl: 'https://api.ID.example/v1',
    rateLimit: { requests: 100, perMs: 60_000 },
    pages: cursorPages({ items: 'data', next: 'next_cursor', param: 'cursor', limit: 100 }),
  },

  async check({ http }) {
    const { name } = await http.get<{ name: string }>('/me')
    return { name }
  },

  webhook: {
    secret: 'generated',
    verify: hmac({ header: 'X-Signature' }),
    parse({ rawBody }) {
      const { id, type, contact_id: externalId } = JSON.parse(rawBody.toString()) as WebhookBody
      return [{ type, eventId: id, externalId, data: { externalId } }]
    },
  },

  capabilities: {
    contacts: {
      async *list({ http }, { updatedSince }) {
        for await (const person of http.pages<Person>('/contacts', { updated_since: updatedSince })) {
          yield contact.read(person)
        }
      },
      get: async ({ http }, { externalId }) => contact.read(await http.get<Person>(pathOf(externalId))),
      async find({ http }, { email, phone }) {
        const { data } = await http.get<Page>('/contacts', email === undefined ? { phone } : { email })
        return data[0] ? contact.read(data[0]) : null
      },
      create: async ({ http, settings: { source } }, input) =>
        contact.read(await http.post<Person>('/contacts', { ...contact.write(input), source })),
      update: async ({ http }, { externalId, changes }) =>
        contact.read(await http.patch<Person>(pathOf(externalId), contact.write(changes))),
      delete: async ({ http }, { externalId }) => {
        await http.delete(pathOf(externalId))
      },
    },
  },
})

const pathOf = (externalId: string) => \`/contacts/\${encodeURIComponent(externalId)}\`
`,

  'connectors/ID/types.ts': `
/** A contact as NAME keeps it. */
export type Person = {
  id: string
  email: string | null
  phone: string | null
  first_name: string | null
  last_name: string | null
  created_at: string
  updated_at: string
}

export type Page = { data: Person[]; next_cursor: string | null }

export type WebhookBody = { id: string; type: 'contact.created' | 'contact.updated'; contact_id: string }
`,

  'connectors/ID/ID.test.ts': `
import { createHmac } from 'node:crypto'
import { CAMEL as emulator } from 'SOURCE/sandbox/ID/ID.ts'
import { conformance } from 'SOURCE/test/conformance.ts'
import { CAMEL } from './ID.ts'

conformance(CAMEL, {
  folder: import.meta.dirname,
  emulator,
  credentials: { apiKey: 'sandbox-ID-key' },
  webhook: {
    body: JSON.stringify({ id: 'evt_1', type: 'contact.created', contact_id: '1001' }),
    sign: ({ body, secret }) => ({
      headers: { 'X-Signature': createHmac('sha256', secret).update(body).digest('hex') },
    }),
    hasTime: false,
    events: ['contact.created'],
  },
})
`,

  'connectors/ID/setup.md': `
# Connect TITLE

1. Sign in to TITLE and open **Settings → API keys**.
2. Create a key that may read and write contacts, and copy it.
3. Paste it here and press **Connect**.

The key is kept encrypted and is never shown again.
`,

  'connectors/ID/logo.svg': `
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="TITLE">
  <rect width="64" height="64" rx="14" fill="#3b5bdb"/>
  <text x="32" y="43" font-family="sans-serif" font-size="32" font-weight="600" text-anchor="middle" fill="#fff">INITIAL</text>
</svg>
`,

  'sandbox/ID/ID.ts': `
import { Type } from 'typebox'
import { type Answer, defineEmulator, type Failure, type Stored, type World } from 'SOURCE/sandbox/emulator.ts'

type Person = Partial<Record<'email' | 'phone' | 'first_name' | 'last_name' | 'source', string | null>>

const text = Type.Union([Type.String({ minLength: 1 }), Type.Null()])
const body = Type.Partial(
  Type.Object({ email: text, phone: text, first_name: text, last_name: text, source: Type.String() }),
)

/** NAME as its documentation describes it. */
export const CAMEL = defineEmulator({
  id: 'ID',
  name: 'NAME',
  hosts: ['api.ID.example'],
  keys: { 'sandbox-ID-key': 'sandbox' },
  rateLimits: [{ name: 'minute', requests: 600, perMs: 60_000 }],
  refuse,

  routes(api, world) {
    const params = Type.Object({ id: Type.String() })
    const contacts = (request: Parameters<World['accountOf']>[0]) =>
      world.accountOf(request).records<Person>('contacts')

    api.get('/v1/me', async (request) => ({ name: world.accountOf(request).name }))

    const querystring = Type.Object({
      email: Type.Optional(Type.String()),
      phone: Type.Optional(Type.String()),
      updated_since: Type.Optional(Type.String({ format: 'date-time' })),
      cursor: Type.Optional(Type.String()),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    })
    api.get('/v1/contacts', { schema: { querystring } }, async (request) => {
      const { email, phone, updated_since: since, cursor, limit = 25 } = request.query
      const { items, next } = contacts(request).page({
        where: ({ data }) =>
          (email === undefined || data.email === email) && (phone === undefined || data.phone === phone),
        since: since === undefined ? undefined : Date.parse(since),
        cursor,
        limit,
      })
      return { data: items.map(shown), next_cursor: next ?? null }
    })
    api.post('/v1/contacts', { schema: { body } }, async (request, reply) =>
      reply.code(201).send(shown(contacts(request).create(request.body))),
    )
    api.get('/v1/contacts/:id', { schema: { params } }, async (request) =>
      shown(contacts(request).need(request.params.id)),
    )
    api.patch('/v1/contacts/:id', { schema: { params, body } }, async (request) =>
      shown(contacts(request).update(request.params.id, request.body)),
    )
    api.delete('/v1/contacts/:id', { schema: { params } }, async (request, reply) => {
      contacts(request).delete(request.params.id)
      return reply.code(204).send()
    })
  },
})

const shown = ({ id, data, createdAt, updatedAt }: Stored<Person>) => ({
  id,
  email: data.email ?? null,
  phone: data.phone ?? null,
  first_name: data.first_name ?? null,
  last_name: data.last_name ?? null,
  created_at: new Date(createdAt).toISOString(),
  updated_at: new Date(updatedAt).toISOString(),
})

/** Failures in the vendor's own words. */
function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid':
      return answer(422, failure.faults.map(({ path, message }) => \`\${path} \${message}\`).join('; '))
    case 'unreadable':
      return answer(400, failure.message)
    case 'unauthorized':
      return answer(401, 'The API key is not valid.')
    case 'forbidden':
      return answer(403, 'The API key may not do this.')
    case 'unknown_path':
    case 'missing_record':
      return answer(404, 'Not found.')
    case 'rate_limited':
      return answer(429, 'Too many requests.', { 'retry-after': String(failure.retryAfterSeconds) })
    case 'unavailable':
      return answer(failure.status, 'Try again later.')
  }
}

const answer = (status: number, message: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { message },
})
`,
}
