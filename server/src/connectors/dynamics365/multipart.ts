import { randomUUID } from 'node:crypto'
import { ConnectorError } from '../../kit/index.ts'
import { apiPath } from './paths.ts'
import type { DynamicsContext } from './settings.ts'

/** One request within a batch. */
export type Part = { method: 'GET' | 'POST' | 'PATCH'; path: string; headers?: Record<string, string>; body?: unknown }
export type PartAnswer = { status: number; body: unknown }

const timeoutMs = 60_000

/**
 * Sends many requests as one; each succeeds or fails by itself, since they stand in no change set and Dataverse is asked to go on after
 * a failure. The answers come in the order of the requests. For what may be repeated.
 */
export async function sendBatch({ http }: DynamicsContext, parts: readonly Part[]): Promise<PartAnswer[]> {
  const boundary = `batch_${randomUUID()}`
  const { headers, body } = await http.request<string>('POST', '/$batch', {
    bytes: { content: Buffer.from(written(parts, boundary)), type: `multipart/mixed; boundary=${boundary}` },
    headers: { prefer: 'odata.continue-on-error' },
    repeatable: true,
    timeoutMs,
  })
  const answers = readParts(String(body ?? ''), headers['content-type'] ?? '')
  if (answers.length === parts.length) return answers
  throw new ConnectorError(
    'PROCESSING_ERROR',
    `Dynamics 365 answered ${answers.length} of ${parts.length} requests of a batch (PROCESSING_ERROR)`,
  )
}

function written(parts: readonly Part[], boundary: string): string {
  const lines = parts.flatMap(({ method, path, headers = {}, body }) => [
    `--${boundary}`,
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `${method} ${apiPath}${path} HTTP/1.1`,
    'Accept: application/json',
    ...(body === undefined ? [] : ['Content-Type: application/json']),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    ...(body === undefined ? [''] : [JSON.stringify(body)]),
  ])
  return [...lines, `--${boundary}--`, ''].join('\r\n')
}

/** Each part is an HTTP answer: a line with the status, headers, an empty line, and the body. */
export function readParts(text: string, contentType: string): PartAnswer[] {
  const [, quotedOne, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? []
  const boundary = quotedOne ?? plain
  if (boundary === undefined) return []
  return `\n${text}`
    .replaceAll('\r\n', '\n')
    .split(`\n--${boundary}`)
    .slice(1)
    .flatMap((part) => {
      const [, status, rest = ''] = /\nHTTP\/1\.1 (\d{3})[^\n]*\n(.*)$/s.exec(part) ?? []
      if (status === undefined) return []
      const body = `\n${rest}`.split('\n\n').slice(1).join('\n\n').trim()
      return [{ status: Number(status), body: readJson(body) }]
    })
}

function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
