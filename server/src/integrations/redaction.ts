/** What is kept of a request or an answer in the operation log. */
const maxLength = 4_096
const secretName =
  /^(.*(secret|password|passwd|authorization|api_?key|private_?key|credential|signature).*|(access|refresh|id|bearer|auth)?_?tokens?)$/i
/** Shorter texts occur by chance, and hiding them would hide half of the log. */
const shortestSecret = 6
export const hidden = '[redacted]'

/**
 * A value as the log keeps it: JSON text, bounded, without the vendor's own record, with fields that are named like secrets hidden
 * and with the secrets of the integration hidden wherever they stand.
 */
export function loggable(value: unknown, secrets: readonly string[]): string | null {
  if (value === undefined) return null
  const text = JSON.stringify(value, (name, field: unknown) => {
    if (name === 'raw') return undefined
    return typeof field === 'string' && secretName.test(name) ? hidden : field
  })
  if (text === undefined) return null
  const clean = withoutSecrets(text, secrets)
  return clean.length > maxLength ? `${clean.slice(0, maxLength).toWellFormed()}…` : clean
}

/** A text with the secrets in it hidden, however they are written: as they are, within JSON, in base64 or in a URL. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) {
    if (secret.length < shortestSecret) continue
    const spellings = new Set([
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ])
    for (const spelling of spellings) clean = clean.replaceAll(spelling, hidden)
  }
  return clean
}

/** Every text in a value that was sealed, at whatever depth. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsOf)
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}
