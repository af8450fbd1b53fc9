/** The fields of Stripe's objects that are used. Times are epoch seconds, money is in minor units. */
export type StripeCustomer = {
  id: string
  deleted?: boolean
  created?: number
  email?: string | null
  name?: string | null
  phone?: string | null
}
export type StripePaymentIntent = {
  id: string
  amount: number
  currency: string
  status: string
  customer?: string | null
  client_secret?: string | null
}
export type StripeInvoice = {
  id: string
  status: string
  amount_due: number
  currency: string
  customer?: string | null
  hosted_invoice_url?: string | null
}
export type StripePaymentLink = { id: string; url: string; active: boolean }
export type StripeSubscription = {
  id: string
  status: string
  customer: string
  items?: { data: { price: { id: string } }[] }
}
export type StripeAccount = {
  id: string
  email?: string | null
  settings?: { dashboard?: { display_name?: string | null } }
}
export type StripeList<T> = { data: T[]; has_more: boolean }
export type StripeError = {
  error?: { type?: string; code?: string; message?: string; decline_code?: string; param?: string }
}
export type StripeEvent = { id: string; type: string; created?: number; data?: { object?: { id?: string } } }
