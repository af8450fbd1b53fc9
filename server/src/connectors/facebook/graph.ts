import { createHmac } from 'node:crypto'
import {
  ConnectorError,
  type ErrorReading,
  type Paging,
  readPath,
  settingMissing,
  type VendorAnswer,
} from '../../kit/index.ts'
import type { FacebookContext } from './settings.ts'

/** Versions of the Graph API live for two years, its marketing parts for one (https://developers.facebook.com/docs/graph-api/changelog). */
export const version = 'v26.0'
export const host = 'https://graph.facebook.com'

/** The last page has a cursor as well, and no next page. */
export const pages: Paging = {
  first: { limit: 100 },
  items: (body) => (readPath(body, 'data') ?? []) as unknown[],
  next({ body }) {
    const after = readPath(body, 'paging.next') === undefined ? undefined : readPath(body, 'paging.cursors.after')
    return typeof after === 'string' ? { query: { after } } : undefined
  },
}

type GraphError = {
  message?: string
  code?: number
  error_subcode?: number
  is_transient?: boolean
  error_user_title?: string
  error_user_msg?: string
}

/** Of the application, the account, the page, custom ones, and those of each business use case (80000 to 80014). */
const isThrottled = (code: number): boolean => [4, 17, 32, 613].includes(code) || (code >= 80_000 && code <= 80_014)
const isToken = (code: number): boolean => code === 190 || code === 102
const isPermission = (code: number): boolean => code === 10 || (code >= 200 && code < 300)

/** Meta's failures: what counts is the code, since nearly all have status 400 (https://developers.facebook.com/docs/graph-api/guides/error-handling). */
export const readError: ErrorReading = ({ body }) => {
  const { message, code, error_subcode: subcode, error_user_msg: words, is_transient: passes } = errorOf(body)
  const said = [words ?? message, code !== undefined && isPermission(code) ? accessHint : undefined]
  return {
    ...(said[0] === undefined ? {} : { message: said.filter(Boolean).join(' ') }),
    ...(code === undefined ? {} : { vendorCode: String(code) }),
    ...(code === undefined ? {} : named(codeOf(code, subcode, passes === true))),
  }
}

const named = (code: string | undefined) => (code === undefined ? {} : { code })

/** People who manage a page may be kept from its leads all the same. */
const accessHint =
  "Grant access to the page's leads to this account or application under Business settings → Leads access."

function codeOf(code: number, subcode: number | undefined, passes: boolean): string | undefined {
  if (isThrottled(code)) return 'RATE_LIMIT_EXCEEDED'
  if (isToken(code)) return 'AUTH_ERROR'
  if (isPermission(code)) return 'PERMISSION_DENIED'
  if (code === 803 || (code === 100 && subcode === 33)) return 'NOT_FOUND'
  return passes || code === 1 || code === 2 ? 'PROCESSING_ERROR' : undefined
}

/** A token that is dead may be one that a newer one has replaced. */
export const isExpired = ({ body }: VendorAnswer<unknown>): boolean => errorOf(body).code === 190

const errorOf = (body: unknown): GraphError => {
  const { error } = Object(body) as { error?: unknown }
  return typeof error === 'object' && error !== null ? error : {}
}

/** How long Meta asks us to wait: minutes, per business and use case (https://developers.facebook.com/docs/graph-api/overview/rate-limiting). */
export function waitOf(headers: Record<string, string>): number | undefined {
  const usage = objectOf(headers['x-business-use-case-usage'])
  const minutes = Object.values(usage)
    .flat()
    .map((use) => Number(Object(use).estimated_time_to_regain_access))
    .filter((count) => count > 0)
  return minutes.length === 0 ? undefined : Math.max(...minutes) * 60_000
}

function objectOf(text: string | undefined): Record<string, unknown> {
  try {
    return Object(JSON.parse(text ?? '{}')) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** Proves a call as the application's: https://developers.facebook.com/docs/graph-api/guides/secure-requests */
export const proofOf = (token: string, appSecret: string): string =>
  createHmac('sha256', appSecret).update(token).digest('hex')

/** Bearer token and proof, of a person's sign-in or of a system user, whichever this account has. */
export function proven(token: string, appSecret: string | undefined) {
  const query = appSecret === undefined ? {} : { query: { appsecret_proof: proofOf(token, appSecret) } }
  return { headers: { authorization: `Bearer ${token}` }, ...query }
}

/** The application: the operator's, by which a person signed in, or the workspace's own. */
export function applicationOf({ credentials }: FacebookContext): { id: string; secret: string } | undefined {
  const id = credentials.client_id ?? credentials.appId
  const secret = credentials.client_secret ?? credentials.appSecret
  return id === undefined || secret === undefined ? undefined : { id, secret }
}

/** Credentials with another token in the place of the account's own. */
export const withToken = ({ credentials }: FacebookContext, token: string): Record<string, string> =>
  credentials.access_token === undefined ? { accessToken: token } : { access_token: token }

export type Page = { id: string; name?: string; access_token?: string }

export function pageOf({ settings }: FacebookContext): string {
  if (settings.page_id === undefined) throw settingMissing('page_id', 'leads come from the forms of a page')
  return settings.page_id
}

/**
 * The page with its own token, which what belongs to a page is asked for with. It is read each time: it lives as long as the token that it was
 * asked for with.
 */
export async function readPage(
  context: FacebookContext,
  id = pageOf(context),
): Promise<Page & { credentials: Record<string, string> }> {
  const page = await context.http.get<Page>(`/${id}`, { fields: 'id,name,access_token' })
  if (page.access_token === undefined)
    throw new ConnectorError(
      'PERMISSION_DENIED',
      `Facebook does not let this account manage the page ${page.name ?? page.id}; give it a role there (PERMISSION_DENIED)`,
    )
  return { ...page, credentials: withToken(context, page.access_token) }
}
