import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { type Hub, startHub } from '../src/test/hub.ts'
import { until } from '../src/test/until.ts'

export const password = 'a long first password'

type Options = { env?: Record<string, string>; isPlatformAdmin?: boolean }

/** A hub that serves the built console, with an owner who can sign in: `await using hub = await startConsole()`. */
export async function startConsole({
  env = {},
  isPlatformAdmin = false,
}: Options = {}): Promise<Hub & { email: string }> {
  if (!existsSync(join(import.meta.dirname, '../../console/dist/index.html')))
    throw new Error('The console is not built. Run `npx vite build console` at the root of the repository first.')
  const hub = await startHub({ env })
  const email = `${randomUUID()}@example.com`
  const options = {
    key: hub.adminKey,
    headers: { 'x-workspace-id': hub.workspace.id },
    body: { email, name: 'Olive Owner', password, role: 'owner' },
  }
  const { status, text } = await hub.request('POST', `/api/workspaces/${hub.workspace.id}/members`, options)
  if (status >= 300) {
    await hub[Symbol.asyncDispose]()
    throw new Error(`No owner could be added: ${text}`)
  }
  if (isPlatformAdmin)
    await hub.database.hub.updateTable('people').set({ platformAdmin: true }).where('email', '=', email).execute()
  return { ...hub, email }
}

export type Received = { headers: IncomingHttpHeaders; body: { id: string; type: string; data: unknown } }

/** A real HTTP server that takes webhooks, and answers with whatever `status` is at the moment. */
export async function startReceiver(status = 204) {
  const received: Received[] = []
  const receiver = {
    status,
    received,
    url: '',
    /** The first event of the type, once it is there. */
    event: (type: string) => until(`${type} to arrive`, () => received.find(({ body }) => body.type === type)),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    received.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) })
    response.writeHead(receiver.status).end(receiver.status >= 400 ? '{"error":"the shop is closed"}' : '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  return receiver
}

export type Visit = AsyncDisposable & { page: Page; faults: string[] }

/** Opens a page of its own. `faults` gathers what must not happen: script errors, and requests to anywhere but the hub. */
export async function visit(browser: Browser, hub: Hub, width = 1280): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, baseURL: hub.url })
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(hub.url) && !/^(data|blob):/.test(url)) faults.push(`asked for ${url}`)
  })
  page.on('console', (message) => {
    if (/Content Security Policy|Warning:|not wrapped/.test(message.text())) faults.push(message.text())
  })
  return { page, faults, [Symbol.asyncDispose]: () => context.close() }
}

/** Fills the sign-in that the page shows, or goes to it. */
export async function signIn(page: Page, email: string, path = '/'): Promise<void> {
  await page.goto(path)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor({ state: 'attached' })
}

/** Makes an endpoint by the API, for tests about what comes after. */
export async function addEndpoint(hub: Hub, fields: { name: string; url: string } & Record<string, unknown>) {
  const { body, text } = await hub.request<{ id: string }>('POST', '/api/integrations/webhooks', {
    body: { events: ['*'], ...fields },
  })
  if (!body.success) throw new Error(`No endpoint could be made: ${text}`)
  return body.data.id
}

export async function publish(hub: Hub, type: string, payload: unknown): Promise<string> {
  const { body, text } = await hub.request<{ id: string }>('POST', '/api/events', { body: { type, payload } })
  if (!body.success) throw new Error(`No event could be published: ${text}`)
  return body.data.id
}

/** What somebody who cannot see the page, or cannot see all of it, would stumble over. */
export async function stumblingBlocks(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const shown = (element) => element.getClientRects().length > 0
    const textOf = (ids) => (ids ?? '').split(/\\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join('')
    const nameOf = (element) =>
      element.getAttribute('aria-label') || textOf(element.getAttribute('aria-labelledby')) ||
      [...(element.labels ?? [])].map((label) => label.textContent).join('') || element.title ||
      (element.matches('button, a, summary') ? element.textContent : '')
    const nameless = [...document.querySelectorAll('input:not([type=hidden]), textarea, select, button, a[href], summary')]
      .filter((element) => shown(element) && !element.matches('[aria-hidden=true], [tabindex="-1"]') && !nameOf(element).trim())
      .map((element) => 'no name: ' + element.outerHTML.slice(0, 200))
    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id)
    const twice = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) => 'id used twice: ' + id)
    const headings = document.querySelectorAll('h1').length === 1 ? [] : ['not exactly one h1']
    const root = document.documentElement
    const wide = root.scrollWidth > root.clientWidth ? ['wider than the screen by ' + (root.scrollWidth - root.clientWidth)] : []
    return [...nameless, ...twice, ...headings, ...wide, ...(root.lang ? [] : ['no language']), ...(document.title ? [] : ['no title'])]
  })()`)
}
