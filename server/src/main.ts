import { constants } from 'node:os'
import { join, relative } from 'node:path'
import { boot, type Stops, stopAll } from './boot.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { createLog, type Log } from './lib/log.ts'
import type { HubSandbox } from './sandbox/for-hub.ts'
import { version } from './version.ts'
import { type FirstSignIn, firstSignInFile } from './workspaces/bootstrap.ts'

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
  const { app, first, keepsFirst, sandbox } = await boot(config, log, stops)
  const url = await app.start()
  greet({ config, url: config.TENON_PUBLIC_URL ?? url, first, hasFile: keepsFirst, sandbox })
}

/** Tells the person who started the hub what to do next. */
function greet(options: {
  config: Config
  url: string
  first: FirstSignIn | undefined
  hasFile: boolean
  sandbox: HubSandbox | undefined
}): void {
  const { config, url, first, hasFile, sandbox } = options
  const file = relative(process.cwd(), firstSignInFile(config.TENON_DATA)) || '.'
  const fromFile = `$(node -p 'JSON.parse(fs.readFileSync("${file}")).apiKey')`
  const lines = [`Tenon ${version} is ready at ${url}`, '']
  if (config.TENON_ROLE === 'worker')
    lines.push('  It delivers; requests are answered by processes with TENON_ROLE=api or all.')
  else {
    if (first) {
      lines.push(`  Sign in        ${first.email} / ${first.password}`, `  API key        ${first.apiKey}`)
      lines.push(`                 (shown this once; also in ${file}, which you can delete)`)
    } else if (hasFile)
      lines.push(`  Sign in        the first password and API key are in ${file}, unless it was deleted`)
    else if (config.TENON_ADMIN_KEY) lines.push('  Platform admin by TENON_ADMIN_KEY')
    else lines.push('  Nobody can make a workspace yet: set TENON_ADMIN_KEY')
    lines.push(`  Reference      ${url}/api/docs`)
    if (sandbox) {
      lines.push(`  Sandbox        ${sandbox.url} stands in for the vendors; TENON_SANDBOX=off reaches the real ones`)
      lines.push(`                 accounts to connect there: ${sandbox.keys.join(', ')}`)
    }
    if (first || hasFile) {
      lines.push('', '  Publish an event:', '')
      lines.push(`    curl -X POST ${url}/api/events -H "Authorization: Bearer ${first?.apiKey ?? fromFile}" \\`)
      lines.push(
        `      -H "Content-Type: application/json" -d '{"type":"lead.captured","payload":{"email":"ada@example.com","source":"curl"}}'`,
      )
    }
  }
  process.stdout.write(`\n${lines.join('\n')}\n\n`)
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
