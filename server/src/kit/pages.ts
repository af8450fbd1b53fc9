import type { Paging, Query } from './http-types.ts'
import { readPath } from './paths.ts'

type Common = {
  /** Where the items stand in an answer, as a dotted path; the answer itself where it is a list. */
  items?: string
  /** The parameter of the page size, with `limit`. Default: `limit`. */
  limitParam?: string
  /** Items on a page; left out where the vendor's own size will do. */
  limit?: number
}

/** The answer names a cursor that the next call sends back: `{ items, next: 'paging.next.after', param: 'after' }`. */
export const cursorPages = (options: Common & { next: string; param: string; more?: string }): Paging => ({
  first: sizeOf(options),
  items: itemsAt(options.items),
  next({ body }) {
    const cursor = readPath(body, options.next)
    if (options.more !== undefined && readPath(body, options.more) !== true) return undefined
    return isCursor(cursor) ? { query: { [options.param]: String(cursor) } } : undefined
  },
})

/** As `cursorPages`, by names that Google and others use. */
export const pageTokenPages = (options: Common & { next?: string; param?: string }): Paging =>
  cursorPages({ next: 'nextPageToken', param: 'pageToken', limitParam: 'maxResults', ...options })

/** The next call counts on by what has been read; a page that is not full is the last, unless `more` says otherwise. */
export const offsetPages = (
  options: Common & { limit: number; param?: string; start?: number; more?: string },
): Paging => {
  const { param = 'offset', start = 0 } = options
  return {
    first: { ...sizeOf(options), [param]: start },
    items: itemsAt(options.items),
    next({ body }, sent, count) {
      const more = options.more === undefined ? count >= options.limit : readPath(body, options.more) === true
      return more && count > 0 ? { query: { [param]: Number(sent[param] ?? start) + count } } : undefined
    },
  }
}

/** Pages have numbers; a page that is not full is the last, unless `more` says otherwise. */
export const numberedPages = (options: Common & { limit: number; param?: string; more?: string }): Paging => {
  const { param = 'page' } = options
  return {
    first: { ...sizeOf(options), [param]: 1 },
    items: itemsAt(options.items),
    next({ body }, sent, count) {
      const more = options.more === undefined ? count >= options.limit : readPath(body, options.more) === true
      return more && count > 0 ? { query: { [param]: Number(sent[param] ?? 1) + 1 } } : undefined
    },
  }
}

/** The last item's own id is the cursor, as at Stripe: `{ items: 'data', id: 'id', param: 'starting_after', more: 'has_more' }`. */
export const lastItemPages = (options: Common & { id: string; param: string; more: string }): Paging => ({
  first: sizeOf(options),
  items: itemsAt(options.items),
  next({ body }) {
    const last = itemsAt(options.items)(body).at(-1)
    const cursor = readPath(last, options.id)
    return readPath(body, options.more) === true && isCursor(cursor)
      ? { query: { [options.param]: String(cursor) } }
      : undefined
  },
})

/** The answer holds the next page's URL: at a dotted path, or in the `Link` header (RFC 8288) where no path is given. */
export const linkPages = (options: Common & { next?: string } = {}): Paging => ({
  first: sizeOf(options),
  items: itemsAt(options.items),
  next({ body, headers }) {
    const url = options.next === undefined ? nextLink(headers.link) : readPath(body, options.next)
    return typeof url === 'string' && url !== '' ? { url } : undefined
  },
})

const sizeOf = ({ limit, limitParam = 'limit' }: Common): Query => (limit === undefined ? {} : { [limitParam]: limit })

const itemsAt =
  (path: string | undefined) =>
  (body: unknown): readonly unknown[] => {
    const found = path === undefined ? body : readPath(body, path)
    return Array.isArray(found) ? found : []
  }

const isCursor = (value: unknown): value is string | number =>
  typeof value === 'number' || (typeof value === 'string' && value !== '')

/** The target of `rel="next"`. */
function nextLink(header: string | undefined): string | undefined {
  for (const [, url, parameters = ''] of header?.matchAll(/<([^>]*)>([^<]*)/g) ?? []) {
    if (/;\s*rel\s*=\s*"?([^";]*\s)?next(\s[^";]*)?"?/i.test(parameters)) return url
  }
  return undefined
}
