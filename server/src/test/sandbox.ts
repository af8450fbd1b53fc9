import { type Clock, systemClock } from '../lib/clock.ts'
import { type Log, silentLog } from '../lib/log.ts'
import type { Emulator } from '../sandbox/emulator.ts'
import { createSandbox, type LazyEmulator, type Sandbox, type SandboxState } from '../sandbox/sandbox.ts'

/**
 * Starts the sandbox on a free port: `await using sandbox = await startSandbox({ emulators: [hubspot] })`. Authorizations are allowed
 * without asking, and webhooks are tried again without waiting long.
 */
export async function startSandbox(options: {
  emulators: readonly (Emulator<unknown> | LazyEmulator)[]
  clock?: Clock
  log?: Log
  state?: SandboxState
}): Promise<Sandbox & AsyncDisposable> {
  const { clock = systemClock, log = silentLog, state } = options
  const sandbox = createSandbox({
    clock,
    log,
    emulators: options.emulators,
    retryScale: 0.001,
    ...(state ? { state } : {}),
  })
  sandbox.oauth.automatic = true
  await sandbox.start()
  return Object.assign(Object.create(null, Object.getOwnPropertyDescriptors(sandbox)), {
    [Symbol.asyncDispose]: sandbox.stop,
  }) as Sandbox & AsyncDisposable
}

/**
 * Follows an authorize URL of the sandbox through the authorization server, as a browser does whose person allows access.
 * Answers the URL of the hub to which the person is sent back, with the code or the error in it.
 */
export async function authorize(url: string, options: { account?: string } = {}): Promise<URL> {
  const cookies = new Map<string, string>()
  const origin = new URL(url).origin
  let next = new URL(url)
  if (options.account) next.searchParams.set('login_hint', options.account)
  for (let step = 0; step < 10; step += 1) {
    const answer = await fetch(next, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const location = answer.headers.get('location')
    const text = await answer.text()
    if (!location) throw new Error(`The sandbox answered ${answer.status} to ${next.pathname}: ${text}`)
    next = new URL(location, next)
    if (next.origin !== origin) return next
  }
  throw new Error('The authorization goes round in circles.')
}
