import { randomBytes } from 'node:crypto'
import { type Config, readConfig } from '../config.ts'
import type { Log } from '../lib/log.ts'

export type TenonOptions = {
  /** A PostgreSQL 16 or newer, as a URL. Without it the hub runs its own in `dataFolder`. */
  databaseUrl?: string | undefined
  /** Folder of the hub's own database and of a generated master key. Default: `./data`. */
  dataFolder?: string | undefined
  /** Key of the vault: 32 bytes in hex or base64. Without it one is made in `dataFolder`, for development. */
  masterKey?: string | undefined
  /** The platform admin's API key over HTTP, at least 24 characters. Without it there is none. */
  adminKey?: string | undefined
  /** Where to answer HTTP: API, console, probes. Default: nowhere, the hub is used from within the process only. */
  listen?: { port?: number | undefined; host?: string | undefined } | undefined
  /** `api` accepts events and leaves deliveries to other processes on the same database. Default: `all`. */
  role?: 'all' | 'api' | undefined
  /** Lets endpoints live on loopback addresses, for development and tests. Default: false. */
  allowLoopback?: boolean | undefined
  /** A pino logger, or the least severe level to write to standard output. Default: `warn`. */
  log?: Log | 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent' | undefined
  /** Any other setting of docs/configuration.md, by its name. The environment is not looked at. */
  settings?: Record<string, string> | undefined
}

/**
 * Turns options into the configuration that they stand for.
 * @throws ConfigError that lists every problem
 */
export function configOf(options: TenonOptions): Config {
  const { listen, log } = options
  return readConfig({
    // Within one process everything is trusted alike, so the limit per key would only slow the program down.
    ...(listen ? {} : { TENON_RATE_LIMIT: '10000000' }),
    // A program that embeds the hub says which vendors it means.
    TENON_SANDBOX: 'off',
    ...options.settings,
    DATABASE_URL: options.databaseUrl ?? options.settings?.DATABASE_URL,
    TENON_DATA: options.dataFolder ?? options.settings?.TENON_DATA,
    TENON_MASTER_KEY: options.masterKey ?? options.settings?.TENON_MASTER_KEY,
    // The program itself speaks to the hub as the platform admin, by a key that nobody else knows.
    TENON_ADMIN_KEY: options.adminKey ?? options.settings?.TENON_ADMIN_KEY ?? randomBytes(32).toString('hex'),
    TENON_ROLE: options.role ?? 'all',
    ...(options.allowLoopback === undefined ? {} : { TENON_ALLOW_LOOPBACK: String(options.allowLoopback) }),
    ...(typeof log === 'string' ? { LOG_LEVEL: log } : {}),
    ...(listen?.port === undefined ? {} : { PORT: String(listen.port) }),
    ...(listen?.host === undefined ? {} : { HOST: listen.host }),
  })
}
