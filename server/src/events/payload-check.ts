import { Check, Compile, Errors } from 'typebox/schema'
import type { Detail } from '../api/errors.ts'
import { detailsOf } from '../api/validation.ts'
import { countSchemas, isCostly } from './json-schema.ts'
import type { JsonSchema } from './types/payload.ts'
import { runWatched, TookTooLongError } from './watchdog.ts'

/** Answers what is wrong with a payload, each fault under `field` (such as `body.payload`); undefined when nothing is. */
export type PayloadCheck = (payload: unknown, field: string) => Detail[] | undefined

/** A payload is judged in microseconds; who needs this long has a schema that was made to be slow. */
const timeoutMs = 100
const pauseMs = 60_000

/** Compiles one of our own schemas into code. */
export function checkOfBuiltIn(schema: JsonSchema): PayloadCheck {
  const validator = Compile(schema)
  return (payload, field) => {
    if (validator.Check(payload)) return undefined
    return faultsOf(schema, field, validator.Errors(payload)[1])
  }
}

/**
 * Prepares a schema that a tenant wrote. It is interpreted, since code made of a stranger's text would be run with our
 * rights; one that could be made slow is watched, and after it was, refuses everything for a minute.
 */
export function checkOfTenant(schema: JsonSchema): PayloadCheck {
  const watched = isCostly(schema) || countSchemas(schema) > 64
  let pausedUntil = 0
  const judge = (payload: unknown, field: string) =>
    Check(schema, payload) ? undefined : faultsOf(schema, field, Errors(schema, payload)[1])
  const tooSlow = (field: string) => [
    { field, message: 'takes too long to check against the schema of its type; simplify the schema' },
  ]

  return (payload, field) => {
    try {
      if (!watched) return judge(payload, field)
      if (performance.now() < pausedUntil) return tooSlow(field)
      return runWatched(() => judge(payload, field), timeoutMs)
    } catch (error) {
      if (error instanceof TookTooLongError) {
        pausedUntil = performance.now() + pauseMs
        return tooSlow(field)
      }
      // A schema that refers to itself around in a circle.
      if (error instanceof RangeError) return [{ field, message: 'is nested too deeply for the schema of its type' }]
      throw error
    }
  }
}

function faultsOf(schema: JsonSchema, field: string, faults: Parameters<typeof detailsOf>[2]): Detail[] {
  const details = detailsOf(schema, field, faults)
  return details.length > 0 ? details : [{ field, message: 'does not match the schema of its type' }]
}
