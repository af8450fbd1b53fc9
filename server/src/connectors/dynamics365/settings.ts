import { type Context, type Static, Type } from '../../kit/index.ts'

/** The logical name of a column, which goes into queries. */
const column = '^[a-z][a-z0-9_]{0,99}$'
const guid = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'

export const settings = Type.Object({
  environment_url: Type.String({
    title: 'Environment URL',
    description: 'Where people open Dynamics 365, such as `https://contoso.crm.dynamics.com`.',
    pattern: '^https://[a-z0-9][a-z0-9-]{0,62}(\\.api)?\\.crm\\d{0,2}\\.dynamics\\.com/?$',
  }),
  tenant: Type.Optional(
    Type.String({
      title: 'Directory (tenant)',
      description:
        'Id or domain of the Microsoft Entra directory, where the application of this hub is registered for one alone.',
      pattern: '^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$',
      default: 'organizations',
    }),
  ),
  owner: Type.Optional(
    Type.String({
      title: 'Owner',
      description: 'Id of the user who owns what this hub creates; otherwise whoever connected it.',
      pattern: guid,
    }),
  ),
  contact_key: Type.Optional(
    Type.String({
      title: 'Alternate key of contacts',
      description: 'The column of an active alternate key by which people are recognised, such as `emailaddress1`.',
      pattern: column,
    }),
  ),
  currency: Type.Optional(
    Type.String({
      title: 'Currency',
      description: 'Of amounts that name none, such as `EUR`: the base currency of the environment.',
      pattern: '^[A-Z]{3}$',
    }),
  ),
  stage_column: Type.Optional(
    Type.String({
      title: 'Column of stages',
      description: 'The choice column of opportunities whose options are the stages.',
      pattern: column,
      default: 'salesstage',
    }),
  ),
  default_stage: Type.Optional(
    Type.String({
      title: 'Stage',
      description: 'The value of the stage of new opportunities.',
      pattern: '^\\d{1,10}$',
    }),
  ),
  notes_as: Type.Optional(
    Type.Union([Type.Literal('note'), Type.Literal('phonecall')], {
      title: 'Notes are',
      description: 'What becomes of the notes of calls: notes of the timeline, or completed phone calls.',
      default: 'note',
    }),
  ),
  field_mappings: Type.Optional(
    Type.Record(Type.String(), Type.String({ pattern: column }), {
      title: 'Field mapping',
      description: "Name of a custom field → logical name of the contact's column. `tags` and `company` may be mapped.",
      default: {},
    }),
  ),
})

export type Settings = Static<typeof settings>
export type DynamicsContext = Context<Settings>

/** Microsoft's own resource of the environment: what a sign-in asks for, and what tokens are good for. */
export const resourceOf = (environmentUrl: string): string =>
  new URL(environmentUrl).origin.replace(/\.api\.crm(\d*)\./, '.crm$1.')

export const ownedBy = ({ owner }: Settings): Record<string, string> =>
  owner === undefined ? {} : { 'ownerid@odata.bind': `/systemusers(${owner})` }
