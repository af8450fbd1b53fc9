import { resolve } from 'node:path'

/** Vendors at which an operator registers an application; its client id and secret may come from the environment. */
const oauthProviders = [
  'GOOGLE',
  'CALENDLY',
  'GOHIGHLEVEL',
  'HUBSPOT',
  'SALESFORCE',
  'PIPEDRIVE',
  'ZOHO',
  'MICROSOFT',
  'DYNAMICS',
  'FACEBOOK',
  'CALCOM',
  'SLACK',
] as const
type ClientVariable = `${(typeof oauthProviders)[number]}_CLIENT_${'ID' | 'SECRET'}`
const clientVariables = Object.fromEntries(
  oauthProviders.flatMap((name) => [
    [
      `${name}_CLIENT_ID`,
      {
        default: '',
        read: optional(text),
        help: `Client id of the operator's application at ${name}, for sign-in by OAuth.`,
      },
    ],
    [`${name}_CLIENT_SECRET`, { default: '', read: optional(text), help: 'Its client secret.', secret: true }],
  ]),
) as Record<ClientVariable, Variable<string | undefined>>

/** Every environment variable of the hub: its default, how it is read, and one sentence. `tenon doctor` and the docs print this list. */
export const variables = {
  PORT: { default: '3000', read: port, help: 'Port of the HTTP server; 0 takes any free one.' },
  HOST: { default: '127.0.0.1', read: text, help: 'Address to listen on; 0.0.0.0 opens the hub to the network.' },
  TENON_PUBLIC_URL: {
    default: '',
    read: optional(url),
    help: 'The URL under which people and vendors reach the hub; without it, the address it listens on.',
  },
  TENON_DATA: {
    default: './data',
    read: folder,
    help: 'Folder of the embedded database, the development master key and local files.',
  },
  DATABASE_URL: {
    default: '',
    read: optional(postgresUrl),
    help: 'An external PostgreSQL 16 or newer; without it and without DB_HOST the hub runs its own.',
    secret: true,
  },
  DB_HOST: {
    default: '',
    read: optional(text),
    help: 'Host of an external PostgreSQL, where DATABASE_URL is not given.',
  },
  DB_PORT: { default: '5432', read: port, help: 'Port of the external PostgreSQL.' },
  DB_NAME: { default: 'tenon', read: text, help: 'Database on the external PostgreSQL.' },
  DB_USER: { default: 'tenon', read: text, help: 'User of the external PostgreSQL.' },
  DB_PASSWORD: { default: '', read: text, help: 'Password of that user.', secret: true },
  DB_SSL: {
    default: 'off',
    read: oneOf('off', 'require', 'verify'),
    help: 'TLS to the external PostgreSQL: off, require (encrypted, not verified) or verify (certificate and host name).',
  },
  DB_SSL_CA: {
    default: '',
    read: optional(text),
    help: 'File with the certificate authority to verify the database against.',
  },
  DB_POOL: {
    default: '20',
    read: integer(4, 500),
    help: 'Most connections this process opens to the database, of which deliveries and jobs have a part of their own.',
  },
  TENON_ADMIN_KEY: {
    default: '',
    read: optional(adminKey),
    help: "Presets the platform admin's API key (at least 24 characters).",
    secret: true,
  },
  TENON_MASTER_KEY: {
    default: '',
    read: optional(text),
    help: 'Key of the vault: 32 bytes in hex or base64; several, comma separated, while rotating (the first seals).',
    secret: true,
  },
  TENON_ALLOW_LOOPBACK: {
    default: 'false',
    read: boolean,
    help: 'Lets endpoints live on loopback addresses, for development.',
  },
  TENON_ALLOW_ADDRESSES: {
    default: '',
    read: list,
    help: 'Private networks that endpoints may live in, as comma separated CIDRs.',
  },
  TENON_ROLE: {
    default: 'all',
    read: oneOf('all', 'api', 'worker'),
    help: 'What this process does: all, api (answers requests) or worker (delivers).',
  },
  LOG_LEVEL: {
    default: 'info',
    read: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
    help: 'Least severe log line to write.',
  },
  LOG_FORMAT: {
    default: 'auto',
    read: oneOf('auto', 'json', 'pretty'),
    help: 'Log lines as JSON or for people; auto looks whether a terminal is there.',
  },
  TENON_BODY_LIMIT: {
    default: '1048576',
    read: integer(1_024, 64 * 1_048_576),
    help: 'Largest request body, in bytes.',
  },
  TENON_FILE_LIMIT: {
    default: '104857600',
    read: integer(1_024, 50 * 1_073_741_824),
    help: 'Largest file that is taken in to be stored, in bytes.',
  },
  TENON_FILE_TYPES: {
    default:
      'image/*,audio/*,video/*,text/plain,text/csv,text/markdown,application/pdf,application/json,application/zip,application/msword,application/rtf,application/vnd.*',
    read: list,
    help: 'Media types of files that may be stored, comma separated; `image/*` stands for all images.',
  },
  TENON_RATE_LIMIT: {
    default: '5000',
    read: integer(1, 10_000_000),
    help: 'Requests a second that one API key may make of this process.',
  },
  TENON_PUBLIC_RATE_LIMIT: {
    default: '20',
    read: integer(1, 1_000_000),
    help: 'Requests a minute that one address may make of sign-in and other public routes.',
  },
  CONSULTANT_EMAIL: {
    default: '',
    read: optional(emailAddress),
    help: 'Hears of every request for a consultation.',
  },
  SALES_EMAIL: {
    default: '',
    read: optional(emailAddress),
    help: 'Hears of every request for a consultation, too.',
  },
  CALENDAR_WEBHOOK_SECRET: {
    default: '',
    read: optional(text),
    help: 'Signs the webhooks of Calendly whose subscriptions were not made by the hub, which gives each a key of its own.',
    secret: true,
  },
  TENON_RETENTION_DAYS: {
    default: '30',
    read: integer(1, 3_650),
    help: 'Days that events and their attempts are kept.',
  },
  TENON_TRUST_PROXY: {
    default: 'false',
    read: boolean,
    help: 'Believes X-Forwarded-* headers; only behind a proxy that sets them.',
  },
  TENON_JWT_SECRET: {
    default: '',
    read: optional(jwtSecret),
    help: 'Accepts HS256 bearer tokens signed with this secret (at least 32 characters).',
    secret: true,
  },
  TENON_JWKS_URL: {
    default: '',
    read: optional(url),
    help: 'Accepts RS256, ES256 and EdDSA bearer tokens signed by the keys at this URL.',
  },
  TENON_JWT_ISSUER: { default: '', read: optional(text), help: 'Required issuer of bearer tokens.' },
  TENON_JWT_AUDIENCE: { default: '', read: optional(text), help: 'Required audience of bearer tokens.' },
  TENON_RETURN_URLS: {
    default: '',
    read: urls,
    help: 'Where a browser may be sent back to after an account was connected, as comma separated URLs; each allows what lies below it. The public URL always is.',
  },
  TENON_EMBED_ORIGINS: {
    default: '',
    read: origins,
    help: 'Origins whose pages may embed the page that connects accounts, comma separated; otherwise only that of the return URL may.',
  },
  TENON_METRICS_TOKEN: {
    default: '',
    read: optional(text),
    help: 'Bearer token that /metrics asks for; without it /metrics answers loopback addresses and the platform admin only.',
    secret: true,
  },
  TENON_SANDBOX: {
    default: 'auto',
    read: oneOf('auto', 'on', 'off'),
    help: 'Stands in for the vendors, so that everything can be tried: on, off, or auto, which is on in development while no application of a vendor is configured.',
  },
  TENON_VENDOR_OVERRIDES: {
    default: '{}',
    read: hostMap,
    help: 'Stand-ins for vendors, as JSON: {"api.hubapi.com": "http://127.0.0.1:4010/hubspot"}. The sandbox adds its own.',
  },
  TENON_RECORD_TRAFFIC: {
    default: '',
    read: optional(text),
    help: 'File that each exchange with a vendor is appended to as a JSON line, secrets redacted; for development.',
  },
  TENON_RESPONDER_URL: {
    default: '',
    read: optional(url),
    help: "Base URL of an endpoint that speaks OpenAI's chat completions and writes replies to messages, such as https://api.openai.com/v1.",
  },
  TENON_RESPONDER_KEY: { default: '', read: optional(text), help: 'Its API key.', secret: true },
  TENON_RESPONDER_MODEL: { default: 'gpt-4o-mini', read: text, help: 'The model that it is asked for.' },
  TENON_RESPONDER_PROMPT: {
    default: 'You reply to messages of customers: friendly, short, and only with what you know.',
    read: text,
    help: 'What it is told to be.',
  },
  TENON_STOP_MS: {
    default: '10000',
    read: integer(0, 600_000),
    help: 'How long a stop waits for what is in flight, in milliseconds.',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    default: '',
    read: optional(url),
    help: 'OpenTelemetry collector (OTLP over HTTP) that receives traces; without it none are made.',
  },
  TENON_URL: {
    default: '',
    read: optional(url),
    help: 'Which hub the commands of the CLI speak to; without it, the one on PORT of this machine.',
  },
  TENON_API_KEY: {
    default: '',
    read: optional(text),
    help: 'The API key that the commands of the CLI bear; without it, TENON_ADMIN_KEY.',
    secret: true,
  },
  ...clientVariables,
  NODE_ENV: { default: 'development', read: text, help: 'production refuses to start without TENON_MASTER_KEY.' },
} as const satisfies Record<string, Variable<unknown>>

