export type HcpAddress = {
  id: string | null
  type?: string | null
  street?: string | null
  street_line_2?: string | null
  city?: string | null
  state?: string | null
  zip?: string | null
  country?: string | null
}

export type HcpCustomer = {
  id: string
  first_name?: string | null
  last_name?: string | null
  email?: string | null
  mobile_number?: string | null
  home_number?: string | null
  work_number?: string | null
  company?: string | null
  tags?: string[] | null
  lead_source?: string | null
  notes?: string | null
  addresses?: HcpAddress[] | null
  created_at?: string | null
  updated_at?: string | null
}

export type HcpEmployee = {
  id: string
  first_name?: string | null
  last_name?: string | null
  email?: string | null
  permissions?: { can_be_booked_online?: boolean } | null
}

/** One visit of a job. */
export type HcpAppointment = {
  id: string
  start_time?: string | null
  end_time?: string | null
  dispatched_employees_ids?: string[] | null
}

export type HcpJob = {
  id: string
  invoice_number?: string | null
  description?: string | null
  customer?: Omit<HcpCustomer, 'notes' | 'addresses'> | null
  address?: HcpAddress | null
  notes?: { id: string; content?: string | null }[] | null
  work_status?: string | null
  schedule?: {
    scheduled_start?: string | null
    scheduled_end?: string | null
    /** Only where they were asked for. */
    appointments?: HcpAppointment[] | null
  } | null
  assigned_employees?: { id: string }[] | null
  created_at?: string | null
  updated_at?: string | null
  canceled_at?: string | null
  deleted_at?: string | null
}

/** What keeps employees busy besides jobs. */
export type HcpEvent = {
  id: string
  assigned_employees?: { id: string }[] | null
  schedule?: { start_time?: string | null; end_time?: string | null } | null
}

export type HcpLead = {
  id: string
  number?: number | null
  customer?: { id: string } | null
  lead_source?: string | null
  status?: string | null
  total_amount?: number | null
}

export type HcpEstimate = {
  id: string
  estimate_number?: string | null
  customer?: { id: string } | null
  options?: { id: string; name?: string | null; total_amount?: number | null; approval_status?: string | null }[] | null
  created_at?: string | null
  updated_at?: string | null
}

export type HcpCompany = {
  id: string
  name?: string | null
  address?: Omit<HcpAddress, 'id' | 'type'> | null
  locations?: { id: string }[] | null
}
