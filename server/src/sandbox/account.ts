import { own } from './own.ts'
import { createRecords, type RecordChange, type Records, type RecordTable } from './records.ts'

/** Everything an account holds, as it is kept over a restart. */
export type AccountState = {
  version: number
  records: { [type: string]: RecordTable }
  values: { [name: string]: unknown }
  once: { [key: string]: { fingerprint: string; until: number; isDone?: boolean; answer?: unknown } }
}

export const emptyAccount = (): AccountState => ({ version: 0, records: {}, values: {}, once: {} })

/** A vendor's customer: what the holders of its tokens and keys see and change. */
export type Account = {
  /** Its name within the vendor, such as `sandbox`. */
  name: string
  records<T>(type: string): Records<T>
  /** State that is no record: settings, subscriptions, sync tokens. JSON only. */
  values: { [name: string]: unknown }
  /** Grows with every change, for change feeds: records with a greater `version` came later. */
  version(): number
  /**
   * Does something once per key. `conflict` when the key was used for something else, `busy` while the first is under way;
   * after a failure the key is free again.
   */
  once<T>(
    key: string,
    options: { fingerprint: string; forMs: number },
    run: () => Promise<T> | T,
  ): Promise<{ state: 'done' | 'repeated'; answer: T } | { state: 'conflict' | 'busy' }>
}

export function createAccount(options: {
  name: string
  state: AccountState
  now(): number
  newId(type: string): string
  changed(account: Account, change: RecordChange): void
}): Account {
  const { name, state, now, newId, changed } = options
  const made = new Map<string, Records<unknown>>()

  const account: Account = {
    name,
    values: state.values,
    version: () => state.version,
    records: <T>(type: string): Records<T> => {
      let records = made.get(type)
      if (!records) {
        const table = own(state.records, type) ?? {}
        state.records[type] = table
        records = createRecords<unknown>({
          type,
          table,
          now,
          newId: () => newId(type),
          nextVersion: () => ++state.version,
          changed: (change) => changed(account, change),
        })
        made.set(type, records)
      }
      return records as Records<T>
    },
    once: async <T>(
      key: string,
      { fingerprint, forMs }: { fingerprint: string; forMs: number },
      run: () => Promise<T> | T,
    ) => {
      const known = own(state.once, key)
      if (known && known.until > now()) {
        if (known.fingerprint !== fingerprint) return { state: 'conflict' }
        if (!known.isDone) return { state: 'busy' }
        return { state: 'repeated', answer: known.answer as T }
      }
      const entry: AccountState['once'][string] = { fingerprint, until: now() + forMs }
      state.once[key] = entry
      try {
        const answer = await run()
        Object.assign(entry, { answer, isDone: true })
        return { state: 'done', answer }
      } catch (error) {
        delete state.once[key]
        throw error
      }
    },
  }
  return account
}
