/** A value of a custom field, known by the field's id. */
export type CustomValue = { id: string; value?: unknown }

export type GhlContact = {
  id: string
  locationId?: string | null
  name?: string | null
  firstName?: string | null
  lastName?: string | null
  email?: string | null
  phone?: string | null
  companyName?: string | null
  address1?: string | null
  city?: string | null
  state?: string | null
  postalCode?: string | null
  country?: string | null
  tags?: string[] | null
  customFields?: CustomValue[] | null
  dateAdded?: string | null
  dateUpdated?: string | null
  /** Of search results: where the next page begins. */
  searchAfter?: (string | number)[]
}

export type GhlOpportunity = {
  id: string
  name?: string | null
  monetaryValue?: number | null
  pipelineId?: string | null
  pipelineStageId?: string | null
  status?: string | null
  contactId?: string | null
  createdAt?: string | null
  updatedAt?: string | null
}

export type GhlPipeline = { id: string; name: string; stages: { id: string; name: string; position?: number }[] }

/** An appointment or a blocked slot; the list of events calls the latter's status nothing. */
export type GhlEvent = {
  id: string
  title?: string | null
  calendarId?: string | null
  contactId?: string | null
  appointmentStatus?: string | null
  address?: string | null
  description?: string | null
  notes?: string | null
  startTime?: string | null
  endTime?: string | null
  dateAdded?: string | null
  dateUpdated?: string | null
}

export type GhlCalendar = {
  id: string
  name: string
  isActive?: boolean
  slotDuration?: number
  slotDurationUnit?: string
}

export type GhlCustomField = {
  id: string
  name: string
  fieldKey?: string
  dataType?: string
  picklistOptions?: string[]
}

export type GhlLocation = { id: string; name?: string; timezone?: string }
