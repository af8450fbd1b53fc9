import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import type { Config } from '../../config.ts'
import { type Finding, fine, problem, size, warning } from './finding.ts'

const leastNode = 26

/** Whether this Node can run the hub. */
export function checkNode(version: string): Finding {
  if (Number(version.split('.')[0]) >= leastNode) return fine('node', `Node ${version}.`)
  return problem(
    'node',
    `This is Node ${version}.`,
    `Install Node ${leastNode} or newer, or start with \`npm start\`, which brings it.`,
  )
}

/** Whether the data folder can be used, and how much room its disk has. */
export async function checkDataFolder({ TENON_DATA: folder }: Config): Promise<Finding[]> {
  const exists = (await stat(folder).catch(() => undefined))?.isDirectory() ?? false
  const place = exists ? folder : await nearestFolder(folder)
  try {
    await access(place, constants.W_OK | constants.X_OK)
  } catch {
    const what = exists ? `${folder} cannot be written to` : `${folder} cannot be made in ${place}`
    return [
      problem(
        'data folder',
        `${what} by this user.`,
        'Give it to the user that runs the hub (chown), or set TENON_DATA to another folder.',
      ),
    ]
  }
  const { bavail, bsize } = await statfs(place)
  const free = bavail * bsize
  const message = `${size(free)} free at ${place}.`
  const fix = 'Make room: PostgreSQL stops when the disk is full. TENON_RETENTION_DAYS says how long events are kept.'
  return [
    fine(
      'data folder',
      exists ? `${folder} can be written to.` : `${folder} is not there yet; the first start makes it.`,
    ),
    free < 200 * 1_048_576
      ? problem('disk', message, fix)
      : free < 2_048 * 1_048_576
        ? warning('disk', message, fix)
        : fine('disk', message),
  ]
}

async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path)
  return parent === path || (await stat(parent).catch(() => undefined)) ? parent : await nearestFolder(parent)
}

/** Whether a hub answers, and where none does, whether one could listen. */
export async function checkHub(config: Config): Promise<Finding[]> {
  const url = config.TENON_URL ?? `http://${config.HOST === '0.0.0.0' ? '127.0.0.1' : config.HOST}:${config.PORT}`
  const health = await ask(`${url}/health`)
  if (health) {
    const ready = await ask(`${url}/ready`)
    return [
      fine('hub', `Tenon ${(health.body as { version?: string }).version ?? ''} answers at ${url}.`),
      ready?.ok
        ? fine('ready', 'It is ready.')
        : problem(
            'ready',
            `It is not ready: ${notReady(ready?.body)}.`,
            "See the hub's log; the checks below tell more.",
          ),
    ]
  }
  if (config.TENON_URL !== undefined) {
    return [problem('hub', `No hub answers at ${url}.`, 'Start it, or correct TENON_URL.')]
  }
  const taken = await tryToListen(config.HOST, config.PORT)
  if (taken === undefined) return [fine('hub', `No hub is running; ${config.HOST}:${config.PORT} is free for one.`)]
  const fixes: Record<string, string> = {
    EADDRINUSE: 'Another program listens there: stop it, or set PORT to another one.',
    EACCES: 'Ports below 1024 need rights: set PORT to a higher one.',
    EADDRNOTAVAIL: 'This machine does not have that address: set HOST to 127.0.0.1 or 0.0.0.0.',
  }
  return [
    problem(
      'port',
      `The hub cannot listen on ${config.HOST}:${config.PORT} (${taken}).`,
      fixes[taken] ?? 'Set HOST and PORT to where it can.',
    ),
  ]
}

async function ask(url: string): Promise<{ ok: boolean; body: unknown } | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) })
    const body = (await response.json()) as { data?: unknown }
    // Other programs answer too; what a hub says has this form.
    if (typeof body !== 'object' || body === null) return undefined
    const data = body.data ?? body
    return { ok: response.ok, body: data }
  } catch {
    return undefined
  }
}

function notReady(body: unknown): string {
  const checks = (body as { checks?: Record<string, { ok?: boolean }> } | undefined)?.checks ?? {}
  const failing = Object.entries(checks).filter(([, { ok }]) => !ok)
  return failing.map(([name]) => name).join(', ') || 'it does not say why'
}

function tryToListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
