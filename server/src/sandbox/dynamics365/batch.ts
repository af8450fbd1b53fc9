import { randomUUID } from 'node:crypto'
import type { Answer } from '../emulator.ts'
import { type Asked, attempt, type Given } from './dispatch.ts'
import { badRequest } from './failures.ts'

const mostRequests = 1_000

/** Carries out the requests of a batch one after another; the first that fails ends it, unless the client prefers otherwise. */
export function runBatch(given: Given, text: string, contentType: string, continues: boolean): Answer {
  const parts = partsIn(text, contentType)
  if (parts.length > mostRequests) throw badRequest(`A batch holds ${mostRequests} requests at most.`)
  const boundary = `batchresponse_${randomUUID()}`
  const answers: Answer[] = []
  for (const part of parts) {
    const answer = attempt(given, part)
    answers.push(answer)
    if (answer.status >= 400 && !continues) break
  }
  const failed = continues ? undefined : answers.find(({ status }) => status >= 400)
  return {
    status: failed?.status ?? 200,
    body: [...answers.map((answer) => shown(answer, boundary)), `--${boundary}--`, ''].join('\r\n'),
    headers: { 'content-type': `multipart/mixed; boundary=${boundary}` },
  }
}

function shown({ status, body, headers = {} }: Answer, boundary: string): string {
  const type = body === undefined ? [] : ['Content-Type: application/json; odata.metadata=minimal']
  return [
    `--${boundary}`,
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `HTTP/1.1 ${status} ${status < 300 ? 'OK' : 'Error'}`,
    ...type,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    body === undefined ? '' : JSON.stringify(body),
  ].join('\r\n')
}

function partsIn(text: string, contentType: string): Asked[] {
  const [, boundary] = /^multipart\/mixed;\s*boundary="?([^";]+)"?$/.exec(contentType) ?? []
  if (boundary === undefined || !text.includes(`--${boundary}--`)) throw badRequest('The batch has no boundary.')
  // Line ends must be CRLF.
  const pieces = `\r\n${text}`.split(`\r\n--${boundary}`).slice(1, -1)
  if (pieces.length === 0) throw badRequest('The batch holds no request.')
  return pieces.map((piece) => {
    const [mime = '', request = '', ...body] = piece.split('\r\n\r\n')
    if (!/\r\nContent-Type: application\/http(\r\n|$)/i.test(mime))
      throw badRequest('A part of the batch is no request.')
    const [line = '', ...lines] = request.split('\r\n')
    const [, method = '', path = ''] = /^(GET|POST|PATCH|DELETE) (\S+) HTTP\/1\.1$/.exec(line) ?? []
    // A whole URL, or its path.
    const [, place] = /^(?:https?:\/\/[^?]*)?\/api\/data\/v9\.2(\/.*)$/.exec(path) ?? []
    if (place === undefined) throw badRequest(`'${line}' is no request of this API.`)
    const headers = Object.fromEntries(
      lines.map((one) => {
        const [name = '', ...value] = one.split(':')
        return [name.trim().toLowerCase(), value.join(':').trim()]
      }),
    )
    return { method, path: place, headers, body: jsonIn(body.join('\r\n\r\n')) }
  })
}

function jsonIn(text: string): unknown {
  try {
    return text.trim() === '' ? undefined : JSON.parse(text)
  } catch {
    throw badRequest('The body of a part of the batch is no JSON.')
  }
}
