import { type Static, type TSchema, Type } from 'typebox'
import { Id, Nullable } from '../api/schemas.ts'

const line = (maxLength: number) =>
  Type.String({
    maxLength,
    pattern: '^[^\\u0000-\\u001f\\u007f]*$',
    'x-expects': `one line of text, at most ${maxLength} characters`,
  })
const maybe = <Schema extends TSchema>(schema: Schema) => Type.Optional(schema)

export const ByFormId = Type.Object({
  formId: Type.String({ pattern: '^[\\w.-]{1,100}$', 'x-expects': 'letters, digits, `.`, `_` and `-`' }),
})

/** What a form may say of whoever sends it; everything else goes into `fields`. */
export const personFields = {
  email: maybe(Type.String({ format: 'email', maxLength: 320 })),
  phone: maybe(line(60)),
  firstName: maybe(line(200)),
  lastName: maybe(line(200)),
  name: maybe(line(400)),
  company: maybe(line(300)),
  formName: maybe(line(200)),
  pageUrl: maybe(Type.String({ format: 'uri', maxLength: 2_048 })),
}

export const Submission = Type.Object({
  ...personFields,
  fields: Type.Optional(
    Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.Unknown(), {
      maxProperties: 200,
      description: 'What was entered, by the name of the field.',
    }),
  ),
})
export type Submission = Static<typeof Submission>

const SubmittedFile = Type.Object({
  field: Type.String(),
  name: Type.String(),
  stored: Type.Boolean(),
  fileId: Nullable(Id),
  key: Nullable(Type.String()),
  error: Nullable(Type.String({ description: 'Why it was not stored; the submission counts all the same.' })),
  errorCode: Nullable(Type.String()),
})
export type SubmittedFile = Static<typeof SubmittedFile>

export const Submitted = Type.Object(
  { submissionId: Id, eventId: Id, leadId: Nullable(Id), files: Type.Array(SubmittedFile) },
  { title: 'Submitted' },
)
export type Submitted = Static<typeof Submitted>
