import { type Command, CommanderError } from 'commander'
import { createProgram, type Ending } from './program.ts'
import type { Terminal } from './terminal.ts'

/** Runs one command line, without the program's name. Answers the exit code; errors are printed as sentences. */
export async function runCommand(args: string[], terminal: Terminal): Promise<number> {
  const ending: Ending = { exitCode: 0 }
  const program = createProgram(terminal, ending)
  const output = {
    writeOut: (text: string) => terminal.out(text.trimEnd()),
    writeErr: (text: string) => terminal.note(text.trimEnd()),
  }
  const everywhere = (command: Command) => {
    command.exitOverride().configureOutput(output).showSuggestionAfterError()
    command.commands.forEach(everywhere)
  }
  everywhere(program)
  try {
    await program.parseAsync(args, { from: 'user' })
    return ending.exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (terminal.signal.aborted) return 130
    const { exitCode, message, errorCode } = explain(error)
    if (args.includes('--json')) terminal.note(JSON.stringify({ success: false, error: message, errorCode }))
    else terminal.note(`tenon: ${message}`)
    return exitCode
  }
}

type Explanation = { exitCode: number; message: string; errorCode: string }

/** Says what went wrong and what to do about it. Errors are told by name: loading their modules would cost every start. */
function explain(error: unknown): Explanation {
  if (!(error instanceof Error)) return { exitCode: 1, message: String(error), errorCode: 'INTERNAL' }
  const { name, message } = error
  if (name === 'UsageError' || name === 'ConfigError') return { exitCode: 2, message, errorCode: 'CONFIG_ERROR' }
  if (name === 'TenonError') return explainAnswer(error as Error & Answered)
  const code = (error as { code?: unknown }).code ?? (error as { errors?: { code?: unknown }[] }).errors?.[0]?.code
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'ETIMEDOUT') {
    return {
      exitCode: 3,
      message: `The database cannot be reached (${code}): \`tenon doctor\` tells more.`,
      errorCode: 'CONNECTION_FAILED',
    }
  }
  return { exitCode: 1, message: message || name, errorCode: 'INTERNAL' }
}

type Answered = { errorCode: string; status: number; details: { field: string; message: string }[]; requestId?: string }

function explainAnswer({ message, errorCode, status, details, requestId }: Error & Answered): Explanation {
  const advice: Record<string, string> = {
    CONNECTION_FAILED: ' Start one with `tenon serve`, or name another with --url or TENON_URL.',
    UNAUTHENTICATED: ' Give a key that is valid with --key or TENON_API_KEY.',
    INTERNAL: requestId === undefined ? '' : ` The hub's log tells more about the request ${requestId}.`,
  }
  // A single fault is in the message already.
  const fields = details.length > 1 ? details.map((detail) => `\n  ${detail.field} ${detail.message}`).join('') : ''
  const workspace = details.some(({ field }) => field === 'headers.x-workspace-id')
    ? '\n  Give --workspace with its id.'
    : ''
  return {
    exitCode: status === 0 ? 3 : 1,
    message: message + (advice[errorCode] ?? '') + fields + workspace,
    errorCode,
  }
}
