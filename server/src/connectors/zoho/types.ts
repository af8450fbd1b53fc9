/* What this connector reads of Zoho's answers. */

/** A record: the fields that were asked for. */
export type ZohoRecord = { id: string; [field: string]: unknown }
export type Lookup = { id: string; name?: string | null }
export type Tag = { name: string; id?: string }

type Recorded = { id: string; Created_Time?: string | null; Modified_Time?: string | null }
export type Person = Recorded & {
  First_Name?: string | null
  Last_Name?: string | null
  Email?: string | null
  Phone?: string | null
  Tag?: Tag[] | null
}
export type ZohoLead = Recorded & {
  Description?: string | null
  Lead_Status?: string | null
  Lead_Source?: string | null
}
export type ZohoDeal = Recorded & {
  Deal_Name?: string | null
  Pipeline?: string | null
  Stage?: string | null
  Amount?: number | null
  /** Of accounts with several currencies; set here to that of the settings. */
  Currency?: string | null
  Closing_Date?: string | null
  Contact_Name?: Lookup | null
}
export type Participant = { type: string; participant: string; Email?: string | null; name?: string | null }
export type Meeting = Recorded & {
  Event_Title?: string | null
  Start_DateTime?: string | null
  End_DateTime?: string | null
  Venue?: string | null
  Description?: string | null
  Participants?: Participant[] | null
  Who_Id?: Lookup | null
}

/** Why Zoho refused something: a whole request, or one row of it. */
export type Fault = { code?: string; message?: string; status?: string; details?: { api_name?: string } | null }
/** What became of one record that was written. */
export type Row = Fault & { action?: 'insert' | 'update'; details?: { id?: string; api_name?: string } | null }
export type Page<T> = { data?: T[] } | undefined

export type PickListValue = {
  actual_value: string
  display_value: string
  forecast_type?: string | null
  probability?: number | null
  type?: string | null
}
export type FieldShape = {
  api_name: string
  field_label: string
  data_type: string
  system_mandatory?: boolean
  read_only?: boolean
  field_read_only?: boolean
  pick_list_values?: PickListValue[]
  layout_associations?: { id: string }[] | null
}
export type ZohoPipeline = { display_value: string; actual_value: string; maps: PickListValue[] }
export type Organization = { company_name?: string | null; zgid?: string | number | null; id: string }
export type Deleted = { id: string; deleted_time: string }
