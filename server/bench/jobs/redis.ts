import { spawn, spawnSync } from 'node:child_process'
import { createConnection, createServer } from 'node:net'
import { temporaryFolder } from '../postgres.ts'

/** A Redis that writes each command to disk before it answers, as durable as PostgreSQL; undefined where it is not installed. */
export async function startRedis(): Promise<(AsyncDisposable & { port: number; version: string }) | undefined> {
  const found = spawnSync('redis-server', ['--version'], { encoding: 'utf8' })
  if (found.status !== 0) return undefined
  const folder = temporaryFolder('tenon-bench-redis')
  const port = await freePort()
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder.path,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
  ]
  const child = spawn('redis-server', [...options, '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' })
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 20))
  return {
    port,
    version: /v=(\S+)/.exec(found.stdout)?.[1] ?? 'unknown',
    [Symbol.asyncDispose]: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      kill()
      await gone
      process.off('exit', kill)
      folder[Symbol.dispose]()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    socket.on('error', () => resolve(false))
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
