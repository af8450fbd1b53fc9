import { FailureError } from './emulator.ts'
import { own } from './own.ts'

/** A record of a vendor: its data as the vendor shows it, and what every vendor keeps besides. Times are epoch milliseconds. */
export type Stored<T> = {
  id: string
  data: T
  createdAt: number
  updatedAt: number
  /** When it was deleted, which hides it from everything that does not ask for deleted ones. */
  deletedAt?: number
  /** Grows with every change of the account, so that changes have an order even within one millisecond. */
  version: number
}

export type RecordChange<T = unknown> = {
  action: 'created' | 'updated' | 'deleted' | 'restored'
  type: string
  record: Stored<T>
  /** The data before an update. */
  previous?: T
}

/** Records of one type in one account. */
export type Records<T> = {
  create(data: T, id?: string): Stored<T>
  get(id: string, options?: { deleted?: boolean }): Stored<T> | undefined
  /** @throws the failure `missing_record` */
  need(id: string, options?: { deleted?: boolean }): Stored<T>
  /** Merges changes into the data, or takes what a function makes of it. */
  update(id: string, changes: Partial<T> | ((data: T) => T)): Stored<T>
  /** Hides it, as vendors do before they forget it. */
  delete(id: string): Stored<T>
  restore(id: string): Stored<T>
  /** Forgets it. */
  purge(id: string): void
  find(matches: (record: Stored<T>) => boolean): Stored<T> | undefined
  /** In the order of creation, unless sorted. `since` is by `updatedAt`, inclusive. */
  list(options?: ListOptions<T>): Stored<T>[]
  /** One page of a list. The cursor stands behind the last record, so that records that come or go meanwhile move nothing. */
  page(options: ListOptions<T> & { limit: number; cursor?: string | undefined }): Page<T>
}

export type ListOptions<T> = {
  where?: ((record: Stored<T>) => boolean) | undefined
  /** Default: those that are not deleted. */
  deleted?: 'only' | 'also' | undefined
  since?: number | undefined
  sortBy?: 'createdAt' | 'updatedAt' | undefined
  descending?: boolean | undefined
}

export type Page<T> = { items: Stored<T>[]; next: string | undefined; total: number }

/** What records are kept in. */
export type RecordTable = { [id: string]: Stored<unknown> }

export function createRecords<T>(options: {
  type: string
  table: RecordTable
  now(): number
  newId(): string
  nextVersion(): number
  changed(change: RecordChange): void
}): Records<T> {
  const { type, now, newId, nextVersion, changed } = options
  const table = options.table as { [id: string]: Stored<T> }

  const get: Records<T>['get'] = (id, { deleted = false } = {}) => {
    const record = own(table, id)
    return record && (deleted || record.deletedAt === undefined) ? record : undefined
  }
  const need: Records<T>['need'] = (id, lookup) => {
    const record = get(id, lookup)
    if (!record) throw new FailureError({ kind: 'missing_record', type, id })
    return record
  }
  const change = (action: RecordChange['action'], record: Stored<T>, before?: { previous: T }): Stored<T> => {
    table[record.id] = record
    changed({ action, type, record, ...before })
    return record
  }
  const list: Records<T>['list'] = ({ where, deleted, since, sortBy = 'createdAt', descending = false } = {}) => {
    const found = Object.values(table).filter(
      (record) =>
        (deleted === 'also' || (deleted === 'only') === (record.deletedAt !== undefined)) &&
        (since === undefined || record.updatedAt >= since) &&
        (where === undefined || where(record)),
    )
    found.sort((left, right) => left[sortBy] - right[sortBy] || compareIds(left.id, right.id))
    return descending ? found.reverse() : found
  }

  return {
    get,
    need,
    list,
    create: (data, id = newId()) => {
      const at = now()
      return change('created', { id, data, createdAt: at, updatedAt: at, version: nextVersion() })
    },
    update: (id, changes) => {
      const { data: previous, ...rest } = need(id)
      const data = typeof changes === 'function' ? changes(previous) : { ...previous, ...changes }
      return change('updated', { ...rest, data, updatedAt: now(), version: nextVersion() }, { previous })
    },
    delete: (id) => {
      const at = now()
      return change('deleted', { ...need(id), updatedAt: at, deletedAt: at, version: nextVersion() })
    },
    restore: (id) => {
      const { deletedAt: _, ...record } = need(id, { deleted: true })
      return change('restored', { ...record, updatedAt: now(), version: nextVersion() })
    },
    purge: (id) => {
      delete table[id]
    },
    find: (matches) => Object.values(table).find((record) => record.deletedAt === undefined && matches(record)),
    page: ({ limit, cursor, ...options }) => {
      const all = list(options)
      const after = cursor === undefined ? undefined : readCursor(cursor)
      const start = after === undefined ? 0 : placeAfter(all, after, options)
      const items = all.slice(start, start + limit)
      const last = items.at(-1)
      const next =
        last && start + limit < all.length ? writeCursor(last[options.sortBy ?? 'createdAt'], last.id) : undefined
      return { items, next, total: all.length }
    },
  }
}

type Place = { at: number; id: string }

const writeCursor = (at: number, id: string): string => Buffer.from(JSON.stringify([at, id])).toString('base64url')

/** Reads a cursor that `page` gave; undefined for any other text, which vendors refuse. */
export function readCursor(cursor: string): Place | undefined {
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    return typeof at === 'number' && typeof id === 'string' ? { at, id } : undefined
  } catch {
    return undefined
  }
}

function placeAfter<T>(records: Stored<T>[], { at, id }: Place, options: ListOptions<T>): number {
  const { sortBy = 'createdAt', descending = false } = options
  const index = records.findIndex((record) => {
    const order = record[sortBy] - at || compareIds(record.id, id)
    return descending ? order < 0 : order > 0
  })
  return index < 0 ? records.length : index
}

/** Numbers by their size, so that 9 comes before 10. */
const compareIds = (left: string, right: string): number =>
  left.length - right.length || (left < right ? -1 : left > right ? 1 : 0)
