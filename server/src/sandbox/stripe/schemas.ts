import { Type } from 'typebox'

const optional = Type.Optional
const text = () => Type.String({ maxLength: 5_000 })
const id = () => Type.String({ minLength: 1, maxLength: 5_000 })
const currency = () => Type.String({ pattern: '^[a-zA-Z]{3}$' })
const metadata = () => Type.Record(Type.String(), Type.String())
const common = { metadata: optional(metadata()), expand: optional(Type.Array(Type.String())) }
const priceData = () =>
  Type.Object({
    currency: currency(),
    unit_amount: Type.Integer({ minimum: 0 }),
    product: optional(id()),
    product_data: optional(Type.Object({ name: id(), metadata: optional(metadata()) })),
  })

/** The parameters that each call takes, and no other. */
export const schemas = {
  nothing: Type.Object({ expand: common.expand }),
  customer: Type.Object({
    email: optional(Type.String({ maxLength: 512 })),
    name: optional(Type.String({ maxLength: 256 })),
    phone: optional(Type.String({ maxLength: 20 })),
    description: optional(text()),
    ...common,
  }),
  customerList: Type.Object({
    email: optional(text()),
    limit: optional(Type.Integer({ minimum: 1, maximum: 100 })),
    starting_after: optional(id()),
  }),
  customerSearch: Type.Object({ query: id(), limit: optional(Type.Integer({ minimum: 1, maximum: 100 })) }),
  paymentIntent: Type.Object({
    amount: Type.Integer({ minimum: 1, maximum: 99_999_999 }),
    currency: currency(),
    customer: optional(id()),
    description: optional(text()),
    automatic_payment_methods: optional(Type.Object({ enabled: Type.Boolean() })),
    ...common,
  }),
  invoice: Type.Object({
    customer: id(),
    currency: optional(currency()),
    collection_method: optional(Type.Enum(['charge_automatically', 'send_invoice'])),
    days_until_due: optional(Type.Integer({ minimum: 0 })),
    due_date: optional(Type.Integer()),
    auto_advance: optional(Type.Boolean()),
    description: optional(text()),
    pending_invoice_items_behavior: optional(Type.Enum(['exclude', 'include'])),
    ...common,
  }),
  invoiceItem: Type.Object({
    customer: id(),
    invoice: id(),
    amount: Type.Integer(),
    currency: currency(),
    description: optional(text()),
    ...common,
  }),
  finalize: Type.Object({ auto_advance: optional(Type.Boolean()), expand: common.expand }),
  price: Type.Object({
    currency: currency(),
    unit_amount: Type.Integer({ minimum: 0 }),
    product_data: Type.Object({ name: id() }),
    recurring: optional(Type.Object({ interval: Type.Enum(['day', 'week', 'month', 'year']) })),
    ...common,
  }),
  paymentLink: Type.Object({
    line_items: Type.Array(
      Type.Object({
        price: optional(id()),
        price_data: optional(priceData()),
        quantity: Type.Integer({ minimum: 1 }),
      }),
      { minItems: 1, maxItems: 20 },
    ),
    ...common,
  }),
  subscription: Type.Object({
    customer: id(),
    items: Type.Array(Type.Object({ price: id(), quantity: optional(Type.Integer({ minimum: 0 })) }), { minItems: 1 }),
    trial_period_days: optional(Type.Integer({ minimum: 0, maximum: 730 })),
    payment_behavior: optional(Type.Enum(['allow_incomplete', 'default_incomplete', 'error_if_incomplete'])),
    ...common,
  }),
  subscriptionChange: Type.Object({ cancel_at_period_end: optional(Type.Boolean()), ...common }),
}
