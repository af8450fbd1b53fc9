/** A filter as the API takes it: payload paths with what they must be, and `$and`, `$or`, `$not` of filters. */
export type Filter = { [key: string]: unknown }

/** Answers whether a payload passes. */
export type Predicate = (payload: unknown) => boolean

/** A filter is not valid; `path` says where, such as `.$or[1].score`. */
export class FilterError extends Error {
  override readonly name = 'FilterError'
  readonly path: string

  constructor(path: string, message: string) {
    super(message)
    this.path = path
  }
}

type Scalar = string | number | boolean | null

const maxBytes = 8 * 1_024
const maxDepth = 8
const maxConditions = 50
const maxSteps = 16

/**
 * Compiles a filter into a predicate that never throws; all its parts must hold.
 *
 * A path (`lead.score`) goes through objects by name and through lists by index or, given a name, into any of their items.
 * A value that is a list meets a condition when any item does; `$ne` and `$nin` are the opposites of `$eq` and `$in`, so
 * that what is absent meets them. Comparisons hold between numbers or between texts only.
 * @throws FilterError
 */
export function compileFilter(filter: unknown): Predicate {
  if (!isObject(filter)) throw new FilterError('', 'must be an object of payload paths and conditions')
  if (JSON.stringify(filter).length > maxBytes) throw new FilterError('', `is larger than ${maxBytes} bytes`)
  return compileParts(filter, { place: '', prefix: [], depth: 1, budget: { conditions: maxConditions } })
}

type Context = { place: string; prefix: string[]; depth: number; budget: { conditions: number } }

function compileParts(filter: Filter, context: Context): Predicate {
  const { place, depth } = context
  if (depth > maxDepth) throw new FilterError(place, `is nested deeper than ${maxDepth} levels`)
  const keys = Object.keys(filter)
  if (keys.length === 0) throw new FilterError(place, 'is empty; leave the filter out to let everything pass')
  return all(
    keys.map((key) => {
      const at = { ...context, place: `${place}.${key}`, depth: depth + 1 }
      const value = filter[key]
      if (key === '$and') return all(compileList(value, at))
      if (key === '$or') return any(compileList(value, at))
      if (key === '$not') return not(compileObject(value, at))
      if (key.startsWith('$'))
        throw new FilterError(at.place, `is not known here; combine filters with $and, $or and $not${hint(key)}`)
      return compileCondition(value, { ...at, prefix: [...context.prefix, ...stepsOf(key, at.place)] })
    }),
  )
}

const hint = (key: string) =>
  Object.hasOwn(operators, key) ? `, and write operators below a path: { "path": { "${key}": … } }` : ''

function compileList(value: unknown, context: Context): Predicate[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new FilterError(context.place, 'must be a list of at least one filter')
  return value.map((part, index) => compileObject(part, { ...context, place: `${context.place}[${index}]` }))
}

function compileObject(value: unknown, context: Context): Predicate {
  if (!isObject(value))
    throw new FilterError(context.place, 'must be a filter, an object of payload paths and conditions')
  return compileParts(value, context)
}

function compileCondition(value: unknown, context: Context): Predicate {
  const { place, prefix, budget } = context
  if (Array.isArray(value))
    throw new FilterError(place, 'must not be a list; use { "$in": […] } for one of several values')
  if (isObject(value)) {
    const names = Object.keys(value)
    if (!names.some((name) => name.startsWith('$'))) return compileParts(value, context)
    return all(names.map((name) => compileOperator(name, value[name], { ...context, place: `${place}.${name}` })))
  }
  return spend(budget, place, test(prefix, equals(scalar(value, place))))
}

function compileOperator(name: string, operand: unknown, { place, prefix, budget }: Context): Predicate {
  if (!Object.hasOwn(operators, name)) {
    throw new FilterError(place, `is not an operator; the operators are ${Object.keys(operators).join(', ')}`)
  }
  return spend(budget, place, operators[name]!(prefix, operand, place))
}

