import { readFileSync } from 'node:fs'
import type { PoolConfig } from 'pg'
import type { Config } from '../config.ts'

type DatabaseConfig = Pick<
  Config,
  'DATABASE_URL' | 'DB_HOST' | 'DB_PORT' | 'DB_NAME' | 'DB_USER' | 'DB_PASSWORD' | 'DB_SSL' | 'DB_SSL_CA'
>

/**
 * How to reach the external PostgreSQL that the configuration names; undefined where the hub is to run its own.
 * `DATABASE_URL` wins over `DB_HOST`, and what it says of TLS (`?sslmode=`) wins over `DB_SSL`.
 */
export function connectionOf(config: DatabaseConfig): PoolConfig | undefined {
  const ssl = tlsOf(config)
  if (config.DATABASE_URL !== undefined) return { connectionString: config.DATABASE_URL, ssl }
  if (config.DB_HOST === undefined) return undefined
  return {
    host: config.DB_HOST,
    port: config.DB_PORT,
    database: config.DB_NAME,
    user: config.DB_USER,
    password: config.DB_PASSWORD,
    ssl,
  }
}

function tlsOf({ DB_SSL, DB_SSL_CA }: DatabaseConfig): PoolConfig['ssl'] {
  if (DB_SSL === 'off') return false
  if (DB_SSL === 'require') return { rejectUnauthorized: false }
  return DB_SSL_CA === undefined ? true : { ca: readFileSync(DB_SSL_CA, 'utf8') }
}
