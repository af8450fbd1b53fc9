import { readFile } from 'node:fs/promises'
import { hubOf } from '../hub.ts'
import { type GlobalOptions, print, type Terminal, UsageError } from '../terminal.ts'
import { timeOf } from './keys.ts'

type Options = GlobalOptions & { file?: string; channel?: string[]; occurredAt?: string; idempotencyKey?: string }

/** Publishes one event, its payload given as an argument, in a file or on standard input. */
export async function publishEvent(
  terminal: Terminal,
  type: string,
  payload: string | undefined,
  options: Options,
): Promise<void> {
  const tenon = hubOf(terminal, options)
  const event = await tenon.events.publish(
    {
      type,
      payload: parse(await textOf(terminal, payload, options.file)),
      ...(options.occurredAt === undefined
        ? {}
        : { occurredAt: timeOf(options.occurredAt, '--occurred-at').toISOString() }),
      ...(options.channel === undefined ? {} : { channels: options.channel }),
    },
    options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey },
  )
  print(terminal, options, event, () => [`${event.id}  ${event.type}`])
}

async function textOf(terminal: Terminal, payload: string | undefined, file: string | undefined): Promise<string> {
  if (payload !== undefined && file !== undefined)
    throw new UsageError('Give the payload as an argument or with --file, not both.')
  if (payload === '-' || file === '-') return await terminal.input()
  if (file === undefined) return payload ?? '{}'
  try {
    return await readFile(file, 'utf8')
  } catch {
    throw new UsageError(`The file ${file} cannot be read.`)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(
      `The payload is not JSON (${(error as Error).message}). In a shell, put it in single quotes: '{"email":"ada@example.com"}'`,
    )
  }
}
