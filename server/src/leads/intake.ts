import { ApiError, invalid } from '../api/errors.ts'
import type { Db } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Pipeline } from '../pipelines/schema.ts'
import { firstStage, stageNamed } from '../pipelines/transitions.ts'
import { changedFields, checkDetails, type Detailed, type Details, nobody, withDetails } from './details.ts'
import { countryCode, normaliseEmail, readPhone, searchTextOf } from './normalise.ts'
import {
  type FormerName,
  insertLeads,
  isMember,
  keepExternalIds,
  type LeadRow,
  lockIdentities,
  lockKnown,
  nameOf,
  type StatusChangeRow,
  updateLead,
} from './queries.ts'
import type { NewLead } from './schema.ts'

/** A lead as it came in. */
export type Intake = NewLead

export type TakenIn = {
  lead: LeadRow
  created: boolean
  /** What differs from before; nothing where the lead was known just so. */
  changed: string[]
}

type Options = {
  pipelineOf(id: string | undefined): Promise<Pipeline>
  actor: string | null
  /** A lead that is known already is an error: the caller means a new one. */
  onlyNew?: boolean
  clock: Clock
}

/**
 * Creates leads or adds to those that are known, all in the caller's transaction. Known means: the same e-mail address, the same id in another
 * system, or the same phone number where no two different addresses speak against it. A name alone never makes two people one.
 */
export async function takeIn(tx: Db, workspaceId: string, intakes: Intake[], options: Options): Promise<TakenIn[]> {
  for (const intake of intakes) checkDetails(intake)
  const identities = intakes.map(identityOf)
  await lockIdentities(tx, workspaceId, identities.flatMap(namesOfIdentity))
  const known = await findKnown(tx, workspaceId, identities)
  const batch = new Batch()
  const owners = new Set<string>()
  const taken: TakenIn[] = []
  for (const [index, intake] of intakes.entries()) {
    const identity = identities[index]!
    await checkOwner(tx, workspaceId, intake.ownerId, owners)
    const present = known.match(identity)
    if (present && options.onlyNew)
      throw new ApiError(
        'CONFLICT',
        `There is a lead with this ${known.sharedBy(present, identity)} already: ${present.id}.`,
      )
    const one = present
      ? changeKnown(present, intake, known, options, batch)
      : await makeNew(workspaceId, intake, options, batch)
    known.set(one.lead)
    batch.external.push(...known.newNames(one.lead, identity))
    taken.push(one)
  }
  await batch.write(tx, workspaceId)
  return taken.map((one) => ({ ...one, lead: known.latest(one.lead.id) }))
}

/** Locks all that these are found by, as taking them in does, so that they may be taken in one after another. */
export const holdIntakes = (tx: Db, workspaceId: string, intakes: Intake[]): Promise<void> =>
  lockIdentities(
    tx,
    workspaceId,
    intakes.flatMap((intake) => namesOfIdentity(identityOf(intake))),
  )

type Identity = {
  email: string | undefined
  phone: string | undefined
  externalIds: { system: string; externalId: string }[]
}

export function identityOf({ email, phone, address, externalIds = {} }: Details): Identity {
  return {
    email: email ? normaliseEmail(email) : undefined,
    phone: phone ? readPhone(phone, countryCode(address?.country))?.phone : undefined,
    externalIds: Object.entries(externalIds).map(([system, externalId]) => ({ system, externalId })),
  }
}

export const namesOfIdentity = ({ email, phone, externalIds }: Identity): string[] => [
  ...(email ? [nameOf.email(email)] : []),
  ...(phone ? [nameOf.phone(phone)] : []),
  ...externalIds.map(nameOf.externalId),
]

async function findKnown(tx: Db, workspaceId: string, identities: Identity[]): Promise<Known> {
  const { rows, external, former } = await lockKnown(tx, workspaceId, {
    emails: [...new Set(identities.flatMap(({ email }) => email ?? []))],
    phones: [...new Set(identities.flatMap(({ phone }) => phone ?? []))],
    externalIds: identities.flatMap(({ externalIds }) => externalIds),
  })
  return new Known(rows, external, former)
}

/** The leads that a batch is about, as they stand after each of its rows. */
class Known {
  readonly #rows = new Map<string, LeadRow>()
  readonly #external = new Map<string, string>()
  readonly #former = new Map<string, string>()

  constructor(
    rows: LeadRow[],
    external: { system: string; externalId: string; leadId: string }[],
    former: FormerName[],
  ) {
    for (const { name, leadId } of former) this.#former.set(name, leadId)
    for (const row of rows) this.#rows.set(row.id, row)
    for (const { leadId, ...name } of external) this.#external.set(nameOf.externalId(name), leadId)
  }

