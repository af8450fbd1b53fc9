import type { AnyConnector } from '../kit/connector.ts'
import type { Context } from '../kit/context.ts'
import type { VendorHttpOptions } from '../kit/http.ts'
import type { LocalFiles } from '../kit/local-files.ts'
import { openContext } from '../kit/open.ts'
import type { VendorOverrides } from '../kit/overrides.ts'
import { type RecordedCall, trafficRecorder } from '../kit/record.ts'
import type { SessionOptions } from '../kit/session.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { createSafeAgent, createSafeDial } from '../lib/safe-fetch.ts'

const agent = createSafeAgent({ allowLoopback: true, keepAliveMs: 1_000 })
const dial = createSafeDial({ allowLoopback: true })

export type ConnectOptions = Partial<Omit<VendorHttpOptions, 'connector'>> &
  SessionOptions & {
    /** Stands in for every host of the connector: a fake vendor, or the sandbox's emulator. */
    vendor: { url: string }
    credentials: Record<string, string>
    settings?: Record<string, unknown>
    workspaceId?: string
    localFiles?: LocalFiles
  }

export type Connected = Context & {
  /** Every try, as it is recorded. */
  recorded: RecordedCall[]
  /** How long the client would have waited between tries, in milliseconds; it does not wait in tests. */
  waits: number[]
}

/** Connects a connector to something that stands in for its vendor. Nothing waits: waits are kept in `waits`. */
export function connect(connector: AnyConnector, options: ConnectOptions): Connected {
  const { vendor, settings = {}, ...rest } = options
  const recorded: RecordedCall[] = []
  const waits: number[] = []
  const file = process.env.TENON_RECORD_TRAFFIC
  const context = openContext({
    connector,
    settings,
    agent,
    dial,
    overrides: overridesOf(connector, options.credentials, settings, vendor.url),
    pace: async () => {},
    refresh: async () => undefined,
    onCall: (call) => void recorded.push(call),
    ...(file === undefined ? {} : { record: trafficRecorder(file) }),
    log: silentLog,
    clock: systemClock,
    signal: new AbortController().signal,
    sleep: async (ms) => void waits.push(ms),
    workspaceId: '0198c5f0-0000-7000-8000-00000000000a',
    integrationId: '0198c5f0-0000-7000-8000-000000000001',
    ...rest,
  })
  return Object.defineProperties({ recorded, waits } as Connected, Object.getOwnPropertyDescriptors(context))
}

function overridesOf(
  { http }: AnyConnector,
  credentials: Record<string, string>,
  settings: Record<string, unknown>,
  url: string,
): VendorOverrides {
  const base = typeof http.baseUrl === 'string' ? http.baseUrl : http.baseUrl({ credentials, settings })
  return Object.fromEntries([new URL(base).host, ...(http.hosts ?? [])].map((host) => [host, url]))
}
