import { hubOf } from '../hub.ts'
import { type GlobalOptions, print, type Terminal, UsageError } from '../terminal.ts'

type Options = GlobalOptions & { name: string; scopes: string; expires?: string }

/** Makes an API key of a workspace and shows it, this once. */
export async function createKey(terminal: Terminal, options: Options): Promise<void> {
  if (options.workspace === undefined)
    throw new UsageError('Which workspace is the key for? Give --workspace with its id.')
  const tenon = hubOf(terminal, options)
  const scopes = options.scopes.split(',').map((scope) => scope.trim()) as Parameters<
    typeof tenon.apiKeys.create
  >[1]['scopes']
  const created = await tenon.apiKeys.create(options.workspace, {
    name: options.name,
    scopes,
    ...(options.expires === undefined ? {} : { expiresAt: timeOf(options.expires, '--expires').toISOString() }),
  })
  if (!options.json) terminal.note('Keep it: it is shown this once.')
  print(terminal, options, created, () => [created.key])
}

/** Reads a time: ISO 8601, or so long from now on as `30d`, or ago as `-2h`. */
export function timeOf(text: string, option: string, now = Date.now()): Date {
  const [, sign, count, unit] = /^([-+]?)(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count !== undefined) {
    const ms = Number(count) * { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 's' | 'm' | 'h' | 'd']
    return new Date(sign === '-' ? now - ms : now + ms)
  }
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) {
    throw new UsageError(
      `${option} must be a time such as 2026-01-31T09:30:00Z, or a distance from now such as -2h or 30d.`,
    )
  }
  return time
}
