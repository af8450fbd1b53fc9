import type { Account } from '../emulator.ts'

export type ColumnType =
  | 'String'
  | 'Memo'
  | 'Integer'
  | 'Money'
  | 'Double'
  | 'Boolean'
  | 'DateTime'
  | 'Date'
  | 'Picklist'
  | 'MultiSelectPicklist'
  | 'State'
  | 'Status'
  | 'Uniqueidentifier'
  | 'Lookup'
export type Column = {
  type: ColumnType
  /** Longest text; 100 unless said. */
  length?: number
  readOnly?: boolean
  required?: boolean
  options?: { [value: number]: string }
  /** Of a lookup: the navigation properties by which it is set, each with the table it leads to. */
  targets?: { [navigation: string]: string }
  custom?: boolean
}
export type Table = {
  name: string
  set: string
  key: string
  columns: { [name: string]: Column }
  /** Reasons of each state, the first being the usual one. */
  states?: { [state: number]: { label: string; reasons: { [reason: number]: string } } }
  /** Collections that come along with a new record. */
  parties?: string
}

const text = (length = 100): Column => ({ type: 'String', length })
const lookup = (targets: { [navigation: string]: string }): Column => ({ type: 'Lookup', targets })
const owner = lookup({ ownerid: 'systemuser' })
const currency = lookup({ transactioncurrencyid: 'transactioncurrency' })
const customers = (name: string) => ({ [`${name}_contact`]: 'contact', [`${name}_account`]: 'account' })
const regarding = (activity: string): Column =>
  lookup(
    Object.fromEntries(
      ['contact', 'lead', 'opportunity', 'account'].map((one) => [`regardingobjectid_${one}_${activity}`, one]),
    ),
  )

const people = {
  firstname: text(50),
  lastname: text(50),
  fullname: { type: 'String', readOnly: true },
  emailaddress1: text(),
  telephone1: text(50),
  mobilephone: text(50),
  jobtitle: text(),
  description: { type: 'Memo', length: 2_000 },
  address1_line1: text(250),
  address1_city: text(80),
  address1_stateorprovince: text(50),
  address1_postalcode: text(20),
  address1_country: text(80),
  ownerid: owner,
} satisfies Table['columns']
const activity = (name: string): Table['columns'] => ({
  subject: { type: 'String', length: 200 },
  description: { type: 'Memo', length: 1_048_576 },
  scheduledstart: { type: 'DateTime' },
  scheduledend: { type: 'DateTime' },
  regardingobjectid: regarding(name),
  ownerid: owner,
})
const active = {
  0: { label: 'Active', reasons: { 1: 'Active' } },
  1: { label: 'Inactive', reasons: { 2: 'Inactive' } },
}

