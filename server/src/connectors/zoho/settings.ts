import { type Context, type Static, Type } from '../../kit/index.ts'

/** Where people sign in, a data centre each. https://www.zoho.com/accounts/protocol/oauth/multi-dc.html */
export const accountsServers = [
  'accounts.zoho.com',
  'accounts.zoho.eu',
  'accounts.zoho.in',
  'accounts.zoho.com.au',
  'accounts.zoho.jp',
  'accounts.zohocloud.ca',
  'accounts.zoho.sa',
  'accounts.zoho.uk',
  'accounts.zoho.ae',
  'accounts.zoho.com.cn',
] as const

const optionalText = (title: string, description: string) =>
  Type.Optional(Type.String({ title, description, minLength: 1, maxLength: 200 }))
/** The API name of a field, which goes into queries. */
const fieldName = '^[A-Za-z][A-Za-z0-9_]{0,99}$'
const id = '^\\d{5,20}$'

export const settings = Type.Object({
  create_as: Type.Optional(
    Type.Union([Type.Literal('Contacts'), Type.Literal('Leads')], {
      title: 'People are',
      description: 'What the hub reads and writes as contacts: contacts or leads of Zoho CRM.',
      default: 'Contacts',
    }),
  ),
  accounts_server: Type.Optional(
    Type.Union(
      accountsServers.map((host) => Type.Literal(host)),
      {
        title: 'Data centre',
        description: 'Where people sign in. Only accounts in China need another than the usual one.',
        default: 'accounts.zoho.com',
      },
    ),
  ),
  default_pipeline: optionalText('Pipeline', 'The pipeline of new deals, by its name.'),
  default_stage: Type.Optional(
    Type.String({ title: 'Stage', description: 'The stage of new deals.', minLength: 1, default: 'Qualification' }),
  ),
  layout: Type.Optional(
    Type.String({
      title: 'Layout of deals',
      description: 'Id of the layout whose pipelines are shown, where there are several.',
      pattern: id,
    }),
  ),
  close_in_days: Type.Optional(
    Type.Integer({
      title: 'Days to close',
      description: 'When deals that name no day are expected to close.',
      minimum: 0,
      maximum: 3_650,
      default: 30,
    }),
  ),
  default_company: Type.Optional(
    Type.String({
      title: 'Company of leads',
      description: 'For leads that name none, since Zoho CRM asks for one.',
      minLength: 1,
      default: '[not provided]',
    }),
  ),
  unique_field: Type.Optional(
    Type.String({
      title: 'Unique field',
      description: 'API name of a field without duplicates, by which people are recognised before their address.',
      pattern: fieldName,
    }),
  ),
  lead_amount_field: Type.Optional(
    Type.String({
      title: 'Amount of leads',
      description: 'API name of the field that holds what a lead is worth.',
      pattern: fieldName,
    }),
  ),
  convert_with_deal: Type.Optional(
    Type.Boolean({
      title: 'Deals of converted leads',
      description: 'Whether a lead that is converted becomes a deal, too.',
      default: false,
    }),
  ),
  owner: Type.Optional(
    Type.String({
      title: 'Owner',
      description: 'Id of the Zoho CRM user who owns what this hub creates.',
      pattern: id,
    }),
  ),
  currency: Type.Optional(
    Type.String({
      title: 'Currency',
      description: 'The home currency of the account, such as `EUR`.',
      pattern: '^[A-Z]{3}$',
    }),
  ),
  field_mappings: Type.Optional(
    Type.Record(Type.String(), Type.String({ pattern: fieldName }), {
      title: 'Field mapping',
      description: "Name of a custom field → API name of Zoho's field.",
      maxProperties: 25,
      default: {},
    }),
  ),
  run_workflows: Type.Optional(
    Type.Boolean({
      title: 'Run workflows',
      description: 'Whether what the hub writes sets off workflow rules, blueprints and approvals.',
      default: true,
    }),
  ),
  send_invitations: Type.Optional(
    Type.Boolean({
      title: 'Send invitations',
      description: 'Whether Zoho CRM writes to the participants of meetings that are booked or cancelled.',
      default: true,
    }),
  ),
})

export type Settings = Static<typeof settings>
export type ZohoContext = Context<Settings>
export type PersonModule = 'Contacts' | 'Leads'

/** Which of Zoho's modules people are in. */
export const moduleOf = ({ create_as: module = 'Contacts' }: Settings): PersonModule => module

export const ownedBy = ({ owner }: Settings): { Owner?: { id: string } } =>
  owner === undefined ? {} : { Owner: { id: owner } }

/** Everything is set off unless a request says otherwise. */
export const triggers = ({ run_workflows: isWanted = true }: Settings): { trigger?: string[] } =>
  isWanted ? {} : { trigger: [] }
