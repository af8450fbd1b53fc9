import { type Context, type Static, Type } from '../../kit/index.ts'

const optionalId = (title: string, description: string) =>
  Type.Optional(Type.Integer({ title, description, minimum: 1 }))

export const settings = Type.Object({
  owner_id: optionalId(
    'Owner',
    'Id of the Pipedrive user who owns what this hub creates; the connected user otherwise.',
  ),
  pipeline_id: optionalId('Pipeline', 'Where new deals begin; the first pipeline otherwise.'),
  stage_id: optionalId('Stage', 'The stage of new deals; the first of the pipeline otherwise.'),
  currency: Type.Optional(
    Type.String({
      title: 'Currency',
      description: "Of deals and leads that name none, such as `EUR`; the connected user's otherwise.",
      pattern: '^[A-Z]{3}$',
    }),
  ),
  activity_type: Type.Optional(
    Type.String({
      title: 'Type of appointments',
      description: 'Key of the activity type that appointments are booked as.',
      default: 'meeting',
    }),
  ),
  field_mappings: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      title: 'Field mapping',
      description: "Name of a custom field → key of Pipedrive's field. `company` and `tags` may be mapped too.",
      default: {},
    }),
  ),
})

export type Settings = Static<typeof settings>
export type PipedriveContext = Context<Settings>

/** What new records carry where the settings name an owner. */
export const ownedBy = ({ owner_id: owner }: Settings): { owner_id?: number } =>
  owner === undefined ? {} : { owner_id: owner }
