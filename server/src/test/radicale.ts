import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from './until.ts'

const run = promisify(execFile)
/** What is installed where the system has none. */
const release = 'radicale==3.5.4'

export type Radicale = AsyncDisposable & { url: string; username: string; password: string; version: string }

/**
 * Starts a real CalDAV server with an empty calendar of its own: the Radicale named by RADICALE_PATH, an installed one, or one that Python brings.
 * Where there is none, the reasons, to be told with the tests that are left out.
 */
export async function startRadicale(): Promise<Radicale | { missing: string }> {
  const found = await findRadicale()
  if ('missing' in found) return found
  const { program, version } = found
  const folder = await mkdtemp(join(tmpdir(), 'tenon-radicale-'))
  const account = { username: 'ada', password: 'a-password-of-ada' }
  await writeFile(join(folder, 'users'), `${account.username}:${account.password}\n`)
  const port = await freePort()
  const settings = {
    'server-hosts': `127.0.0.1:${port}`,
    'auth-type': 'htpasswd',
    'auth-htpasswd-filename': join(folder, 'users'),
    'auth-htpasswd-encryption': 'plain',
    'storage-filesystem-folder': join(folder, 'collections'),
    'logging-level': 'error',
  }
  const given = Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
  const server = spawn(program, ['--config', '', ...given], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  server.stderr.on('data', (text: Buffer) => {
    said = `${said}${text}`.slice(-4_000)
  })
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill()
      await once(server, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await until('Radicale to answer', async () => {
      if (server.exitCode !== null) throw new Error(`Radicale ended: ${said}`)
      return await fetch(url, { method: 'OPTIONS' }).then(
        () => true,
        () => false,
      )
    })
  } catch (error) {
    await stop()
    throw error
  }
  return { url, ...account, version, [Symbol.asyncDispose]: stop }
}

async function findRadicale(): Promise<{ program: string; version: string } | { missing: string }> {
  const reasons: string[] = []
  for await (const program of candidates(reasons)) {
    try {
      const { stdout } = await run(program, ['--version'])
      return { program, version: stdout.trim() }
    } catch (error) {
      reasons.push(`${program}: ${(error as Error).message.split('\n', 1)[0]}`)
    }
  }
  const missing = `no Radicale starts here; install it (Debian: apt-get install radicale; elsewhere: pipx install radicale) or set RADICALE_PATH to one: ${reasons.join('; ')}`
  // Whoever names one wants that one.
  if (process.env.RADICALE_PATH) throw new Error(missing)
  return { missing }
}

async function* candidates(reasons: string[]): AsyncGenerator<string> {
  const { RADICALE_PATH } = process.env
  if (RADICALE_PATH) return yield RADICALE_PATH
  yield 'radicale'
  const folder = join(tmpdir(), `tenon-${release}-${process.getuid?.() ?? ''}`)
  const bin = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin')
  const program = join(bin, 'radicale')
  try {
    if (!existsSync(program)) {
      await run('python3', ['-m', 'venv', folder])
      await run(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', release])
    }
    yield program
  } catch (error) {
    reasons.push(`Python: ${(error as Error).message.split('\n').slice(0, 2).join(' ')}`)
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
