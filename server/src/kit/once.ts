import type { CallPort, CallSteps } from './call.ts'
import type { OperationName } from './capabilities.ts'
import { ConnectorError } from './errors.ts'
import { operations } from './operations.ts'
import { failureOf, type OperationResult } from './result.ts'

/** What a look at the vendor showed of an operation; `known: false` where it cannot be asked. */
export type Look =
  | { known: true; done: boolean; record?: unknown }
  | { known: false; failure?: OperationResult<never> & { success: false } }

/**
 * Runs operations so that none that cannot be repeated is done twice: it is written down before the vendor is asked, and one that was begun by a
 * process that ended before its answer was kept is looked for, or stays unknown until a person says what became of it.
 */
export function runningOnce(
  { run, repeat, look }: Pick<CallPort, 'run' | 'repeat' | 'look'>,
  steps: Pick<CallSteps, 'begun'>,
  save: () => Promise<void>,
): CallPort['run'] {
  const mark = (operation: OperationName, isBegun: boolean) => {
    const others = (steps.begun ?? []).filter((name) => name !== operation)
    const begun = isBegun ? [...others, operation] : others
    if (begun.length > 0) steps.begun = begun
    else delete steps.begun
  }
  return async (operation, input) => {
    const kind = repeat?.(operation) ?? 'safe'
    if (kind === 'safe' || kind === 'key') return await run(operation, input)
    if (steps.begun?.includes(operation)) {
      const found: Look = kind === 'lookup' && look ? await look(operation, input) : { known: false }
      if (!found.known) return found.failure ?? failureOf(unknown(operation))
      if (found.done) {
        // Kept together with the step that it is.
        mark(operation, false)
        return { success: true, data: found.record } as Awaited<ReturnType<typeof run<typeof operation>>>
      }
    }
    mark(operation, true)
    await save()
    const result = await run(operation, input)
    if (result.success || !result.ambiguous) mark(operation, false)
    if (!result.success && !result.ambiguous) await save()
    return result
  }
}

const unknown = (operation: OperationName) =>
  new ConnectorError(
    'OUTCOME_UNKNOWN',
    `The hub asked for ${operations[operation].what} and ended before it kept the answer, and it cannot look there. Look yourself, and say whether it was done (OUTCOME_UNKNOWN)`,
    { ambiguous: true },
  )
