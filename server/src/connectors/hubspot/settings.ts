import { type Context, type Static, Type } from '../../kit/index.ts'

const optionalText = (title: string, description: string) => Type.Optional(Type.String({ title, description }))

export const settings = Type.Object({
  pipeline_id: optionalText('Pipeline', 'Where new deals begin, such as `default`.'),
  default_stage_id: optionalText('Stage', 'The stage of new deals, such as `appointmentscheduled`.'),
  owner: optionalText('Owner', 'Id of the HubSpot user who owns what this hub creates.'),
  currency: Type.Optional(
    Type.String({
      title: 'Currency',
      description: 'Of deals that name none, such as `EUR`: the currency of the HubSpot account.',
      pattern: '^[A-Z]{3}$',
    }),
  ),
  field_mappings: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      title: 'Field mapping',
      description: "Name of a custom field → name of HubSpot's property. `tags` may be mapped too.",
      default: {},
    }),
  ),
  meeting_link: optionalText('Scheduling page', 'Slug of the scheduling page whose free times are offered.'),
  workflow_trigger: Type.Optional(
    Type.Union([Type.Literal('property'), Type.Literal('sequence')], {
      title: 'How workflows start',
      description: 'By a property of the contact that they wait for, or by enrolment in a sequence (Sales Hub).',
      default: 'property',
    }),
  ),
  workflow_property: optionalText('Workflow property', 'The property of the contact that starts workflows.'),
  sequence_user_id: optionalText('Sequence user', 'Id of the HubSpot user whose sequences are used.'),
  sequence_sender: optionalText('Sequence sender', 'The connected e-mail address that sequences send from.'),
})

export type Settings = Static<typeof settings>
export type HubSpotContext = Context<Settings>
