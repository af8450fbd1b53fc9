import { ApiError } from './api.ts'

/**
 * The hub's faults by the field of the form that they belong to: `body.url` is the fault of `url`, and one inside a
 * field, such as `body.filter.amount`, of that field. The hub words a fault to follow its subject: `must be a URL`. That a
 * program may send null as well is nothing that a person can type.
 */
export function fieldFaults(error: unknown, fields: readonly string[]): Record<string, string> {
  if (!(error instanceof ApiError)) return {}
  const faults: Record<string, string> = {}
  for (const { field, message } of error.details) {
    const name = field.replace(/^body\.?/, '')
    const owner = fields.find((candidate) => name === candidate || new RegExp(`^${candidate}[.[]`).test(name))
    if (owner)
      faults[owner] =
        `${name === owner ? 'This' : name.slice(owner.length).replace(/^\./, '')} ${message.replace(/ or null$/, '')}.`
  }
  return faults
}
