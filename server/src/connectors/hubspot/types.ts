/* The fields of HubSpot's records that this connector uses. HubSpot writes every property as text. */

type Text = string | null

export type CrmObject<Properties = Record<string, Text | undefined>> = {
  id: string
  properties: Properties
  createdAt: string
  updatedAt: string
  archived?: boolean
  archivedAt?: string
  associations?: { contacts?: { results: { id: string; type: string }[] } }
}

export type ContactProperties = {
  email?: Text
  phone?: Text
  firstname?: Text
  lastname?: Text
  company?: Text
  address?: Text
  city?: Text
  state?: Text
  zip?: Text
  country?: Text
  lastmodifieddate?: Text
}
export type HubSpotContact = CrmObject<ContactProperties>

export type DealProperties = {
  dealname?: Text
  pipeline?: Text
  dealstage?: Text
  amount?: Text
  deal_currency_code?: Text
  closedate?: Text
  hs_is_closed?: Text
  hs_is_closed_won?: Text
}
export type HubSpotDeal = CrmObject<DealProperties>

export type MeetingProperties = {
  hs_meeting_title?: Text
  hs_meeting_start_time?: Text
  hs_meeting_end_time?: Text
  hs_meeting_body?: Text
  hs_meeting_location?: Text
  hs_meeting_outcome?: Text
  hs_internal_meeting_notes?: Text
}
export type HubSpotMeeting = CrmObject<MeetingProperties>

export type Listed<T> = { results: T[]; paging?: { next?: { after: string } } }
export type Found<T> = Listed<T> & { total: number }

/** One failure of a batch, of which the rest may have succeeded. */
export type BatchError = { category: string; message: string; context?: Record<string, string[]> }
export type BatchAnswer<T> = { results: (T & { new?: boolean; objectWriteTraceId?: string })[]; errors?: BatchError[] }

export type HubSpotPipeline = {
  id: string
  label: string
  stages: { id: string; label: string; metadata: { isClosed?: string; probability?: string } }[]
}

export type HubSpotProperty = {
  name: string
  label: string
  type: string
  fieldType: string
  calculated?: boolean
  options: { value: string; label: string; hidden?: boolean }[]
  modificationMetadata?: { readOnlyValue: boolean }
}

export type Sequence = { id: string; name: string }
export type AccountDetails = { portalId: number; uiDomain: string; timeZone: string }

export type LinkPage = {
  linkAvailability?: {
    hasMore: boolean
    linkAvailabilityByDuration: {
      [millis: string]: {
        meetingDurationMillis: number
        availabilities: { startMillisUtc: number; endMillisUtc: number }[]
      }
    }
  }
  allUsersBusyTimes: { busyTimes: { start: number; end: number }[] }[]
}

export type WebhookEvent = {
  eventId: number | string
  subscriptionId: number | string
  portalId: number | string
  occurredAt: number
  subscriptionType: string
  objectId?: number | string
  objectTypeId?: string
  propertyName?: string
}
