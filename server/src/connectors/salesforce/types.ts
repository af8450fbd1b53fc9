/* What this connector reads of Salesforce's answers. */

/** A record of a query: the fields that were asked for. */
export type SObject = { Id: string; [field: string]: unknown }
export type Person = {
  Id: string
  FirstName?: string | null
  LastName?: string | null
  Email?: string | null
  Phone?: string | null
  CreatedDate?: string | null
  SystemModstamp?: string | null
}
export type SalesforceLead = {
  Id: string
  Description?: string | null
  Status?: string | null
  LeadSource?: string | null
  CreatedDate?: string | null
  SystemModstamp?: string | null
}
export type Opportunity = {
  Id: string
  Name?: string | null
  StageName?: string | null
  Amount?: number | null
  CloseDate?: string | null
  IsClosed?: boolean | null
  IsWon?: boolean | null
  /** Of organisations with several currencies; set here to that of the settings. */
  CurrencyIsoCode?: string | null
  CreatedDate?: string | null
  SystemModstamp?: string | null
}
export type Meeting = {
  Id: string
  Subject?: string | null
  StartDateTime?: string | null
  EndDateTime?: string | null
  Description?: string | null
  Location?: string | null
  WhoId?: string | null
  ShowAs?: string | null
  CreatedDate?: string | null
  SystemModstamp?: string | null
}

export type Fault = { errorCode?: string; statusCode?: string; message: string; fields?: string[] }
/** What became of one record that was written. */
export type Saved = { id?: string; success: boolean; created?: boolean; errors: Fault[] }
export type CompositeAnswer = { compositeResponse: { body: unknown; httpStatusCode: number; referenceId: string }[] }

export type Stage = { ApiName: string; MasterLabel: string; IsClosed: boolean; IsWon: boolean }
export type Described = {
  fields: {
    name: string
    label: string
    type: string
    nillable: boolean
    createable: boolean
    updateable: boolean
    defaultedOnCreate: boolean
    picklistValues: { value: string; label: string; active: boolean }[]
  }[]
}
export type UserInfo = { user_id: string; organization_id: string; preferred_username?: string; name?: string }
export type FlowList = { actions: { name: string; label: string }[] }
export type FlowRun = { isSuccess: boolean; errors?: { message?: string; statusCode?: string }[] | null }
