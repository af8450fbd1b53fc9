import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, createClient } from 'tenon-sdk'
import { type Config, readConfig } from '../config.ts'
import { type GlobalOptions, type Terminal, UsageError } from './terminal.ts'

/** A client of the hub that the options, or else the environment, name. */
export function hubOf(terminal: Terminal, options: GlobalOptions): Client {
  const config = readConfig(terminal.env)
  const apiKey = options.key ?? config.TENON_API_KEY ?? config.TENON_ADMIN_KEY ?? firstKey(config, options)
  if (apiKey === undefined) {
    throw new UsageError(
      'No API key: give --key or set TENON_API_KEY. A running hub shows how to get the first one when it starts.',
    )
  }
  const url = options.url ?? config.TENON_URL ?? config.TENON_PUBLIC_URL ?? `http://127.0.0.1:${config.PORT}`
  try {
    return createClient({ url, apiKey, workspaceId: options.workspace, headers: { 'user-agent': 'tenon-cli' } })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** The key that the first start of a hub on this machine left in its data folder. Another hub is not told of it. */
function firstKey({ TENON_DATA, TENON_URL }: Config, { url }: GlobalOptions): string | undefined {
  if (TENON_URL !== undefined || url !== undefined) return undefined
  try {
    return (JSON.parse(readFileSync(join(TENON_DATA, 'first-sign-in.json'), 'utf8')) as { apiKey?: string }).apiKey
  } catch {
    return undefined
  }
}
