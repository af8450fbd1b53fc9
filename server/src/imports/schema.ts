import { type Static, Type } from 'typebox'
import { Id, Name, Nullable, Time } from '../api/schemas.ts'
import { LeadFilter, Source } from '../leads/schema.ts'

/** How a file is to be read; the file itself is the body. */
export const ImportQuery = Type.Object({
  name: Type.Optional(Name),
  delimiter: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1,
      description: 'What stands between cells; found out where it is not given.',
    }),
  ),
  mapping: Type.Optional(
    Type.String({
      maxLength: 20_000,
      description:
        'A JSON object: which field each column is, {"Mail":"email","Plan":"customFields.plan","Note":null}. Columns that it leaves out are told by their names, and custom fields otherwise.',
    }),
  ),
  source: Type.Optional(Source),
  tag: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, pattern: '^[^,\\u0000-\\u001f]+$', 'x-expects': 'a tag' }),
  ),
  publish: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'Whether `lead.captured` tells of each row, and integrations hear of it.',
    }),
  ),
})
export type ImportQuery = Static<typeof ImportQuery>

const { delimiter, mapping } = ImportQuery.properties
export const PreviewQuery = Type.Object({ delimiter, mapping })
export type PreviewQuery = Static<typeof PreviewQuery>

export const Preview = Type.Object({
  delimiter: Type.String({ description: 'What stands between cells, as given or as found out.' }),
  columns: Type.Array(
    Type.Object({
      name: Type.String(),
      field: Nullable(Type.String({ description: 'What it would become; null where it would be left out.' })),
      examples: Type.Array(Type.String(), { description: 'What its first cells say.' }),
    }),
  ),
})
export type Preview = Static<typeof Preview>

export const Import = Type.Object({
  id: Id,
  name: Type.String(),
  status: Type.Unsafe<'running' | 'completed' | 'cancelled' | 'failed'>({
    type: 'string',
    enum: ['running', 'completed', 'cancelled', 'failed'],
  }),
  mapping: Type.Record(Type.String(), Nullable(Type.String())),
  total: Type.Integer({ description: 'Rows of the file.' }),
  done: Type.Integer({ description: 'Rows looked at so far.' }),
  created: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer({ description: 'Rows that said nothing new.' }),
  failed: Type.Integer({ description: 'Rows that were not taken in; `…/errors` has them.' }),
  error: Nullable(Type.String()),
  createdBy: Nullable(Type.String()),
  createdAt: Time,
  finishedAt: Nullable(Time),
})
export type Import = Static<typeof Import>

const { limit: _limit, cursor: _cursor, sort: _sort, order: _order, ...filters } = LeadFilter.properties
export const NewExport = Type.Object(filters)
export type NewExport = Static<typeof NewExport>

export const Export = Type.Object({
  id: Id,
  status: Type.Unsafe<'running' | 'completed' | 'failed'>({ type: 'string', enum: ['running', 'completed', 'failed'] }),
  filter: Type.Record(Type.String(), Type.Unknown()),
  done: Type.Integer({ description: 'Leads written so far.' }),
  error: Nullable(Type.String()),
  createdBy: Nullable(Type.String()),
  createdAt: Time,
  finishedAt: Nullable(Time),
})
export type Export = Static<typeof Export>
