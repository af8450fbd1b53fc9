import type { Changes, Contact, Invoice, New, PaymentIntent, PaymentSubscription } from '../../kit/index.ts'
import type { StripeCustomer, StripeInvoice, StripePaymentIntent, StripeSubscription } from './types.ts'

/** Stripe keeps a whole name only. */
export const readContact = (raw: StripeCustomer): Contact => ({
  externalId: raw.id,
  ...(raw.email ? { email: raw.email } : {}),
  ...(raw.name ? { name: raw.name } : {}),
  ...(raw.phone ? { phone: raw.phone } : {}),
  raw,
})

export const writeContact = ({ email, phone, ...names }: New<Contact> | Changes<Contact>) => ({
  email,
  phone,
  name: nameOf(names),
})

const nameOf = ({ name, firstName, lastName }: Changes<Contact>): string | null | undefined => {
  if (name !== undefined) return name
  if (firstName === undefined && lastName === undefined) return undefined
  return [firstName, lastName].filter(Boolean).join(' ') || null
}

/** Completes a change of one part of a name with the other part, as far as a whole name tells them apart. */
export function withWholeName(changes: Changes<Contact>, present: string): Changes<Contact> {
  const [first = '', ...rest] = present.split(' ')
  const { firstName = first, lastName = rest.join(' ') } = changes
  return { ...changes, firstName, lastName }
}

export const readPaymentIntent = (raw: StripePaymentIntent): PaymentIntent => ({
  externalId: raw.id,
  amountMinor: raw.amount,
  currency: raw.currency.toUpperCase(),
  status: raw.status,
  ...(raw.customer ? { customerId: raw.customer } : {}),
  ...(raw.client_secret ? { clientSecret: raw.client_secret } : {}),
})

export const readInvoice = (raw: StripeInvoice): Invoice => ({
  externalId: raw.id,
  status: raw.status,
  amountMinor: raw.amount_due,
  currency: raw.currency.toUpperCase(),
  ...(raw.hosted_invoice_url ? { url: raw.hosted_invoice_url } : {}),
  ...(raw.customer ? { customerId: raw.customer } : {}),
  raw,
})

export function readSubscription(raw: StripeSubscription): PaymentSubscription {
  const priceId = raw.items?.data[0]?.price.id
  return { externalId: raw.id, status: raw.status, customerId: raw.customer, ...(priceId ? { priceId } : {}), raw }
}
