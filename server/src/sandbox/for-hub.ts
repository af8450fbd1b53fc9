import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import type { Config } from '../config.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { type SandboxAccount, type SandboxClient, sandboxAccounts, sandboxClients } from './entries.ts'
import { emulators } from './index.ts'
import { createSandbox, type SandboxState } from './sandbox.ts'

/** Where the sandbox answers unless something else is there. */
const usualPort = 4010
const saveEveryMs = 1_000

/** The sandbox that a hub brings along. */
export type HubSandbox = {
  url: string
  /** Host of a vendor → the URL that stands in for it. */
  overrides: Record<string, string>
  /** The applications with which the hub signs in at the sandbox, where the operator has none. */
  clients: SandboxClient[]
  /** What a workspace can connect to at once; undefined in a process that shares another's sandbox. */
  accounts: SandboxAccount[] | undefined
  stop(): Promise<void>
}

/**
 * Whether a hub of this configuration brings the sandbox along. By itself it does for development only, and where nothing says that
 * real vendors are meant: an application registered with one (`…_CLIENT_ID`), or other stand-ins.
 */
export function bringsSandbox(config: Config): boolean {
  if (config.TENON_SANDBOX !== 'auto') return config.TENON_SANDBOX === 'on'
  const hasApplication = Object.entries(config).some(
    ([name, value]) => name.endsWith('_CLIENT_ID') && value !== undefined && value !== '',
  )
  return config.NODE_ENV !== 'production' && !hasApplication && Object.keys(config.TENON_VENDOR_OVERRIDES).length === 0
}

/**
 * Starts the sandbox for a hub. What it holds is kept in the data folder, so that what is connected stays so over a restart. Several
 * processes with one data folder share the sandbox of the first.
 */
export async function startSandboxForHub(options: {
  config: Config
  clock: Clock
  log: Log
  /** Default: 4010, or any free one where the hub takes any, too. */
  port?: number
}): Promise<HubSandbox> {
  const { config, clock, log, port = config.PORT === 0 ? 0 : usualPort } = options
  const instance = createHash('sha256').update(config.TENON_DATA).digest('hex').slice(0, 16)
  const clients = sandboxClients(emulators)
  const shared = port === 0 ? undefined : await findSandbox(`http://127.0.0.1:${port}`, instance)
  if (shared) return { ...shared, clients, accounts: undefined, stop: async () => {} }

  const file = join(config.TENON_DATA, 'sandbox.json')
  const state = await readState(file, log)
  const { TENON_PUBLIC_URL: publicUrl } = config
  const sandbox = createSandbox({
    clock,
    log,
    emulators,
    instance,
    redirectOrigins: publicUrl === undefined ? [] : [new URL(publicUrl).origin],
    ...(state ? { state } : {}),
  })
  const url = await listen(sandbox.start, port, config.HOST)

  let saved = sandbox.activity()
  let saving = Promise.resolve()
  const write = (): Promise<void> => {
    saved = sandbox.activity()
    saving = saving
      .then(() => writeState(file, sandbox.state()))
      .catch((error: unknown) => log.warn({ err: error }, 'the sandbox could not be kept'))
    return saving
  }
  const save = () => (sandbox.activity() === saved ? saving : write())
  const timer = setInterval(save, saveEveryMs)
  timer.unref()

  return {
    url,
    overrides: sandbox.overrides(),
    clients,
    accounts: sandboxAccounts(sandbox, emulators).map((account) => ({
      ...account,
      async credentials() {
        const credentials = await account.credentials()
        // The hub must not keep tokens that the sandbox has forgotten, should both be killed now.
        await write()
        return credentials
      },
    })),
    stop: async () => {
      clearInterval(timer)
      await sandbox.stop()
      await save()
    },
  }
}

/** Takes any free port where the usual one is taken. */
async function listen(
  start: (port: number, host: string) => Promise<string>,
  port: number,
  host: string,
): Promise<string> {
  try {
    return await start(port, host)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return await start(0, host)
  }
}

/** Asks whether the sandbox of the same data folder answers already, and where it stands in for whom. */
async function findSandbox(
  url: string,
  instance: string,
): Promise<{ url: string; overrides: Record<string, string> } | undefined> {
  try {
    const { statusCode, body } = await request(`${url}/__sandbox`, { headersTimeout: 500, bodyTimeout: 500 })
    const answer = (await body.json()) as Partial<SandboxAnswer>
    if (statusCode !== 200 || answer.sandbox !== true || answer.instance !== instance) return undefined
    const { vendors = [] } = answer
    return { url, overrides: Object.fromEntries(vendors.flatMap((one) => one.hosts.map((host) => [host, one.url]))) }
  } catch {
    return undefined
  }
}
type SandboxAnswer = { sandbox: boolean; instance: string; vendors: { url: string; hosts: string[] }[] }

async function readState(file: string, log: Log): Promise<SandboxState | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch {
    return undefined
  }
  try {
    return JSON.parse(text) as SandboxState
  } catch {
    log.warn({ file }, 'the file of the sandbox cannot be read; it begins anew')
    return undefined
  }
}

async function writeState(file: string, state: SandboxState): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 })
  await rename(`${file}.new`, file)
}
