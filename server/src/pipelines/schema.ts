import { type Static, Type } from 'typebox'
import { Id, Name, Time } from '../api/schemas.ts'

/** What a status is called in requests and events: the key of a stage. */
export const StatusKey = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[a-z0-9][a-z0-9_-]*$',
  'x-expects': 'the key of a stage, such as qualified: lower-case letters, digits, _ and -',
})

const stageKinds = ['open', 'won', 'lost'] as const

export const Stage = Type.Object({
  key: StatusKey,
  name: Name,
  kind: Type.Unsafe<(typeof stageKinds)[number]>({
    type: 'string',
    enum: [...stageKinds],
    description: 'Whether a lead in it may still be won, was won, or was lost.',
  }),
  probability: Type.Integer({
    minimum: 0,
    maximum: 100,
    description: 'How likely a lead in it is won, in per cent; weighs its amount.',
  }),
  next: Type.Union([Type.Array(StatusKey, { maxItems: 50, uniqueItems: true }), Type.Null()], {
    description: 'The stages that may follow; null allows all.',
  }),
  requires: Type.Array(Type.Unsafe<'amount' | 'reason'>({ type: 'string', enum: ['amount', 'reason'] }), {
    maxItems: 2,
    uniqueItems: true,
    description: 'What a change to it must say.',
  }),
})
export type Stage = Static<typeof Stage>

const NewStage = Type.Object({
  key: Stage.properties.key,
  name: Stage.properties.name,
  kind: Type.Optional(Stage.properties.kind),
  probability: Type.Optional(Stage.properties.probability),
  next: Type.Optional(Stage.properties.next),
  requires: Type.Optional(Stage.properties.requires),
})
export type NewStage = Static<typeof NewStage>

const Stages = Type.Array(NewStage, {
  minItems: 2,
  maxItems: 50,
  description: 'In order. New leads enter the first, which must be open.',
})

export const Pipeline = Type.Object({
  id: Id,
  name: Type.String(),
  isDefault: Type.Boolean({ description: 'Where leads go that name no pipeline. One is.' }),
  stages: Type.Array(Stage),
  version: Type.Integer(),
  createdAt: Time,
  updatedAt: Time,
})
export type Pipeline = Static<typeof Pipeline>

export const NewPipeline = Type.Object({
  name: Name,
  stages: Stages,
  isDefault: Type.Optional(Type.Boolean({ description: 'Makes it the default in place of the one that is.' })),
})
export type NewPipeline = Static<typeof NewPipeline>

export const PipelineChanges = Type.Object({
  name: Type.Optional(Name),
  stages: Type.Optional(Stages),
  isDefault: Type.Optional(Type.Literal(true, { description: 'Another becomes the default in its own right.' })),
  version: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Refuses the change where the pipeline was changed since.' }),
  ),
})
export type PipelineChanges = Static<typeof PipelineChanges>

export const ByPipelineId = Type.Object({ id: Id })
