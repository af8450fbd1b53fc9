import { type Context, type Static, Type } from '../../kit/index.ts'

const optionalText = (title: string, description: string) => Type.Optional(Type.String({ title, description }))
/** The API name of a field, which goes into paths and queries. */
const fieldName = '^[A-Za-z][A-Za-z0-9_]{0,79}$'

export const settings = Type.Object({
  create_as: Type.Optional(
    Type.Union([Type.Literal('Lead'), Type.Literal('Contact')], {
      title: 'People are',
      description: 'What the hub reads and writes as contacts: leads or contacts of Salesforce.',
      default: 'Lead',
    }),
  ),
  login_host: Type.Optional(
    Type.String({
      title: 'Sign-in address',
      description: '`test.salesforce.com` for a sandbox, or the domain of your own, such as `acme.my.salesforce.com`.',
      pattern: '^((login|test)\\.salesforce\\.com|[a-z0-9-]+(\\.[a-z0-9-]+)*\\.my\\.salesforce\\.com)$',
      default: 'login.salesforce.com',
    }),
  ),
  default_stage: Type.Optional(
    Type.String({ title: 'Stage', description: 'The stage of new opportunities.', default: 'Prospecting' }),
  ),
  close_in_days: Type.Optional(
    Type.Integer({
      title: 'Days to close',
      description: 'When opportunities that name no day are expected to close, which Salesforce must be told.',
      minimum: 0,
      maximum: 3_650,
      default: 30,
    }),
  ),
  default_company: Type.Optional(
    Type.String({
      title: 'Company of leads',
      description: 'For leads that name none, since Salesforce asks for one.',
      minLength: 1,
      default: '[not provided]',
    }),
  ),
  lead_amount_field: Type.Optional(
    Type.String({
      title: 'Amount of leads',
      description: 'API name of the field that holds what a lead is worth.',
      pattern: fieldName,
    }),
  ),
  external_id_field: Type.Optional(
    Type.String({
      title: 'External id field',
      description: 'API name of a field marked as external id, by which people are recognised, such as `Hub_Id__c`.',
      pattern: fieldName,
    }),
  ),
  owner: optionalText('Owner', 'Id of the Salesforce user who owns what this hub creates.'),
  currency: Type.Optional(
    Type.String({
      title: 'Currency',
      description: 'The currency of the organisation, such as `EUR`.',
      pattern: '^[A-Z]{3}$',
    }),
  ),
  field_mappings: Type.Optional(
    Type.Record(Type.String(), Type.String({ pattern: fieldName }), {
      title: 'Field mapping',
      description: "Name of a custom field → API name of Salesforce's field. `tags` and `company` may be mapped too.",
      default: {},
    }),
  ),
  flow_contact_variable: Type.Optional(
    Type.String({
      title: 'Variable of flows',
      description: 'The input variable of a flow that is given the id of the person.',
      pattern: fieldName,
      default: 'recordId',
    }),
  ),
})

export type Settings = Static<typeof settings>
export type SalesforceContext = Context<Settings>
export type PersonObject = 'Lead' | 'Contact'

/** Which of Salesforce's objects people are. */
export const objectOf = ({ create_as: object = 'Lead' }: Settings): PersonObject => object

export const ownedBy = ({ owner }: Settings): { OwnerId?: string } => (owner === undefined ? {} : { OwnerId: owner })
