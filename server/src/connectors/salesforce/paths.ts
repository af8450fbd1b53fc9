/** The version of Salesforce's API, in every path. */
export const apiVersion = 'v66.0'
const data = `/services/data/${apiVersion}`

export const paths = {
  userInfo: '/services/oauth2/userinfo',
  /** `/services/data/v66.0/sobjects/Contact/003…` */
  sobjects: (...rest: string[]): string => [`${data}/sobjects`, ...rest.map(encodeURIComponent)].join('/'),
  composite: `${data}/composite`,
  collections: (...rest: string[]): string => [`${data}/composite/sobjects`, ...rest.map(encodeURIComponent)].join('/'),
  query: `${data}/query`,
  /** Finds what was deleted, too. */
  queryAll: `${data}/queryAll`,
  flows: (...rest: string[]): string => [`${data}/actions/custom/flow`, ...rest.map(encodeURIComponent)].join('/'),
} as const
