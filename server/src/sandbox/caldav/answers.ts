import { type Answer, type Failure, refusal } from '../emulator.ts'

const xml = { 'content-type': 'application/xml; charset=utf-8' }
const head = '<?xml version="1.0" encoding="utf-8"?>'
const namespaces = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** Refuses with the precondition that was not met (RFC 4918, section 16). */
export const refused = (status: number, condition: string) =>
  refusal(status, `${head}<error ${namespaces}><${condition}/></error>`, xml)

/** A multi-status (RFC 4918, section 13). */
export const multistatus = (
  responses: readonly string[],
  more = '',
): { body: string; headers: Record<string, string> } => ({
  body: `${head}<multistatus ${namespaces}>${responses.join('')}${more}</multistatus>`,
  headers: xml,
})

/** What all vendors refuse, as servers of WebDAV do. */
export function refuse(failure: Failure): Answer {
  const answer = (status: number, text: string, headers: Record<string, string> = {}): Answer => ({
    status,
    body: `${text}\n`,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  })
  switch (failure.kind) {
    case 'unauthorized':
      return answer(401, 'Authentication is required.', {
        'www-authenticate': 'Basic realm="Sandbox", charset="UTF-8"',
      })
    case 'rate_limited':
      return answer(429, 'Too many requests.', { 'retry-after': String(failure.retryAfterSeconds) })
    case 'unavailable':
      return answer(failure.status, 'The server failed.')
    case 'forbidden':
      return answer(403, 'Forbidden.')
    case 'invalid':
      return answer(400, `${failure.part} is not valid.`)
    case 'unreadable':
      return answer(415, failure.message)
    default:
      return answer(404, 'There is nothing here.')
  }
}
