import { type Logger, pino } from 'pino'

export type Log = Logger

/** Keys whose values never reach a log line, wherever they stand in the logged object's first two levels. */
const secretKeys = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'secrets',
  'token',
  'accessToken',
  'refreshToken',
  'apiKey',
  'key',
]

/** Makes the process's logger: JSON lines on standard output, or readable lines where a person is watching. */
export function createLog(options: { level: string; pretty: boolean }): Log {
  return pino({
    level: options.level,
    base: null,
    redact: {
      paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.headers.${key}`, `*.headers["set-cookie"]`]),
      censor: '[redacted]',
    },
    ...(options.pretty
      ? {
          transport: {
            target: 'pino-pretty',
            options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss', singleLine: true },
          },
        }
      : {}),
  })
}

/** A logger that says nothing, for tests. */
export const silentLog: Log = pino({ level: 'silent' })
