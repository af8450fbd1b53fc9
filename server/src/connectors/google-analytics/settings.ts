import { type Context, type Static, Type } from '../../kit/index.ts'

export const settings = Type.Object({
  measurement_id: Type.Optional(
    Type.String({
      title: 'Measurement ID',
      description: 'Of the web data stream that events go to.',
      pattern: '^G-[A-Z0-9]{4,20}$',
    }),
  ),
  property_id: Type.Optional(
    Type.String({
      title: 'Property ID',
      description: 'A number; of the property that reports are read from.',
      pattern: '^\\d{1,20}$',
    }),
  ),
  region: Type.Optional(
    Type.Union([Type.Literal('global'), Type.Literal('eu')], {
      title: 'Where events are taken in',
      description: '`eu` keeps them within the European Union on their way.',
      default: 'global',
    }),
  ),
})

export type AnalyticsContext = Context<Static<typeof settings>>
