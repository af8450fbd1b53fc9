/** Somebody in a header of a mail. */
export type SendGridPerson = { email: string; name?: string }

export type SendGridContact = {
  id: string
  email?: string
  first_name?: string
  last_name?: string
  phone_number_id?: string
  address_line_1?: string
  city?: string
  state_province_region?: string
  postal_code?: string
  country?: string
  custom_fields?: Record<string, unknown>
  created_at: string
  updated_at: string
}

/** Addresses that were looked for, each with what was found. */
export type SendGridFound = { result?: Record<string, { contact?: SendGridContact; error?: string }> }
export type SendGridSearch = { result?: SendGridContact[]; contact_count: number }

export type SendGridFields = {
  custom_fields?: { id: string; name: string; field_type: 'Text' | 'Number' | 'Date' }[]
}

/** One entry of what the event webhook posts; what the mail was sent with (`custom_args`) stands beside. */
export type SendGridEvent = {
  email?: string
  event?: string
  timestamp?: number
  sg_event_id?: string
  sg_message_id?: string
  url?: string
  reason?: string
  type?: string
  tenon_reference?: string
}

export type SendGridError = { errors?: { message?: string; field?: string | null }[] }