function spend(budget: Context['budget'], place: string, predicate: Predicate): Predicate {
  budget.conditions -= 1
  if (budget.conditions < 0)
    throw new FilterError(place, `is one condition too many; a filter can have ${maxConditions}`)
  return predicate
}

type Operator = (steps: string[], operand: unknown, place: string) => Predicate

const operators: Record<string, Operator> = {
  $eq: (steps, operand, place) => test(steps, equals(scalar(operand, place))),
  $ne: (steps, operand, place) => not(test(steps, equals(scalar(operand, place)))),
  $in: (steps, operand, place) => test(steps, isOneOf(operand, place)),
  $nin: (steps, operand, place) => not(test(steps, isOneOf(operand, place))),
  $gt: compare((value, bound) => value > bound),
  $gte: compare((value, bound) => value >= bound),
  $lt: compare((value, bound) => value < bound),
  $lte: compare((value, bound) => value <= bound),
  $exists: (steps, operand, place) => {
    if (typeof operand !== 'boolean') throw new FilterError(place, 'must be true or false')
    const exists: Predicate = (payload) => reach(payload, steps, 0, () => true)
    return operand ? exists : not(exists)
  },
  $startsWith: (steps, operand, place) => {
    const start = scalar(operand, place)
    if (typeof start !== 'string' || start === '') throw new FilterError(place, 'must be a text')
    return test(steps, (value) => typeof value === 'string' && value.startsWith(start))
  },
}

function compare(holds: (value: string | number, bound: string | number) => boolean): Operator {
  return (steps, operand, place) => {
    const bound = scalar(operand, place)
    if (typeof bound !== 'number' && typeof bound !== 'string')
      throw new FilterError(place, 'must be a number or a text')
    const type = typeof bound
    return test(steps, (value) => typeof value === type && holds(value as string | number, bound))
  }
}

function isOneOf(operand: unknown, place: string): Predicate {
  if (!Array.isArray(operand) || operand.length === 0)
    throw new FilterError(place, 'must be a list of at least one value')
  const values = new Set(operand.map((value, index) => scalar(value, `${place}[${index}]`)))
  return (value) => values.has(value as Scalar)
}

const equals =
  (wanted: Scalar): Predicate =>
  (value) =>
    value === wanted

function scalar(value: unknown, place: string): Scalar {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  throw new FilterError(place, 'must be a text, a number, true, false or null')
}

function stepsOf(path: string, place: string): string[] {
  const steps = path.split('.')
  if (steps.includes('')) throw new FilterError(place, 'is not a path; write names joined by dots, such as lead.score')
  if (steps.length > maxSteps) throw new FilterError(place, `has more than ${maxSteps} steps`)
  return steps
}

/** A condition on what stands at a path: it itself, or any item where it is a list. */
const test =
  (steps: string[], holds: Predicate): Predicate =>
  (payload) =>
    reach(payload, steps, 0, (value) => holds(value) || (Array.isArray(value) && value.some(holds)))

/** Answers whether `holds` is true of anything at the path. */
function reach(value: unknown, steps: string[], step: number, holds: Predicate): boolean {
  if (step === steps.length) return holds(value)
  if (typeof value !== 'object' || value === null) return false
  const name = steps[step]!
  if (!Array.isArray(value)) return Object.hasOwn(value, name) && reach((value as Filter)[name], steps, step + 1, holds)
  if (isIndex.test(name)) return Number(name) < value.length && reach(value[Number(name)], steps, step + 1, holds)
  // Lists of lists are not searched: a name belongs to an object.
  return value.some((item) => isObject(item) && reach(item, steps, step, holds))
}

const isIndex = /^\d{1,9}$/

const all = (parts: Predicate[]): Predicate =>
  parts.length === 1 ? parts[0]! : (payload) => parts.every((part) => part(payload))
const any = (parts: Predicate[]): Predicate =>
  parts.length === 1 ? parts[0]! : (payload) => parts.some((part) => part(payload))
const not =
  (part: Predicate): Predicate =>
  (payload) =>
    !part(payload)

const isObject = (value: unknown): value is Filter =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
