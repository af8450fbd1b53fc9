/** Takes secrets out of what is kept or shown. */
export type Redactor = {
  text(text: string): string
  headers(headers: Record<string, string>): Record<string, string>
  url(url: string): string
  /** Any JSON value; secrets are replaced by text, so that the shape stays. */
  body(body: unknown): unknown
}

const censor = '[redacted]'

/** Shorter values occur in ordinary text; a key that short is none. */
const shortestSecret = 6

const secretHeader =
  /^(authorization|proxy-authorization|cookie|set-cookie|x-api-token|x-api-key|api-key|apikey|x-auth-token)$|signature|secret|password|channel-token/i
const secretField =
  /^(password|passwd|secret|client_?secret|client_?state|access_?token|refresh_?token|id_?token|api_?key|api_?token|api_?secret|auth_?token|authorization|private_?key|signing_?key|appsecret_?proof|signing_?secret|webhook_?secret|http_auth_password|authvalue|code_verifier|token)$/i

/**
 * Makes a redactor that knows the values of an integration's credentials, in the ways they may be written, and the names under which
 * vendors keep secrets.
 */
export function createRedactor(secrets: Iterable<string>): Redactor {
  const values = [...new Set(secrets)].filter((value) => value.length >= shortestSecret).flatMap(spellings)
  // The longest first: a secret may be the beginning of another.
  values.sort((a, b) => b.length - a.length)

  const text = (given: string): string => {
    let clean = given
    for (const value of values) if (clean.includes(value)) clean = clean.replaceAll(value, censor)
    return clean
  }
  const body = (given: unknown, depth = 0): unknown => {
    if (typeof given === 'string') return text(given)
    if (typeof given !== 'object' || given === null || depth > 30) return given
    if (Array.isArray(given)) return given.map((item) => body(item, depth + 1))
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        text(name),
        secretField.test(name) && isSecretValue(value) ? censor : body(value, depth + 1),
      ]),
    )
  }
  return {
    text,
    headers: (headers) =>
      Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, secretHeader.test(name) ? censor : text(value)]),
      ),
    url: (url) => text(withoutSecretQuery(url)),
    body: (given) => (typeof given === 'string' ? text(withoutSecretForm(given)) : body(given)),
  }
}

const isSecretValue = (value: unknown): boolean => typeof value === 'string' && value !== ''

/**
 * A secret as it is, in a URL, in JSON, and in base64 (as Basic authorization carries it, next to a user); of a URL also the part that
 * its server sees.
 */
const spellings = (secret: string): string[] => {
  const encoded = Buffer.from(secret).toString('base64')
  const known = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), encoded]
  const url = /^https?:/i.test(secret) ? URL.parse(secret) : null
  if (url) known.push(url.href, ...[url.pathname + url.search, url.pathname].filter((part) => part.length >= 12))
  return [...new Set(known)]
}

function withoutSecretQuery(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? url : url.slice(0, at + 1) + withoutSecretForm(url.slice(at + 1))
}

/** `a=1&client_secret=x` with the values of secret names replaced. Text of another form comes back as it is. */
function withoutSecretForm(form: string): string {
  return form.replace(/(^|&)([\w.[\]%-]+)=([^&]*)/g, (pair, before: string, name: string) =>
    secretField.test(name) || name === 'key' || name === 'sig'
      ? `${before}${name}=${encodeURIComponent(censor)}`
      : pair,
  )
}
