import { type Context, type Static, Type } from '../../kit/index.ts'

const id = (title: string, description: string) =>
  Type.Optional(Type.String({ title, description, pattern: '^\\d{1,30}$' }))

export const settings = Type.Object({
  page_id: id('Page', 'The number of the page whose lead forms become leads.'),
  dataset_id: id('Dataset', 'The number of the dataset (pixel) that conversions are sent to.'),
  test_event_code: Type.Optional(
    Type.String({
      title: 'Test event code',
      description: 'While it is set, conversions are shown under *Test events* only. Take it out again.',
      pattern: '^[A-Za-z0-9_-]{1,100}$',
    }),
  ),
})

export type FacebookContext = Context<Static<typeof settings>>
