/* What this connector reads of Dataverse's answers. */

/** A record: the columns that were asked for. */
export type Row = { [column: string]: unknown }
export type Rows<T = Row> = { value: T[]; '@odata.nextLink'?: string; '@odata.deltaLink'?: string }

export type Person = {
  contactid: string
  firstname?: string | null
  lastname?: string | null
  fullname?: string | null
  emailaddress1?: string | null
  telephone1?: string | null
  createdon?: string | null
  modifiedon?: string | null
}
/** Expanded from the record, which itself holds no more than an id. */
type Currency = { isocurrencycode?: string | null }
export type DynamicsLead = {
  leadid: string
  subject?: string | null
  estimatedamount?: number | null
  _parentcontactid_value?: string | null
  transactioncurrencyid?: Currency | null
  statecode?: number | null
  createdon?: string | null
  modifiedon?: string | null
}
export type Opportunity = {
  opportunityid: string
  name?: string | null
  estimatedvalue?: number | null
  estimatedclosedate?: string | null
  _parentcontactid_value?: string | null
  transactioncurrencyid?: Currency | null
  statecode?: number | null
  createdon?: string | null
  modifiedon?: string | null
}
export type Appointment = {
  activityid: string
  subject?: string | null
  scheduledstart?: string | null
  scheduledend?: string | null
  description?: string | null
  location?: string | null
  _regardingobjectid_value?: string | null
  statecode?: number | null
  statuscode?: number | null
  createdon?: string | null
  modifiedon?: string | null
}

export type WhoAmI = { UserId: string; OrganizationId: string }
type Label = { UserLocalizedLabel?: { Label: string } | null; LocalizedLabels?: { Label: string }[] }
export type Option = { Value: number; Label: Label }
export type Attribute = {
  LogicalName: string
  AttributeOf?: string | null
  AttributeTypeName?: { Value: string } | null
  DisplayName?: Label | null
  RequiredLevel?: { Value: string } | null
  IsValidForCreate?: boolean
  IsValidForUpdate?: boolean
}
export type OptionAttribute = { LogicalName: string; OptionSet?: { Options: Option[] } | null }

/** A label as the user sees it. */
export const textOf = (label: Label | null | undefined): string | undefined =>
  label?.UserLocalizedLabel?.Label ?? label?.LocalizedLabels?.[0]?.Label
