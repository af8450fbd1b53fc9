/** HubSpot's dated API version, in every path. */
export const apiVersion = '2026-09'
/** Pipelines and sequences have no later version yet. */
const earlierVersion = '2026-03'

export type ObjectType = 'contacts' | 'deals' | 'notes' | 'tasks' | 'meetings'

/** `/crm/objects/2026-09/contacts/1001`; ids are escaped, since an e-mail address may stand for one. */
export const objects = (type: ObjectType, ...rest: string[]): string =>
  ['/crm/objects', apiVersion, type, ...rest.map(encodeURIComponent)].join('/')

export const paths = {
  account: `/account-info/${apiVersion}/details`,
  token: `/oauth/${apiVersion}/token`,
  properties: (type: string, ...name: string[]) =>
    ['/crm/properties', apiVersion, type, ...name.map(encodeURIComponent)].join('/'),
  pipelines: `/crm/pipelines/${earlierVersion}/deals`,
  link: (slug: string) =>
    `/scheduler/${apiVersion}/meetings/meeting-links/book/availability-page/${encodeURIComponent(slug)}`,
  sequences: `/automation/sequences/${earlierVersion}`,
  enrollments: `/automation/sequences/${earlierVersion}/enrollments`,
} as const

/** What HubSpot calls the association of each kind of record with a contact. */
const contactAssociation = { deals: 3, notes: 202, tasks: 204, meetings: 200 } as const

/** The associations of a new record with contacts. */
export const withContacts = (type: keyof typeof contactAssociation, contactIds: readonly (string | undefined)[]) =>
  [...new Set(contactIds)].flatMap((id) =>
    id === undefined
      ? []
      : [
          {
            to: { id },
            types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: contactAssociation[type] }],
          },
        ],
  )
