import { constants } from 'node:os'
import { join } from 'node:path'
import { type Booted, boot, type Stops, stopAll } from './boot.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { greeting } from './greeting.ts'
import { systemClock } from './lib/clock.ts'
import { createLog, type Log } from './lib/log.ts'
import { ensureSandboxWorkspace, sandboxWorkspaceId } from './workspaces/sandbox-workspace.ts'

/** Runs the hub until a signal ends it. */
export async function start(env: Record<string, string | undefined> = process.env): Promise<void> {
  const config = readConfig(env)
  const pretty = config.LOG_FORMAT === 'pretty' || (config.LOG_FORMAT === 'auto' && process.stdout.isTTY === true)
  const log = createLog({ level: config.LOG_LEVEL, pretty })
  endOnCrash(log)
  const stops: Stops = []
  const signals = listenForSignals(log, config, stops)
  try {
    await open(config, log, stops)
  } catch (error) {
    // A stop that comes while we start makes what is half done fail.
    if (!signals.isStopping()) {
      await stopAll(stops, log, config)
      throw error
    }
  }
}

/** Starts everything in order. */
async function open(config: Config, log: Log, stops: Stops): Promise<void> {
  const booted = await boot(config, log, stops)
  const { app, first, keepsFirst, sandbox } = booted
  const url = await app.start()
  const trial = await openSandboxWorkspace(booted, config, log, stops)
  const lines = greeting({
    ...{ config, first, trial },
    url: config.TENON_PUBLIC_URL ?? url,
    hasFile: keepsFirst,
    sandboxUrl: sandbox?.url,
  })
  process.stdout.write(`\n${lines.join('\n')}\n\n`)
}

/** Connects everything to the sandbox, so that it can be tried at once. The accounts follow in the background. */
async function openSandboxWorkspace({ app, database, sandbox }: Booted, config: Config, log: Log, stops: Stops) {
  if (!sandbox?.accounts || config.TENON_ROLE === 'worker') return undefined
  const apiKey = await ensureSandboxWorkspace({ database, clock: systemClock, dataFolder: config.TENON_DATA })
  const { accounts } = sandbox
  let isStopping = false
  const connecting = app
    .connectReadyAccounts(sandboxWorkspaceId, accounts)
    .then(() => log.info({ workspaceId: sandboxWorkspaceId }, 'the workspace Sandbox is connected'))
    .catch((error: unknown) => {
      // What is missing is connected by the next start.
      if (!isStopping) log.error({ err: error }, 'the workspace Sandbox could not be connected')
    })
  stops.push(async () => {
    isStopping = true
    await connecting
  })
  return { apiKey, names: accounts.map(({ name }) => name.replace(' (sandbox)', '')) }
}

function listenForSignals(log: Log, config: Config, stops: Stops): { isStopping(): boolean } {
  let stoppingSince: number | undefined
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stoppingSince !== undefined) {
        // One Ctrl-C arrives from the terminal, from npm and from run.mjs; only a later one asks to hurry.
        if (performance.now() - stoppingSince < 1_000) return
        process.exit(128 + constants.signals[signal])
      }
      stoppingSince = performance.now()
      log.info({ signal, deadlineMs: config.TENON_STOP_MS }, 'stopping')
      void stopAll(stops, log, config).then(() => process.exit(0))
    })
  }
  return { isStopping: () => stoppingSince !== undefined }
}

/** After an error that nobody expected nothing can be trusted: what was accepted is in the database, and a new process goes on with it. */
function endOnCrash(log: Log): void {
  const end = (error: unknown, message: string) => {
    log.fatal({ err: error }, message)
    process.exit(1)
  }
  process.on('uncaughtException', (error) => end(error, 'an error that nobody caught'))
  process.on('unhandledRejection', (error) => end(error, 'a rejection that nobody handled'))
}

if (process.argv[1] && join(import.meta.dirname, 'main.ts') === process.argv[1]) {
  start().catch((error: unknown) => {
    process.stderr.write(
      `${error instanceof ConfigError || !(error instanceof Error) ? String(error).replace(/^\w*Error: /, '') : (error.stack ?? error.message)}\n`,
    )
    process.exit(1)
  })
}
