import { readConfig } from '../src/config.ts'
import { connectors } from '../src/connectors/index.ts'
import type { OAuthClient } from '../src/integrations/oauth-client.ts'
import { OAuthFailure } from '../src/integrations/oauth-failure.ts'
import { oauthOf } from '../src/integrations/oauth-providers.ts'
import type { Traffic } from '../src/integrations/runner.ts'
import { faultsOf, withDefaults } from '../src/integrations/validation.ts'
import { authOf, secretsOf } from '../src/kit/applied-credentials.ts'
import { withCode } from '../src/kit/errors.ts'
import type { AnyConnector } from '../src/kit/index.ts'
import { openContext } from '../src/kit/open.ts'
import { createRedactor } from '../src/kit/redact.ts'
import { failureOf, type OperationResult, offeredOperations } from '../src/kit/result.ts'
import { systemClock } from '../src/lib/clock.ts'
import { silentLog } from '../src/lib/log.ts'
import { createSafeAgent, createSafeDial } from '../src/lib/safe-fetch.ts'
import { sandboxAccounts, sandboxClients } from '../src/sandbox/entries.ts'
import { emulators } from '../src/sandbox/index.ts'
import { createSandbox } from '../src/sandbox/sandbox.ts'
import { type Given, readGiven } from './given.ts'
import { signIn } from './sign-in.ts'
import { tryOperations } from './steps.ts'

type Options = {
  sandbox: boolean
  /** Of the address to which the vendor sends the browser back. */
  port: number
  env: Record<string, string | undefined>
  print(text: string): void
}

/** Tries one connector and prints how it went, without secrets. Answers the exit code: 1 for a failure, 2 for what is missing. */
export async function trialOf(id: string, { sandbox, port, env, print }: Options): Promise<number> {
  const connector = await connectors.find((entry) => entry.id === id)?.load()
  if (!connector) {
    print(`There is no connector "${id}": choose one of ${connectors.map((entry) => entry.id).join(', ')}.`)
    return 2
  }
  if (sandbox && !standsIn(id)) {
    print(`The sandbox does not stand in for ${connector.name}.`)
    return 2
  }
  await using place = sandbox ? await sandboxFor(connector) : undefined
  const { TENON_VENDOR_OVERRIDES: overrides } = readConfig(env)
  const traffic = trafficTo(place?.overrides ?? overrides)
  try {
    const account = place ? place.account : await accountOf(connector, { traffic, port, env, print })
    if (!account) return 2
    return await tryConnector(connector, account, traffic, print)
  } catch (error) {
    if (!(error instanceof OAuthFailure)) throw error
    print(`✖ sign-in: ${error.message}`)
    return 1
  } finally {
    await Promise.all([traffic.agent.destroy(), traffic.overrideAgent.destroy()])
  }
}

type TrialAccount = { credentials: Record<string, string>; settings: Record<string, unknown> }

async function accountOf(
  connector: AnyConnector,
  { traffic, port, env, print }: Omit<Options, 'sandbox'> & { traffic: Traffic },
): Promise<TrialAccount | undefined> {
  const given = readGiven(connector, env)
  if ('missing' in given) {
    sayMissing(connector, given, print)
    return undefined
  }
  const { wayIn, settings } = given
  const faults = faultsOf(connector.settings, settings, 'settings')
  if (faults.length > 0) {
    print(faults.map(({ field, message }) => `✖ ${field} ${message}`).join('\n'))
    return undefined
  }
  const credentials =
    wayIn.type === 'oauth2'
      ? await signIn({ connector, wayIn, settings, traffic, port, say: print })
      : wayIn.credentials
  const client = wayIn.type === 'oauth2' ? wayIn.client : undefined
  return { credentials: { ...credentials, ...applicationOf(connector, client) }, settings }
}

/** What proves calls, where the vendor wants them proven as an application's. */
const applicationOf = (connector: AnyConnector, client: OAuthClient | undefined): Record<string, string> =>
  client && oauthOf(connector)?.withApplication
    ? { client_id: client.clientId, client_secret: client.clientSecret }
    : {}

function sayMissing(
  { name, id }: AnyConnector,
  { missing }: Extract<Given, { missing: string[][] }>,
  print: Options['print'],
) {
  print(`To try ${name}, set ${missing.map((variables) => variables.join(' and ')).join(', or ')}.`)
  print(`Without an account: npm run try -- ${id} --sandbox`)
}

async function tryConnector(
  connector: AnyConnector,
  { credentials, settings }: TrialAccount,
  traffic: Traffic,
  print: Options['print'],
): Promise<number> {
  const redactor = createRedactor(
    secretsOf(connector, authOf(connector.auth, undefined, credentials), credentials, settings),
  )
  const context = openContext({
    ...{ connector, credentials, settings },
    agent: traffic.agent,
    overrides: traffic.overrides,
    overrideAgent: traffic.overrideAgent,
    dial: createSafeDial({ allowLoopback: Object.keys(traffic.overrides).length > 0 }),
    pace: async () => {},
    refresh: async () => undefined,
    log: silentLog,
    clock: systemClock,
    signal: AbortSignal.timeout(longestMs),
    workspaceId: '00000000-0000-7000-8000-000000000001',
    integrationId: '00000000-0000-7000-8000-000000000002',
  })
  let failures = 0
  const say = (operation: string, result: OperationResult<unknown>, note?: string) => {
    if (!result.success) failures += 1
    const told = result.success ? (note ?? '') : withCode(result.error, result.errorCode)
    print(redactor.text(`${result.success ? '✔' : '✖'} ${operation.padEnd(24)} ${told}`.trimEnd()))
  }

  const check = await checked(connector, context)
  say('check', check, check.success ? check.data : undefined)
  if (!check.success) return 1
  const tried = await tryOperations(connector, context, say)
  const left = offeredOperations(connector).filter((name) => !tried.has(name))
  if (left.length > 0) print(`Not tried: ${left.join(', ')}.`)
  print(failures === 0 ? `${connector.name} works.` : `${failures} of ${tried.size + 1} failed.`)
  return failures === 0 ? 0 : 1
}

const longestMs = 120_000

async function checked(
  connector: AnyConnector,
  context: Parameters<AnyConnector['check']>[0],
): Promise<OperationResult<string>> {
  try {
    return { success: true, data: (await connector.check(context)).name ?? '' }
  } catch (error) {
    return failureOf(error)
  }
}

const trafficTo = (overrides: Record<string, string>) => ({
  agent: createSafeAgent({}),
  overrides,
  overrideAgent: createSafeAgent({ allowLoopback: true }),
})

const standsIn = (id: string): boolean =>
  emulators.some(({ connects }) => connects.some(({ connector }) => connector === id))

/** A sandbox of its own, with an account of this connector. */
async function sandboxFor(connector: AnyConnector) {
  const sandbox = createSandbox({ clock: systemClock, log: silentLog, emulators })
  await sandbox.start()
  const ready = sandboxAccounts(sandbox, emulators).find((account) => account.connector === connector.id)!
  const settings = withDefaults(connector.settings, ready.settings)
  const provider = ready.isOAuth ? oauthOf(connector)?.provider : undefined
  const client = sandboxClients(emulators).find((one) => one.provider === provider)
  const credentials = { ...(await ready.credentials()), ...applicationOf(connector, client) }
  return {
    account: { credentials, settings },
    overrides: sandbox.overrides(),
    [Symbol.asyncDispose]: sandbox.stop,
  }
}
