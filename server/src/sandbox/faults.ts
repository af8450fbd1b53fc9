import { type Static, Type } from 'typebox'

/** What can be made to go wrong. A setting holds until it is cleared, or for `times` requests (or webhooks). */
export const FaultSetting = Type.Object(
  {
    vendor: Type.String({ minLength: 1, maxLength: 64, description: 'The emulator; `*` for all.' }),
    account: Type.Optional(Type.String({ maxLength: 200, description: 'One account only; all unless given.' })),
    method: Type.Optional(Type.String({ maxLength: 10, description: 'One HTTP method only.' })),
    path: Type.Optional(Type.String({ maxLength: 500, description: 'Paths that begin so, without the prefix.' })),
    kind: Type.Union(
      [
        'latency',
        'rate_limit',
        'server_error',
        'hang',
        'cut',
        'cut_after_write',
        'malformed',
        'expired_token',
        'revoked_token',
        'duplicate_webhooks',
        'out_of_order_webhooks',
        'lost_webhooks',
        'tampered_webhooks',
      ].map((kind) => Type.Literal(kind)) as never,
      { description: 'What happens.' },
    ),
    times: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'For so many; always unless given.' }),
    ),
    after: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Spares so many first. Default: 0.' }),
    ),
    ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000, description: 'Of latency. Default: 1,000.' })),
    status: Type.Optional(Type.Integer({ minimum: 500, maximum: 599, description: 'Of server_error. Default: 503.' })),
    retryAfterSeconds: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 86_400, description: 'Of rate_limit. Default: 1.' }),
    ),
  },
  { additionalProperties: false },
)

export type FaultKind =
  | 'latency'
  | 'rate_limit'
  | 'server_error'
  /** Never answers. */
  | 'hang'
  /** Breaks the connection before anything was done. */
  | 'cut'
  /** Does what was asked, then breaks the connection instead of answering. */
  | 'cut_after_write'
  /** Answers with something that is not what its content type says. */
  | 'malformed'
  /** Access tokens given out before count as expired; a refresh helps. */
  | 'expired_token'
  /** Everything given out before counts as revoked, refresh tokens included; only a new authorization helps. */
  | 'revoked_token'
  | 'duplicate_webhooks'
  /** Holds a webhook back until the next one has gone out. */
  | 'out_of_order_webhooks'
  | 'lost_webhooks'
  /** Changes the body after it was signed. */
  | 'tampered_webhooks'

export type FaultSetting = Omit<Static<typeof FaultSetting>, 'kind'> & { kind: FaultKind }
/** A fault that is on. */
export type SetFault = FaultSetting & { id: string; hits: number; order: number }
type Target = { vendor: string; account?: string | undefined; method?: string; path?: string }

export type Faults = {
  /** Switches a fault on. Answers its id. */
  set(setting: FaultSetting): string
  /** Switches off one fault, those of a vendor (and account), or all. */
  clear(which?: string | { vendor: string; account?: string }): void
  list(): SetFault[]
  /** The first fault of these kinds that meets the target, counted as a hit. */
  take(target: Target, kinds: readonly FaultKind[]): SetFault | undefined
  /** The same without counting. */
  peek(target: Target, kinds: readonly FaultKind[]): SetFault | undefined
}

export function createFaults(nextOrder: () => number): Faults {
  let faults: SetFault[] = []
  let lastId = 0

  const peek: Faults['peek'] = (target, kinds) =>
    faults.find((fault) => kinds.includes(fault.kind) && meets(fault, target) && !isSpent(fault))

  return {
    set(setting) {
      const id = `fault-${++lastId}`
      faults.push({ ...setting, id, hits: 0, order: nextOrder() })
      return id
    },
    clear(which) {
      if (which === undefined) faults = []
      else if (typeof which === 'string') faults = faults.filter(({ id }) => id !== which)
      else {
        const { vendor, account } = which
        faults = faults.filter(
          (fault) => fault.vendor !== vendor || (account !== undefined && fault.account !== account),
        )
      }
    },
    list: () => faults.filter((fault) => !isSpent(fault)).map((fault) => ({ ...fault })),
    peek,
    take(target, kinds) {
      for (const fault of faults) {
        if (!kinds.includes(fault.kind) || !meets(fault, target) || isSpent(fault)) continue
        fault.hits += 1
        if (fault.hits > (fault.after ?? 0)) return fault
      }
      return undefined
    },
  }
}

const meets = (fault: FaultSetting, target: Target): boolean =>
  (fault.vendor === '*' || fault.vendor === target.vendor) &&
  (fault.account === undefined || fault.account === target.account) &&
  (fault.method === undefined || fault.method.toUpperCase() === target.method) &&
  (fault.path === undefined || (target.path ?? '').startsWith(fault.path))

const isSpent = ({ hits, after = 0, times }: SetFault): boolean => times !== undefined && hits >= after + times
