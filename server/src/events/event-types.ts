import { LRUCache } from 'lru-cache'
import { ApiError, type Detail, invalid, invalidFields, notFound } from '../api/errors.ts'
import { type Database, type Db, onCommit } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { aliases, aliasesOf, builtInTypes } from './catalogue.ts'
import { problemsOfSchema } from './json-schema.ts'
import { checkOfBuiltIn, checkOfTenant, type PayloadCheck } from './payload-check.ts'
import {
  countEventTypes,
  deleteEventType,
  type EventTypeRow,
  findEventType,
  insertEventType,
  listEventTypes,
  updateEventType,
} from './queries.ts'
import type { EventTypeAnswer, EventTypeChanges, NewEventType } from './schema.ts'
import type { EventType, JsonSchema } from './types/payload.ts'

/** Types that a workspace added, ready to check payloads; null where a type accepts any. */
type Known = { checks: ReadonlyMap<string, PayloadCheck | null>; loadedAt: number }

/** How long another process may go on checking against a schema that was changed here. */
const freshForMs = 2_000
const maxTypes = 1_000

export type EventTypes = ReturnType<typeof createEventTypes>

/** The catalogue of a workspace: the built-in types and its own. */
export function createEventTypes({
  database,
  clock,
  families = [],
}: {
  database: Database
  clock: Clock
  /** Names of connectors: what begins with one of them, such as `hubspot.*`, is a vendor's, and may be wanted before it is first seen. */
  families?: readonly string[]
}) {
  const builtInChecks = new Map<string, PayloadCheck | null>()
  const workspaces = new LRUCache<string, Known>({ max: 10_000 })
  const loading = new Map<string, Promise<Known>>()
  const learned = new LRUCache<string, true>({ max: 10_000 })

  /** The check of a type's payloads, null where it accepts any, undefined where there is no such type. */
  function checkOf(
    workspaceId: string,
    name: string,
  ): PayloadCheck | null | undefined | Promise<PayloadCheck | null | undefined> {
    const builtIn = checkOfBuiltInType(name)
    if (builtIn !== undefined) return builtIn
    const known = workspaces.get(workspaceId)
    if (known && performance.now() - known.loadedAt < freshForMs && known.checks.has(name))
      return known.checks.get(name)
    // A name that is not known may have been added by another process a moment ago, so that it is looked up each time.
    return load(workspaceId).then(({ checks }) => checks.get(name))
  }

  function checkOfBuiltInType(name: string): PayloadCheck | null | undefined {
    const found = builtInChecks.get(name)
    if (found !== undefined) return found
    const type = builtInTypes.get(name)
    if (!type) return undefined
    // Compiled when first needed: most hubs use few of them.
    const check = type.schema ? checkOfBuiltIn(type.schema) : null
    builtInChecks.set(name, check)
    return check
  }

  function load(workspaceId: string): Promise<Known> {
    const running = loading.get(workspaceId)
    if (running) return running
    const promise = readTypes(workspaceId).finally(() => loading.delete(workspaceId))
    loading.set(workspaceId, promise)
    return promise
  }

  async function readTypes(workspaceId: string): Promise<Known> {
    // Taken before the query: what changes meanwhile counts as newer.
    const loadedAt = performance.now()
    const rows = await database.inWorkspace(workspaceId, (tx) => listEventTypes(tx, workspaceId))
    const checks = new Map(rows.map(({ name, schema }) => [name, schema === null ? null : checkOfTenant(schema)]))
    const known = { checks, loadedAt }
    workspaces.set(workspaceId, known)
    return known
  }

  function forget(workspaceId: string): void {
    workspaces.delete(workspaceId)
    loading.delete(workspaceId)
  }

  return {
    checkOf,

    /** The names of all types of the workspace, and the families of vendors' types (`hubspot.*`). */
    async names(workspaceId: string): Promise<string[]> {
      return [
        ...builtInTypes.keys(),
        ...(await load(workspaceId)).checks.keys(),
        ...families.map((name) => `${name}.*`),
      ]
    },

    /**
     * Adds the types of a vendor's news to the workspace when they are first seen, so that they are listed and can be searched for.
     * Beyond the number of types that a workspace may have they are published all the same.
     */
    async learn(tx: Db, workspaceId: string, names: string[], description: string): Promise<void> {
      const fresh = new Set(names.filter((name) => !builtInTypes.has(name) && !learned.has(`${workspaceId} ${name}`)))
      if (fresh.size === 0 || (await countEventTypes(tx, workspaceId)) + fresh.size > maxTypes) return
      for (const name of fresh)
        await insertEventType(
          tx,
          workspaceId,
          { name, description, schema: null, example: null },
          new Date(clock.now()),
        )
      onCommit(tx, () => {
        for (const name of fresh) learned.set(`${workspaceId} ${name}`, true)
        forget(workspaceId)
      })
    },

    async list(workspaceId: string): Promise<EventTypeAnswer[]> {
      const own = await database.inWorkspace(workspaceId, (tx) => listEventTypes(tx, workspaceId))
      return [...[...builtInTypes.values()].map(builtInAnswer), ...own.map(ownAnswer)]
    },

    async get(workspaceId: string, name: string): Promise<EventTypeAnswer> {
      const builtIn = builtInTypes.get(name)
      if (builtIn) return builtInAnswer(builtIn)
      const own = await database.inWorkspace(workspaceId, (tx) => findEventType(tx, workspaceId, name))
      if (!own) throw notFound('event type')
      return ownAnswer(own)
    },

    async create(workspaceId: string, input: NewEventType): Promise<EventTypeAnswer> {
      const { name, description = '', example = null } = input
      if (builtInTypes.has(name) || Object.hasOwn(aliases, name)) {
        throw new ApiError('CONFLICT', `${name} is one of the hub's own event types; choose another name.`)
      }
      const type: EventTypeRow = { name, description, schema: schemaOf(input.schema ?? null), example }
      refuseWrongExample(type)
      await database.inWorkspace(workspaceId, async (tx) => {
        if ((await countEventTypes(tx, workspaceId)) >= maxTypes) {
          throw new ApiError('CONFLICT', `A workspace can have ${maxTypes} event types of its own; delete one first.`)
        }
        if (!(await insertEventType(tx, workspaceId, type, new Date(clock.now())))) {
          throw new ApiError('CONFLICT', `There is an event type ${name} already; change it with PATCH.`)
        }
      })
      forget(workspaceId)
      return ownAnswer(type)
    },

    async update(workspaceId: string, name: string, changes: EventTypeChanges): Promise<EventTypeAnswer> {
      refuseBuiltIn(name)
      const type = await database.inWorkspace(workspaceId, async (tx) => {
        const present = await findEventType(tx, workspaceId, name)
        if (!present) throw notFound('event type')
        const changed: EventTypeRow = {
          name,
          description: changes.description ?? present.description,
          schema: changes.schema === undefined ? present.schema : schemaOf(changes.schema),
          example: changes.example === undefined ? present.example : changes.example,
        }
        refuseWrongExample(changed)
        await updateEventType(tx, workspaceId, changed, new Date(clock.now()))
        return changed
      })
      forget(workspaceId)
      return ownAnswer(type)
    },

    async remove(workspaceId: string, name: string): Promise<void> {
      refuseBuiltIn(name)
      const wasThere = await database.inWorkspace(workspaceId, (tx) => deleteEventType(tx, workspaceId, name))
      forget(workspaceId)
      if (!wasThere) throw notFound('event type')
    },
  }
}

function refuseBuiltIn(name: string): void {
  if (builtInTypes.has(name))
    throw new ApiError('CONFLICT', `${name} is one of the hub's own event types, which stay as they are.`)
}

function schemaOf(given: unknown): JsonSchema | null {
  if (given === null) return null
  if (typeof given !== 'object' || Array.isArray(given))
    throw invalid('body.schema', 'must be a JSON Schema (an object) or null')
  const problems = problemsOfSchema(given as JsonSchema, 'body.schema')
  if (problems.length > 0) throw invalidFields(problems)
  return given as JsonSchema
}

function refuseWrongExample({ schema, example }: EventTypeRow): void {
  if (schema === null || example === null) return
  const problems: Detail[] | undefined = checkOfTenant(schema)(example, 'body.example')
  if (problems) throw invalidFields(problems)
}

const builtInAnswer = (type: EventType): EventTypeAnswer => ({ ...type, builtIn: true, aliases: aliasesOf(type.name) })
const ownAnswer = (type: EventTypeRow): EventTypeAnswer => ({ ...type, builtIn: false, aliases: [] })
