import { type Static, type TObject, type TSchema, Type } from 'typebox'

/** An answer that succeeded. */
export const ok = <Data>(data: Data) => ({ success: true as const, data })

/** One page of a list, newest first; `nextCursor` is null on the last page. */
export const page = <Item>(items: Item[], nextCursor: string | null) => ({
  success: true as const,
  data: items,
  nextCursor,
})

export const Failure = Type.Object(
  {
    success: Type.Literal(false),
    error: Type.String({ description: 'What went wrong, as a sentence.' }),
    errorCode: Type.String({ description: 'A name for programs to look at.' }),
    gracefulFail: Type.Boolean({ description: 'Whether the calling flow may carry on all the same.' }),
    details: Type.Optional(
      Type.Array(Type.Object({ field: Type.String(), message: Type.String() }), {
        description: 'For bad input: each field that is wrong, such as `body.url`.',
      }),
    ),
    requestId: Type.String(),
  },
  { title: 'Failure', description: 'The request failed.' },
)
export type Failure = Static<typeof Failure>

type Failures = { '4xx': typeof Failure; '5xx': typeof Failure }
type Success<Schema extends TSchema> = TObject<{ success: ReturnType<typeof Type.Literal<true>>; data: Schema }>

/** The response schemas of a route that answers `ok(data)`. */
export function replies<Schema extends TSchema>(schema: Schema): { 200: Success<Schema> } & Failures
export function replies<Schema extends TSchema, Status extends number>(
  schema: Schema,
  status: Status,
): { [Code in Status]: Success<Schema> } & Failures
export function replies(schema: TSchema, status = 200): unknown {
  const success = Type.Object({ success: Type.Literal(true), data: schema }, { description: 'Done.' })
  return { [status]: success, ...failures }
}

/** The response schemas of a route that answers `page(items, nextCursor)`. */
export const listReplies = <Schema extends TSchema>(schema: Schema) => ({
  200: Type.Object(
    {
      success: Type.Literal(true),
      data: Type.Array(schema),
      nextCursor: Type.Union([Type.String(), Type.Null()], {
        description: 'Give it as `cursor` to get the next page; null when this is the last.',
      }),
    },
    { description: 'One page, newest first.' },
  ),
  ...failures,
})

/** The response schemas of a route that answers nothing (204). */
export const noReply = () => ({ 204: Type.Null({ description: 'Done.' }), ...failures })

const failures: Failures = { '4xx': Failure, '5xx': Failure }
