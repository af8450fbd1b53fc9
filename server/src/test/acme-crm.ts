import type { OAuth2 } from '../kit/connector.ts'
import { bearer, defineConnector, encrypted, keys, oauth2, Type } from '../kit/index.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { ConnectorEntry } from '../templates/catalogue.ts'
import type { Hub } from './hub.ts'

type Things = { items: { id: string; name: string }[] }

/** A connector of the vendor that `acme()` emulates, by OAuth or by key. */
export const acmeCrm = (changes: Partial<OAuth2> = {}) =>
  defineConnector({
    id: 'acme',
    name: 'Acme',
    category: 'crm',
    description: 'Things.',
    docs: 'https://example.com/docs',
    apiVersion: '1',
    settings: Type.Object({
      label: Type.Optional(Type.String({ title: 'Label', maxLength: 20 })),
      pin: Type.Optional(encrypted(Type.String({ title: 'PIN', minLength: 8 }))),
    }),
    auth: [
      oauth2({
        provider: 'acme',
        authorizeUrl: 'https://auth.acme.test/oauth/authorize',
        tokenUrl: 'https://auth.acme.test/oauth/token',
        revokeUrl: 'https://auth.acme.test/oauth/revoke',
        scopes: ['things.read', 'things.write'],
        clientAuth: 'body',
        pkce: true,
        keep: ['account_name'],
        ...changes,
      }),
      keys({
        fields: Type.Object({ apiKey: Type.String({ title: 'API key', minLength: 8 }) }),
        apply: ({ apiKey }) => bearer(apiKey),
      }),
    ],
    http: { baseUrl: 'https://api.acme.test', rateLimit: { requests: 10_000, perMs: 1_000 }, concurrency: 50 },
    check: async ({ http, credentials }) => {
      await http.get('/v1/things')
      return { name: credentials.account_name ?? 'by key', routingKey: credentials.account_name ?? 'key' }
    },
    capabilities: {
      contacts: {
        find: async ({ http }) => {
          const { items } = await http.get<Things>('/v1/things', { limit: 100 })
          const found = items[0]
          return found ? { externalId: found.id, name: found.name } : null
        },
      },
    },
  })

export const acmeEntry = (changes: Partial<OAuth2> = {}): ConnectorEntry => ({
  id: 'acme',
  load: async () => acmeCrm(changes),
})

/** What the hub must be told so that calls to Acme reach the sandbox. */
export const acmeEnv = (sandbox: Pick<Sandbox, 'overrides'>): Record<string, string> => ({
  TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()),
})

/** Enters the application that the sandbox knows, as an operator does. */
export async function registerAcme(hub: Hub): Promise<void> {
  const answer = await hub.request('PUT', '/api/integrations/oauth/applications/acme', {
    key: hub.adminKey,
    body: { clientId: 'sandbox-acme', clientSecret: 'sandbox-acme-secret' },
  })
  if (answer.status !== 200) throw new Error(`No application could be entered: ${answer.text}`)
}

/** A person's browser: keeps cookies per origin, and follows redirects until a page. */
export function browser() {
  const jars = new Map<string, Map<string, string>>()

  async function visit(
    url: string,
    options: RequestInit = {},
  ): Promise<{ url: URL; status: number; text: string; headers: Headers }> {
    let next = new URL(url)
    let init = options
    for (let step = 0; step < 15; step++) {
      const jar = jars.get(next.origin) ?? new Map<string, string>()
      jars.set(next.origin, jar)
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await fetch(next, {
        ...init,
        redirect: 'manual',
        headers: { accept: 'text/html', ...init.headers, cookie },
      })
      for (const one of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
        jar.set(name, value)
      }
      const text = await answer.text()
      const location = answer.headers.get('location')
      if (!location) return { url: next, status: answer.status, text, headers: answer.headers }
      const from = next
      next = new URL(location, next)
      init = next.origin === from.origin ? { headers: options.headers ?? {} } : {}
      if (next.hostname === 'app.example.com')
        return { url: next, status: answer.status, text: '', headers: answer.headers }
    }
    throw new Error('The redirects go round in circles.')
  }

  const cookies = (origin: string): Map<string, string> => {
    const jar = jars.get(origin) ?? new Map<string, string>()
    jars.set(origin, jar)
    return jar
  }
  return {
    visit,
    cookies,
    remember: (origin: string, name: string, value: string) => void cookies(origin).set(name, value),
  }
}

/** Connects an account of Acme by its sign-in, and answers the integration's id. */
export async function connectAcme(hub: Hub, options: { query?: string } = {}): Promise<string> {
  const { body, text } = await hub.request<{ url: string }>(
    'GET',
    `/api/integrations/oauth/acme/authorize${options.query ?? ''}`,
    {
      headers: { accept: 'application/json' },
    },
  )
  if (!body.success) throw new Error(`No sign-in could be begun: ${text}`)
  const page = await browser().visit(body.data.url)
  const id = /"integrationId":"([0-9a-f-]{36})"/.exec(page.text)?.[1]
  if (!id) throw new Error(`Nothing was connected: ${page.status} ${page.text}`)
  return id
}
