import { readdirSync, readlinkSync, writeSync } from 'node:fs'
import { relative } from 'node:path'
import { after } from 'node:test'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

// Loaded before each test file (`--import`), so that no file can hold up the whole run: the runner waits for the end of a file's process, and
// for everybody who holds its output. Neither `--test-timeout` nor `--test-force-exit` ends a loop that gives nobody else a turn, or a child process left behind.

/** How long a file may take, all in all. */
const fileLimitMs = 8 * 60_000
/** How long a file's process may stay after its last test. */
const graceMs = 20_000
/** How long a child process that was told to end may take. */
const childGraceMs = 5_000

const watched: string | undefined = isMainThread ? undefined : workerData?.watched
const file = watched ?? process.argv[1] ?? ''
// The runner itself, and programs that a test starts, are given the same option.
const isTestFile = process.env.NODE_TEST_CONTEXT !== undefined && /\.test\.m?[jt]s$/.test(file)

if (isTestFile && isMainThread) {
  // On a thread of its own: the file's may be in a loop.
  const worker = new Worker(new URL(import.meta.url), { execArgv: [], workerData: { watched: file } })
  worker.unref()
  after(() => {
    setTimeout(() => {
      const open = [...new Set(process.getActiveResourcesInfo())].join(', ')
      say(`did not end within ${graceMs / 1_000} s of its last test; still open: ${open}`)
      process.exit(1)
    }, graceMs).unref()
  })
  process.on('exit', () => {
    if (endHolders(childGraceMs) > 0) process.exitCode = 1
  })
} else if (watched) {
  setTimeout(() => {
    say(`did not end within ${fileLimitMs / 60_000} minutes`)
    endHolders(0)
    process.kill(process.pid, 'SIGKILL')
  }, fileLimitMs)
}

/** Kills child processes that would keep this process's output open after its end. Answers how many there were. */
function endHolders(waitMs: number): number {
  const until = performance.now() + waitMs
  while (holders().length > 0 && performance.now() < until)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  const left = holders()
  for (const pid of left) {
    say(`left the process ${pid} behind, which holds its output`)
    process.kill(pid, 'SIGKILL')
  }
  return left.length
}

/** Processes that write where this one does. Only Linux tells. */
function holders(): number[] {
  if (process.platform !== 'linux') return []
  const ours = outputsOf(process.pid).filter((target) => /^(socket|pipe):/.test(target))
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && outputsOf(pid).some((target) => ours.includes(target)))
}

function outputsOf(pid: number): string[] {
  return [1, 2].flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${descriptor}`)]
    } catch {
      // It ended meanwhile, or belongs to somebody else.
      return []
    }
  })
}

/** Written at once: the process may end before a stream would. */
function say(text: string): void {
  writeSync(2, `✖ ${relative(process.cwd(), file)} ${text}\n`)
}