type Variable<T> = { default: string; read: (value: string) => T; help: string; secret?: boolean }

/** The configuration, read and checked: each variable's value under its own name. */
export type Config = { readonly [Name in keyof typeof variables]: ReturnType<(typeof variables)[Name]['read']> }

/** Thrown with every wrong variable at once, each with what it must be. */
export class ConfigError extends Error {
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`The configuration is wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * Reads the configuration from environment variables.
 * @throws ConfigError that lists every problem, not just the first; unknown `TENON_` variables are problems too.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = []
  const config: Record<string, unknown> = {}
  for (const [name, variable] of Object.entries(variables) as [string, Variable<unknown>][]) {
    const value = env[name]?.trim() || variable.default
    try {
      config[name] = variable.read(value)
    } catch (error) {
      const shown = variable.secret ? '' : ` (it is ${JSON.stringify(value)})`
      problems.push(`${name} must be ${(error as Error).message}${shown}.`)
    }
  }
  for (const name of Object.keys(env)) {
    if (name.startsWith('TENON_') && !Object.hasOwn(variables, name)) {
      problems.push(`${name} is not a setting of the hub${suggestion(name)}.`)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return config as Config
}

/** Names starting with the same letters make a typing mistake likely. */
function suggestion(name: string): string {
  const close = Object.keys(variables).find(
    (known) => known.startsWith(name.slice(0, -2)) || name.startsWith(known.slice(0, -2)),
  )
  return close ? `; did you mean ${close}?` : '; unset it'
}

function text(value: string): string {
  return value
}

function optional<T>(read: (value: string) => T): (value: string) => T | undefined {
  return (value) => (value === '' ? undefined : read(value))
}

function integer(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < least || number > most)
      throw new Error(`a whole number from ${least} to ${most}`)
    return number
  }
}

function port(value: string): number {
  return integer(0, 65_535)(value)
}

function boolean(value: string): boolean {
  if (!['true', 'false', '1', '0', 'on', 'off'].includes(value)) throw new Error('true or false')
  return value === 'true' || value === '1' || value === 'on'
}

function oneOf<const T extends string>(...allowed: T[]): (value: string) => T {
  return (value) => {
    const found = allowed.find((one) => one === value)
    if (found === undefined) throw new Error(`one of ${allowed.join(', ')}`)
    return found
  }
}

function list(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function hostMap(value: string): Record<string, string> {
  let read: unknown
  try {
    read = JSON.parse(value)
  } catch {
    read = undefined
  }
  const isMap = typeof read === 'object' && read !== null && !Array.isArray(read)
  const isPlace = (base: unknown) =>
    typeof base === 'string' && (isHttpUrl(base) || /^smtp:\/\/[^/\s]+:\d+$/.test(base))
  if (!isMap || !Object.values(read as object).every(isPlace)) {
    throw new Error('a JSON object of host names and the http://, https:// or smtp:// URLs that stand in for them')
  }
  return read as Record<string, string>
}

function folder(value: string): string {
  return resolve(value)
}

function url(value: string): string {
  if (!isHttpUrl(value)) throw new Error('a URL that starts with http:// or https://')
  return value.replace(/\/+$/, '')
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}

function urls(value: string): string[] {
  return list(value).map((one) => {
    if (!URL.canParse(one) || !/^https?:$/.test(new URL(one).protocol))
      throw new Error('a comma separated list of URLs that start with http:// or https://')
    return one
  })
}

function origins(value: string): string[] {
  return list(value).map((one) => {
    if (
      !URL.canParse(one) ||
      !/^https?:$/.test(new URL(one).protocol) ||
      new URL(one).origin !== one.replace(/\/$/, '')
    )
      throw new Error('a comma separated list of origins such as https://app.example.com')
    return new URL(one).origin
  })
}

function postgresUrl(value: string): string {
  if (!URL.canParse(value) || !/^postgres(ql)?:$/.test(new URL(value).protocol)) {
    throw new Error('a URL like postgres://user:password@host:5432/database')
  }
  return value
}

function emailAddress(value: string): string {
  if (!/^[^\s@]+@[^\s@]+$/.test(value) || value.length > 254) throw new Error('an e-mail address')
  return value
}

function adminKey(value: string): string {
  if (!/^[\x21-\x7e]{24,200}$/.test(value)) throw new Error('24 to 200 visible ASCII characters')
  return value
}

function jwtSecret(value: string): string {
  if (value.length < 32) throw new Error('at least 32 characters')
  return value
}
