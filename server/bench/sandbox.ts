import { systemClock } from '../src/lib/clock.ts'
import { createLog } from '../src/lib/log.ts'
import { sandboxAccounts } from '../src/sandbox/entries.ts'
import type { FaultSetting } from '../src/sandbox/faults.ts'
import { emulators } from '../src/sandbox/index.ts'
import { createSandbox } from '../src/sandbox/sandbox.ts'
import { serve } from './children.ts'

/* Every vendor there is, as emulators in a process of their own, which can be told to fall ill. */

const log = createLog({ level: 'silent', pretty: false })
const sandbox = createSandbox({ clock: systemClock, log, emulators, retryScale: 0.001 })
await sandbox.start(0)

/** An account with its credentials, which can be connected without a person. */
export type OpenAccount = {
  connector: string
  name: string
  settings: Record<string, unknown>
  isOAuth: boolean
  credentials: Record<string, string>
}

serve({
  overrides: () => sandbox.overrides(),
  /** Every account, its emulator loaded. */
  accounts: (): Promise<OpenAccount[]> =>
    Promise.all(
      sandboxAccounts(sandbox, emulators).map(async (account) => ({
        ...account,
        credentials: await account.credentials(),
      })),
    ),
  fault: (setting: FaultSetting) => sandbox.faults.set(setting),
  heal: () => sandbox.faults.clear(),
})
