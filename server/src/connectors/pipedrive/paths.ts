/*
 * Version 2 where there is one: its counterparts in version 1 ended in July 2026. Leads, notes, users, fields, recent changes and
 * webhooks are in version 1 still.
 */
const v2 = '/api/v2'
const v1 = '/v1'

const below =
  (base: string) =>
  (...rest: (string | number)[]): string =>
    [base, ...rest.map((part) => encodeURIComponent(part))].join('/')

export const paths = {
  persons: below(`${v2}/persons`),
  deals: below(`${v2}/deals`),
  activities: below(`${v2}/activities`),
  pipelines: `${v2}/pipelines`,
  stages: `${v2}/stages`,
  leads: below(`${v1}/leads`),
  notes: `${v1}/notes`,
  me: `${v1}/users/me`,
  fields: (of: 'person' | 'deal') => `${v1}/${of}Fields`,
  recents: `${v1}/recents`,
  webhooks: below(`${v1}/webhooks`),
} as const
