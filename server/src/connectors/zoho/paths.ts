/** The version of Zoho CRM's API, in every path. */
export const apiVersion = 'v8'
const base = `/crm/${apiVersion}`

export type Module = 'Contacts' | 'Leads' | 'Deals' | 'Accounts' | 'Notes' | 'Tasks' | 'Events'

export const paths = {
  /** `/crm/v8/Contacts/5545974000000123001` */
  records: (module: Module, ...rest: string[]): string => [base, module, ...rest.map(encodeURIComponent)].join('/'),
  coql: `${base}/coql`,
  watch: `${base}/actions/watch`,
  org: `${base}/org`,
  fields: `${base}/settings/fields`,
  pipelines: `${base}/settings/pipeline`,
} as const
