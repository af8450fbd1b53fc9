import { type ChildProcess, fork } from 'node:child_process'

/*
 * Each part of a measurement runs in an operating-system process of its own, so that none slows another but by using up the machine.
 * The parent calls functions of a child by name; what they answer comes back by the same channel.
 */

type Request = { id: number; name: string; input: unknown }
type Answer = { id: number; value?: unknown; error?: string }

export type Child = AsyncDisposable & {
  readonly pid: number
  /** Whether it still runs. */
  readonly alive: boolean
  /** Calls a function that the child serves. */
  call<T = void>(name: string, input?: unknown): Promise<T>
  /** Sends a signal and resolves when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a file of the project as a child process; resolves when it serves. `output` says where its own lines go. */
export async function startChild(
  file: string,
  options: { env?: Record<string, string>; output?: 'inherit' | 'ignore' } = {},
): Promise<Child> {
  const child = fork(file, [], {
    env: { ...process.env, ...options.env },
    // So that memory can be read without what is garbage.
    execArgv: ['--expose-gc'],
    serialization: 'advanced',
    stdio: ['ignore', options.output ?? 'inherit', options.output ?? 'inherit', 'ipc'],
  })
  running.add(child)
  const waiting = new Map<number, (answer: Answer) => void>()
  const gone = Promise.withResolvers<void>()
  const serving = Promise.withResolvers<void>()
  let alive = true
  let killed = false
  let lastId = 0

  child.on('message', (message: Answer | 'serving') => {
    if (message === 'serving') return serving.resolve()
    waiting.get(message.id)?.(message)
    waiting.delete(message.id)
  })
  const end = (error: Error) => {
    alive = false
    running.delete(child)
    serving.reject(error)
    for (const [id, answer] of waiting) answer({ id, error: error.message })
    waiting.clear()
    gone.resolve()
  }
  child.on('error', end)
  child.on('exit', (code, signal) => {
    end(new Error(`${file} ended (${signal ?? code})`))
    if (killed) return
    // Whoever waits for what it should have done would wait for ever.
    console.error(`${file} ended by itself (${signal ?? code})`)
    process.exit(1)
  })
  await serving.promise

  const kill = (signal: NodeJS.Signals = 'SIGKILL') => {
    killed = true
    child.kill(signal)
    return gone.promise
  }
  return {
    pid: child.pid!,
    get alive() {
      return alive
    },
    call: (name, input) =>
      new Promise((resolve, reject) => {
        const id = ++lastId
        waiting.set(id, ({ value, error }) => {
          if (error === undefined) resolve(value as never)
          else reject(new Error(error))
        })
        if (alive) child.send({ id, name, input } satisfies Request, (error) => error && reject(error))
        else reject(new Error(`${file} is not running`))
      }),
    kill,
    [Symbol.asyncDispose]: async () => {
      if (alive) await kill()
    },
  }
}

/** In a child: serves functions to the parent, and ends when the parent does. */
export function serve(functions: Record<string, (input: never) => unknown>): void {
  const channel = process
  channel.on('disconnect', () => process.exit())
  channel.on('message', async ({ id, name, input }: Request) => {
    const answer: Answer = { id }
    try {
      const found = functions[name]
      if (!found) throw new TypeError(`there is no ${name} here`)
      answer.value = await found(input as never)
    } catch (error) {
      answer.error = error instanceof Error ? (error.stack ?? error.message) : String(error)
    }
    channel.send!(answer)
  })
  channel.send!('serving')
}
