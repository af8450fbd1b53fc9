import { type Static, type TObject, type TSchema, Type } from 'typebox'

/*
 * Pieces of which request and answer schemas are made. `x-expects` is what validation tells a person that a value must be,
 * where the schema's own keywords would not read well.
 */

/** A lower-case UUID. */
export const Id = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  'x-expects': 'a lower-case UUID such as 0198c5f0-7a3e-7c4d-9b1e-2f6a8d3c5e71',
})

/** A moment as an ISO 8601 string with its offset; answers are in UTC. */
export const Time = Type.String({ format: 'date-time' })

/** Path parameters of one thing: `/things/:id`. */
export const ById = Type.Object({ id: Id })
export type ById = Static<typeof ById>

/** Text that a person reads, such as a name: not blank, one line. */
export const Name = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^[^\\u0000-\\u001f\\u007f]*\\S[^\\u0000-\\u001f\\u007f]*$',
  'x-expects': 'one line of text, 1 to 200 characters',
})

export const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

/** A body that may be left out. One schema rather than a union, so that a wrong field is named as anywhere else. */
export const orNone = <Schema extends TObject>(schema: Schema) =>
  Type.Unsafe<Static<Schema> | null>({ ...schema, type: ['object', 'null'], additionalProperties: false })
