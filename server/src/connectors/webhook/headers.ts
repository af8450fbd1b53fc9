import { ConnectorError } from '../../kit/index.ts'

/** What HTTP and the signature decide. */
const reserved =
  /^(host|content-(length|type|encoding)|connection|transfer-encoding|upgrade|te|trailer|expect|keep-alive)$/i
const own = /^(x-webhook-(signature|timestamp|event)|idempotency-key)$/i

/**
 * Reads headers that a person wrote, one a line, as `Name: value`.
 * @throws ConnectorError CONFIG_SCHEMA_INVALID which names the line, but not the value
 */
export function readHeaders(text: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*([\x20-\x7e]*?)\s*$/.exec(line) ?? []
    if (name === undefined || value === undefined || value === '') {
      throw wrong(`line ${index + 1} of the headers is not "Name: value" in plain characters`)
    }
    if (reserved.test(name) || own.test(name)) throw wrong(`the header ${name} is set by the hub`)
    headers[name.toLowerCase()] = value
  }
  return headers
}

const wrong = (what: string): ConnectorError =>
  new ConnectorError('CONFIG_SCHEMA_INVALID', `Webhook: ${what} (CONFIG_SCHEMA_INVALID)`)