const tables: readonly Table[] = [
  {
    ...{ name: 'contact', set: 'contacts', key: 'contactid', states: active },
    columns: { ...people, birthdate: { type: 'Date' }, parentcustomerid: lookup(customers('parentcustomerid')) },
  },
  {
    ...{ name: 'lead', set: 'leads', key: 'leadid' },
    columns: {
      ...people,
      subject: text(300),
      companyname: text(),
      estimatedamount: { type: 'Money' },
      leadsourcecode: {
        type: 'Picklist',
        options: { 1: 'Advertisement', 2: 'Employee Referral', 8: 'Web', 10: 'Other' },
      },
      parentcontactid: lookup({ parentcontactid: 'contact' }),
      transactioncurrencyid: currency,
    },
    states: {
      0: { label: 'Open', reasons: { 1: 'New', 2: 'Contacted' } },
      1: { label: 'Qualified', reasons: { 3: 'Qualified' } },
      2: {
        label: 'Disqualified',
        reasons: { 4: 'Lost', 5: 'Cannot Contact', 6: 'No Longer Interested', 7: 'Canceled' },
      },
    },
  },
  {
    ...{ name: 'opportunity', set: 'opportunities', key: 'opportunityid' },
    columns: {
      name: text(300),
      description: { type: 'Memo', length: 2_000 },
      estimatedvalue: { type: 'Money' },
      estimatedclosedate: { type: 'Date' },
      salesstage: { type: 'Picklist', options: { 0: 'Qualify', 1: 'Develop', 2: 'Propose', 3: 'Close' } },
      customerid: lookup(customers('customerid')),
      parentcontactid: lookup({ parentcontactid: 'contact' }),
      originatingleadid: lookup({ originatingleadid: 'lead' }),
      transactioncurrencyid: currency,
      ownerid: owner,
    },
    states: {
      0: { label: 'Open', reasons: { 1: 'In Progress', 2: 'On Hold' } },
      1: { label: 'Won', reasons: { 3: 'Won' } },
      2: { label: 'Lost', reasons: { 4: 'Canceled', 5: 'Out-Sold' } },
    },
  },
  {
    ...{ name: 'annotation', set: 'annotations', key: 'annotationid' },
    columns: {
      subject: text(500),
      notetext: { type: 'Memo', length: 100_000 },
      objectid: lookup({ objectid_contact: 'contact', objectid_lead: 'lead', objectid_opportunity: 'opportunity' }),
      ownerid: owner,
    },
  },
  {
    ...{ name: 'task', set: 'tasks', key: 'activityid' },
    columns: activity('task'),
    states: {
      0: { label: 'Open', reasons: { 2: 'Not Started', 3: 'In Progress' } },
      1: { label: 'Completed', reasons: { 5: 'Completed' } },
      2: { label: 'Canceled', reasons: { 6: 'Canceled' } },
    },
  },
  {
    ...{ name: 'phonecall', set: 'phonecalls', key: 'activityid', parties: 'phonecall_activity_parties' },
    columns: { ...activity('phonecall'), directioncode: { type: 'Boolean' }, phonenumber: text(200) },
    states: {
      0: { label: 'Open', reasons: { 1: 'Open' } },
      1: { label: 'Completed', reasons: { 2: 'Made', 4: 'Received' } },
      2: { label: 'Canceled', reasons: { 3: 'Canceled' } },
    },
  },
  {
    ...{ name: 'appointment', set: 'appointments', key: 'activityid', parties: 'appointment_activity_parties' },
    columns: { ...activity('appointment'), location: text(200) },
    states: {
      0: { label: 'Open', reasons: { 1: 'Free', 2: 'Tentative' } },
      1: { label: 'Completed', reasons: { 3: 'Completed' } },
      2: { label: 'Canceled', reasons: { 4: 'Canceled' } },
      3: { label: 'Scheduled', reasons: { 5: 'Busy', 6: 'Out of Office' } },
    },
  },
  {
    ...{ name: 'account', set: 'accounts', key: 'accountid', states: active },
    columns: { name: text(160), ownerid: owner },
  },
  {
    ...{ name: 'systemuser', set: 'systemusers', key: 'systemuserid' },
    columns: { fullname: text(200), internalemailaddress: text() },
  },
  {
    ...{ name: 'transactioncurrency', set: 'transactioncurrencies', key: 'transactioncurrencyid', states: active },
    columns: { isocurrencycode: text(5), currencyname: text() },
  },
  {
    ...{ name: 'workflow', set: 'workflows', key: 'workflowid' },
    columns: {
      name: text(),
      category: { type: 'Picklist', options: { 0: 'Workflow', 5: 'Modern Flow' } },
      type: { type: 'Picklist', options: { 1: 'Definition', 2: 'Activation' } },
      ondemand: { type: 'Boolean' },
      primaryentity: text(),
    },
    states: { 0: { label: 'Draft', reasons: { 1: 'Draft' } }, 1: { label: 'Activated', reasons: { 2: 'Activated' } } },
  },
  {
    ...{ name: 'sdkmessage', set: 'sdkmessages', key: 'sdkmessageid' },
    columns: { name: text(256) },
  },
  {
    ...{ name: 'sdkmessagefilter', set: 'sdkmessagefilters', key: 'sdkmessagefilterid' },
    columns: { primaryobjecttypecode: text(), sdkmessageid: lookup({ sdkmessageid: 'sdkmessage' }) },
  },
  {
    ...{ name: 'serviceendpoint', set: 'serviceendpoints', key: 'serviceendpointid' },
    columns: {
      name: { ...text(160), required: true },
      url: text(2_000),
      contract: { type: 'Picklist', required: true, options: { 7: 'Event Hub', 8: 'Webhook' } },
      authtype: {
        type: 'Picklist',
        required: true,
        options: { 4: 'WebhookKey', 5: 'HttpHeader', 6: 'HttpQueryString' },
      },
      authvalue: text(2_000),
      connectionmode: { type: 'Picklist', required: true, options: { 1: 'Normal', 2: 'Federated' } },
    },
  },
  {
    ...{ name: 'sdkmessageprocessingstep', set: 'sdkmessageprocessingsteps', key: 'sdkmessageprocessingstepid' },
    columns: {
      name: text(256),
      mode: { type: 'Picklist', required: true, options: { 0: 'Synchronous', 1: 'Asynchronous' } },
      stage: {
        type: 'Picklist',
        required: true,
        options: { 10: 'Pre-validation', 20: 'Pre-operation', 40: 'Post-operation' },
      },
      rank: { type: 'Integer', required: true },
      supporteddeployment: { type: 'Picklist', options: { 0: 'Server Only' } },
      asyncautodelete: { type: 'Boolean' },
      sdkmessageid: { ...lookup({ sdkmessageid: 'sdkmessage' }), required: true },
      sdkmessagefilterid: lookup({ sdkmessagefilterid: 'sdkmessagefilter' }),
      eventhandler: { ...lookup({ eventhandler_serviceendpoint: 'serviceendpoint' }), required: true },
    },
  },
]

const system = (key: string): Table['columns'] => ({
  [key]: { type: 'Uniqueidentifier' },
  createdon: { type: 'DateTime', readOnly: true },
  modifiedon: { type: 'DateTime', readOnly: true },
})

type CustomColumns = { [table: string]: { [name: string]: Column } }
const customOf = (account: Account): CustomColumns => {
  account.values.customColumns ??= {}
  return account.values.customColumns as CustomColumns
}

/** Adds a column to a table of the account. */
export function addColumn(account: Account, table: string, name: string, column: Omit<Column, 'custom'>): void {
  const custom = customOf(account)
  custom[table] = { ...custom[table], [name]: { ...column, custom: true } }
}

const whole = (account: Account, table: Table | undefined): Table | undefined =>
  table && {
    ...table,
    columns: {
      ...system(table.key),
      ...table.columns,
      ...(table.states ? { statecode: { type: 'State' as const }, statuscode: { type: 'Status' as const } } : {}),
      ...customOf(account)[table.name],
    },
  }

/** The tables by the names of their sets, or by their own. */
export const tableOfSet = (account: Account, set: string): Table | undefined =>
  whole(
    account,
    tables.find((table) => table.set === set),
  )
export const tableNamed = (account: Account, name: string): Table | undefined =>
  whole(
    account,
    tables.find((table) => table.name === name),
  )
export const watchedTables = ['contact', 'lead', 'opportunity', 'appointment'] as const

/** The property under which a lookup is read. */
export const propertyOf = (column: string): string => `_${column}_value`