  match({ email, phone, externalIds }: Identity): LeadRow | undefined {
    const rows = [...this.#rows.values()]
    const byEmail = email === undefined ? undefined : rows.find((row) => row.email === email)
    if (byEmail) return byEmail
    const merged = email === undefined ? undefined : this.#formerly(nameOf.email(email))
    if (merged) return merged
    for (const name of externalIds) {
      const found =
        this.#rows.get(this.#external.get(nameOf.externalId(name)) ?? '') ?? this.#formerly(nameOf.externalId(name))
      if (found) return found
    }
    if (phone === undefined) return undefined
    // A household shares a phone: whoever has another address is somebody else.
    const mayBe = (row: LeadRow) => email === undefined || row.email === null
    const candidates = rows.filter((row) => row.phone === phone && mayBe(row))
    const former = this.#formerly(nameOf.phone(phone))
    return (
      candidates.sort((one, other) => other.updatedAt.getTime() - one.updatedAt.getTime())[0] ??
      (former && mayBe(former) ? former : undefined)
    )
  }

  /** The lead into which one went that had this name. */
  #formerly = (name: string): LeadRow | undefined => this.#rows.get(this.#former.get(name) ?? '')

  sharedBy = (row: LeadRow, { email, phone }: Identity): string =>
    row.email !== null && row.email === email
      ? 'e-mail address'
      : row.phone !== null && row.phone === phone
        ? 'phone'
        : 'id'

  isFormer = (email: string): boolean => this.#former.has(nameOf.email(normaliseEmail(email)))

  set = (row: LeadRow): unknown => this.#rows.set(row.id, row)

  newNames(row: LeadRow, { externalIds }: Identity): { system: string; externalId: string; leadId: string }[] {
    // What another system called a lead that went into this one stays beside what it calls this one.
    const isKnown = (name: string) => this.#external.has(name) || this.#formerly(name)?.id === row.id
    const fresh = externalIds.filter((name) => !isKnown(nameOf.externalId(name)))
    for (const name of fresh) this.#external.set(nameOf.externalId(name), row.id)
    return fresh.map((name) => ({ ...name, leadId: row.id }))
  }

  latest = (id: string): LeadRow => this.#rows.get(id)!
}

/** What is to be written for all rows together. */
class Batch {
  readonly external: { system: string; externalId: string; leadId: string }[] = []
  readonly created = new Map<string, LeadRow>()
  readonly changed = new Map<string, LeadRow>()
  /** The first status of each that is created. */
  readonly changes: StatusChangeRow[] = []

  async write(tx: Db, workspaceId: string): Promise<void> {
    if (this.created.size > 0) await insertLeads(tx, [...this.created.values()], this.changes)
    for (const { id, workspaceId: _, ...row } of this.changed.values()) await updateLead(tx, workspaceId, id, row)
    await keepExternalIds(tx, workspaceId, this.external)
  }
}

async function makeNew(workspaceId: string, intake: Intake, options: Options, batch: Batch): Promise<TakenIn> {
  const { clock, actor } = options
  const at = new Date(clock.now())
  const pipeline = await options.pipelineOf(intake.pipelineId)
  const details = withDetails(nobody, intake, { mode: 'capture', at })
  // Rules are about moves; where somebody begins is for the caller to know.
  const { key: status } = intake.status === undefined ? firstStage(pipeline) : stageNamed(pipeline, intake.status)
  const lead: LeadRow = {
    workspaceId,
    id: newId(clock),
    ...details,
    source: intake.source ?? 'api',
    pipelineId: pipeline.id,
    status,
    statusChangedAt: at,
    version: 1,
    lastActivityAt: at,
    createdAt: at,
    updatedAt: at,
  }
  batch.created.set(lead.id, lead)
  batch.changes.push({
    workspaceId,
    id: newId(clock),
    leadId: lead.id,
    pipelineId: pipeline.id,
    fromPipelineId: null,
    fromStatus: null,
    toStatus: status,
    secondsBefore: null,
    amountMinor: lead.amountMinor,
    currency: lead.currency,
    reason: null,
    changedBy: actor,
    at,
  })
  return { lead, created: true, changed: [] }
}

function changeKnown(present: LeadRow, intake: Intake, known: Known, { clock }: Options, batch: Batch): TakenIn {
  const at = new Date(clock.now())
  const before: Detailed = present
  const after = withDetails(before, intake, { mode: 'capture', at })
  // Who writes from the address of a lead that was merged into this one keeps the address that was chosen then.
  if (intake.email && known.isFormer(intake.email)) Object.assign(after, emailOf(present, after))
  const changed = changedFields(before, after)
  if (changed.length === 0) return { lead: present, created: false, changed }
  const lead: LeadRow = { ...present, ...after, version: present.version + 1, updatedAt: at }
  if (batch.created.has(lead.id)) batch.created.set(lead.id, lead)
  else batch.changed.set(lead.id, lead)
  return { lead, created: false, changed }
}

function emailOf({ email }: LeadRow, after: Detailed): Pick<Detailed, 'email' | 'searchText'> {
  const kept = email ?? after.email
  return { email: kept, searchText: searchTextOf({ ...after, email: kept }) }
}

/** @throws ApiError VALIDATION_FAILED where the owner is no member; asks once for each */
export async function checkOwner(
  tx: Db,
  workspaceId: string,
  ownerId: string | null | undefined,
  known = new Set<string>(),
): Promise<void> {
  if (!ownerId || known.has(ownerId)) return
  if (!(await isMember(tx, workspaceId, ownerId))) throw invalid('body.ownerId', 'is not a member of this workspace')
  known.add(ownerId)
}
