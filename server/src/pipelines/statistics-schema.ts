import { type Static, Type } from 'typebox'
import { Id, Nullable, Time } from '../api/schemas.ts'

const moment = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

export const StatisticsQuery = Type.Object({
  pipelineId: Type.Optional(Id),
  after: moment('From when on leads are looked at. Default: 90 days before `before`.'),
  before: moment('Until when. Default: now.'),
  windowDays: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 730,
      description: 'How long a lead may take from entering a stage to count as converted from it. Default: 30.',
    }),
  ),
  groupBy: Type.Optional(
    Type.Unsafe<'source' | 'owner'>({
      type: 'string',
      enum: ['source', 'owner'],
      description: 'Tells won, lost and amounts of each source or owner apart.',
    }),
  ),
})
export type StatisticsQuery = Static<typeof StatisticsQuery>

const Amounts = Type.Array(
  Type.Object({
    currency: Type.String({ description: 'Empty where leads have an amount without a currency.' }),
    amountMinor: Type.Integer(),
    weightedMinor: Type.Integer({ description: "The amount times the stage's probability." }),
  }),
  { description: 'By currency, since amounts of several cannot be added.' },
)

const StageStatistics = Type.Object({
  key: Type.String(),
  name: Type.String(),
  kind: Type.String(),
  count: Type.Integer({ description: 'Leads that stand here now.' }),
  amounts: Amounts,
  averageSecondsInStage: Nullable(
    Type.Number({ description: 'Of leads that left it in the range; null where none did.' }),
  ),
  medianSecondsInStage: Nullable(Type.Number()),
})

const Conversion = Type.Object({
  from: Type.String(),
  to: Type.String({ description: 'The stage after it in the order of the pipeline, or a later one.' }),
  entered: Type.Integer({ description: 'Leads that entered the stage in the range.' }),
  converted: Type.Integer({ description: 'Those of them that came further (or were won) within the window.' }),
  rate: Nullable(Type.Number({ description: '0 to 1; null where nobody entered.' })),
  isComplete: Type.Boolean({
    description: 'Whether the window of all of them is over; until then the rate can still grow.',
  }),
})

const outcomes = {
  created: Type.Integer({ description: 'Leads that became known in the range.' }),
  won: Type.Integer({ description: 'Leads that were won in the range.' }),
  lost: Type.Integer(),
  winRate: Nullable(
    Type.Number({ description: 'Won of those that were won or lost in the range; null where none was.' }),
  ),
}

export const PipelineStatistics = Type.Object({
  pipelineId: Id,
  name: Type.String(),
  after: Time,
  before: Time,
  windowDays: Type.Integer(),
  total: Type.Integer({ description: 'Leads in the pipeline now.' }),
  stages: Type.Array(StageStatistics),
  conversions: Type.Array(Conversion),
  outcomes: Type.Object(outcomes),
  velocity: Type.Object({
    averageSecondsToWin: Nullable(
      Type.Number({ description: 'From becoming known to won, of those won in the range.' }),
    ),
    perDay: Type.Array(
      Type.Object({
        currency: Type.String(),
        amountMinor: Nullable(
          Type.Number({
            description:
              'Open leads × win rate × average amount won ÷ days to win; null where one of them is not known.',
          }),
        ),
      }),
    ),
  }),
  groups: Type.Array(Type.Object({ key: Nullable(Type.String()), ...outcomes })),
  overTime: Type.Array(
    Type.Object({ day: Type.String(), created: Type.Integer(), won: Type.Integer(), lost: Type.Integer() }),
    {
      description: 'By day in UTC, without gaps.',
    },
  ),
})
export type PipelineStatistics = Static<typeof PipelineStatistics>
