import { invalid } from '../api/errors.ts'

/** Whether a URL lies below an allowed one: the same origin, and its path. */
export function isBelow(url: string, allowed: string): boolean {
  if (!URL.canParse(url)) return false
  const [wanted, base] = [new URL(url), new URL(allowed)]
  const path = base.pathname.replace(/\/+$/, '')
  const isSame = wanted.origin === base.origin && wanted.username === '' && wanted.password === ''
  return isSame && (wanted.pathname === path || wanted.pathname.startsWith(`${path}/`))
}

/** @throws ApiError VALIDATION_FAILED for a URL that the operator does not allow, since an open redirect serves phishers */
export function checkReturnUrl(url: string | undefined, allowed: readonly string[], field: string): void {
  if (url === undefined || allowed.some((one) => isBelow(url, one))) return
  throw invalid(field, 'is not below the public URL of this hub, nor one of its TENON_RETURN_URLS')
}

/** The URL with more parameters in its query. */
export function withParameters(url: string, parameters: Record<string, string | undefined>): string {
  const made = new URL(url)
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) made.searchParams.set(name, value)
  return made.href
}
