import { ApiError, invalid, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart, type Paging } from '../api/paging.ts'
import type { Principal } from '../api/principal.ts'
import type { Role } from '../api/scopes.ts'
import type { Database, Db } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { hashPassword } from '../lib/passwords.ts'
import * as queries from './queries.ts'
import type { Member, NewMember } from './schema.ts'

export type Members = ReturnType<typeof createMembers>

/**
 * Creates what manages a workspace's members. People are not a tenant's: they are read as the hub, and only those whose
 * membership was read in the workspace.
 */
export function createMembers(options: { database: Database; clock: Clock }) {
  const { database, clock } = options

  async function named(rows: Row[]): Promise<Member[]> {
    if (rows.length === 0) return []
    const people = await queries.findPeople(
      database.hub,
      rows.map(({ personId }) => personId),
    )
    const byId = new Map(people.map((person) => [person.id, person]))
    return rows.flatMap(({ personId, role, createdAt }) => {
      const person = byId.get(personId)
      if (!person) return []
      const { email, name } = person
      return [{ personId, email, name, role: role as Role, createdAt: createdAt.toISOString() }]
    })
  }

  return {
    async list(workspaceId: string, { cursor, limit = defaultLimit }: Paging) {
      const [at, personId] = decodeCursor(cursor, [timePart, idPart]) ?? []
      const before = at && personId ? { at, personId } : undefined
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        queries.listMembers(tx, workspaceId, { before, limit }),
      )
      const { items, nextCursor } = cutPage(rows, limit, (row) => [row.createdAt.toISOString(), row.personId])
      return { items: await named(items), nextCursor }
    },

    /** Adds a person, who is made unless the address has an account already. */
    async add(adder: Principal, workspaceId: string, wanted: NewMember): Promise<Member> {
      if (wanted.role === 'owner') mustBeOwner(adder)
      const passwordHash = wanted.password === undefined ? undefined : await hashPassword(wanted.password)
      const row = await database.transaction(async (tx) => {
        const personId = await findOrMakePerson(tx, clock, { ...wanted, passwordHash })
        return await queries.insertMember(tx, workspaceId, { personId, role: wanted.role, at: new Date(clock.now()) })
      })
      if (!row) throw new ApiError('CONFLICT', 'This person is a member already.')
      return (await named([row]))[0]!
    },

    async changeRole(changer: Principal, workspaceId: string, personId: string, role: Role): Promise<Member> {
      const row = await database.inWorkspace(workspaceId, async (tx) => {
        const member = await memberToChange(tx, changer, workspaceId, personId)
        if (role === 'owner') mustBeOwner(changer)
        if (member.role === 'owner' && role !== 'owner') mustNotBeLast(await queries.lockOwners(tx, workspaceId))
        await queries.setRole(tx, workspaceId, personId, role)
        return { ...member, role }
      })
      return (await named([row]))[0]!
    },

    async remove(remover: Principal, workspaceId: string, personId: string): Promise<void> {
      await database.inWorkspace(workspaceId, async (tx) => {
        const member = await memberToChange(tx, remover, workspaceId, personId)
        if (member.role === 'owner') mustNotBeLast(await queries.lockOwners(tx, workspaceId))
        await queries.deleteMember(tx, workspaceId, personId)
      })
    },
  }
}

/** Answers the id of the person with this address, made where there is none. */
export async function findOrMakePerson(
  tx: Db,
  clock: Clock,
  wanted: { email: string; name?: string | undefined; passwordHash?: string | undefined },
): Promise<string> {
  const found = await queries.findPersonByEmail(tx, wanted.email)
  if (found) return found.id
  if (wanted.passwordHash === undefined) {
    throw invalid('body.password', 'is missing; this address has no account yet, so give it a first password')
  }
  const { email, passwordHash, name = email.split('@')[0]! } = wanted
  return (await queries.insertPerson(tx, { id: newId(clock), email, name, passwordHash, at: new Date(clock.now()) })).id
}

type Row = { personId: string; role: string; createdAt: Date }

const timePart = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

async function memberToChange(tx: Db, changer: Principal, workspaceId: string, personId: string): Promise<Row> {
  const member = await queries.findMember(tx, workspaceId, personId)
  if (!member) throw notFound('member')
  if (member.role === 'owner') mustBeOwner(changer)
  return member
}

/** Keys and tokens have no role: what they may do must not grow into owning the workspace. */
function mustBeOwner({ kind, role }: Principal): void {
  if (kind === 'platform' || role === 'owner') return
  throw new ApiError('FORBIDDEN', 'Only an owner or the platform admin can make, change or remove an owner.')
}

function mustNotBeLast(owners: unknown[]): void {
  if (owners.length > 1) return
  throw new ApiError('CONFLICT', 'This is the last owner; make another member an owner first.')
}
