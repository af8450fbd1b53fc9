/** Where a command reads and writes, so that tests can stand in for a terminal. */
export type Terminal = {
  env: Record<string, string | undefined>
  /** What was asked for: one line. */
  out(line: string): void
  /** What a person wants to know meanwhile; never part of the result. */
  note(line: string): void
  /** Shows a line in place of the one before it, where somebody is watching. */
  progress(line: string): void
  input(): Promise<string>
  /** Aborted when the person wants the command to end. */
  signal: AbortSignal
}

/** The options that every command takes. */
export type GlobalOptions = { json?: boolean; url?: string; key?: string; workspace?: string }

/** The command was called wrongly; the message says how to do it right. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** Prints the result: as JSON for programs, or as lines for people. */
export function print(terminal: Terminal, options: GlobalOptions, data: unknown, lines: () => string[]): void {
  if (options.json) terminal.out(JSON.stringify(data))
  else for (const line of lines()) terminal.out(line)
}

/** Sets columns under each other. */
export function columns(rows: string[][]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, cell.length)),
    [],
  )
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** The terminal of this process. The first Ctrl-C ends a command in order, the second one at once. */
export function processTerminal(): Terminal {
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort())
  // `tenon events tail | head` closes the pipe when it has seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const isWatched = process.stderr.isTTY
  let open = false
  const closeLine = () => {
    if (open) process.stderr.write('\n')
    open = false
  }
  return {
    env: process.env,
    out: (line) => {
      closeLine()
      process.stdout.write(`${line}\n`)
    },
    note: (line) => {
      closeLine()
      process.stderr.write(`${line}\n`)
    },
    progress: (line) => {
      if (!isWatched) return
      process.stderr.write(`\r\u001b[K${line}`)
      open = true
    },
    input: async () => {
      let text = ''
      for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk
      return text
    },
    signal: abort.signal,
  }
}
