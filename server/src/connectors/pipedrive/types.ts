/* The fields of Pipedrive's records that this connector uses. */

/** An address or number of a person, of which one is the main one. */
export type Entry = { value: string; primary?: boolean; label?: string }
export type CustomFields = { [key: string]: unknown }

export type PostalAddress = {
  value?: string | null
  country?: string | null
  admin_area_level_1?: string | null
  locality?: string | null
  postal_code?: string | null
}

export type Person = {
  id: number
  name: string
  first_name?: string | null
  last_name?: string | null
  emails: Entry[]
  phones: Entry[]
  postal_address?: PostalAddress | null
  add_time: string
  update_time: string
  is_deleted?: boolean
  custom_fields?: CustomFields
}

export type PipedriveLead = {
  id: string
  title: string
  person_id?: number | null
  value?: { amount: number; currency: string } | null
  is_archived?: boolean
  source_name?: string | null
  add_time: string
  update_time: string
}

export type PipedriveDeal = {
  id: number
  title: string
  person_id?: number | null
  pipeline_id?: number | null
  stage_id?: number | null
  value?: number | null
  currency?: string | null
  status?: string
  expected_close_date?: string | null
  add_time: string
  update_time: string
  is_deleted?: boolean
}

export type Activity = {
  id: number
  subject: string
  type: string
  /** `2026-02-20`; the day, the time and the length stand apart, all in UTC. */
  due_date?: string | null
  due_time?: string | null
  duration?: string | null
  busy?: boolean | null
  done?: boolean
  note?: string | null
  public_description?: string | null
  location?: { value?: string | null } | null
  participants?: { person_id: number; primary?: boolean }[] | null
  attendees?: { email?: string | null; name?: string | null }[] | null
  add_time: string
  update_time: string
  is_deleted?: boolean
}

export type PipedriveNote = { id: number; add_time: string; update_time: string }
export type PipedrivePipeline = { id: number; name: string }
export type Stage = { id: number; name: string; pipeline_id: number }
export type PipedriveField = {
  key: string
  name: string
  field_type: string
  options?: { id: number | string | boolean; label: string }[] | null
  mandatory_flag?: unknown
  bulk_edit_allowed?: boolean
  edit_flag?: boolean
}
export type User = { id: number; company_id: number; company_name: string; default_currency: string }
/** What changed of late, deleted records included. */
export type Recent = { item: string; id: number; data: { active_flag?: boolean; update_time?: string | null } | null }

export type Reply<T> = { data: T }
export type Page<T> = { data: T[] | null; additional_data?: { next_cursor?: string | null } | null }
export type Found = { items: { item: { id: number; emails?: string[]; phones?: string[] } }[] }

export type WebhookBody = {
  meta: {
    action: string
    entity: string
    id?: string
    entity_id?: string | number
    company_id?: string | number
    timestamp?: string | number
    webhook_id?: string | number
  }
  data: unknown
  previous: unknown
}
