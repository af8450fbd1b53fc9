import { randomBytes, randomUUID } from 'node:crypto'
import type { Static } from 'typebox'
import { type Account, defineEmulator, type Stored, type World } from '../emulator.ts'
import { type Listener, type MailEvent, makeKeys, tell } from './events.ts'
import { refuse, refused } from './failures.ts'
import { schemas } from './schemas.ts'

/** A mail that was taken, of one personalization. */
export type Mail = {
  messageId: string
  to: string[]
  cc: string[]
  bcc: string[]
  from: string
  subject: string
  content: { type: string; value: string }[]
  headers: Record<string, string>
  args: Record<string, string>
  categories: string[]
  attachments: string[]
}
type Contact = Record<string, unknown> & { email?: string; phone_number_id?: string; list_ids: string[] }
type Given = Static<typeof schemas.contacts>['contacts'][number]
type Field = Static<typeof schemas.field>

/** What a key with full access may do, as far as it matters here. */
const scopes = [
  'mail.send',
  'mail.batch.create',
  'marketing.read',
  'marketing.automation.read',
  'user.webhooks.event.settings.read',
]
/** Mail from here is refused, as from any domain that nobody has authenticated. */
const unverifiedDomain = '@unverified.example'
const reservedHeaders =
  /^(x-sg-id|x-sg-eid|received|dkim-signature|content-type|content-transfer-encoding|to|from|subject|reply-to|cc|bcc)$/i
const marketing = { sandbox: { scopes: ['marketing.read'] } }

/** SendGrid: mail, marketing contacts, and the signed event webhook. Mail to `bounce@…` comes back, to `dropped@…` is never sent. */
export const sendgrid = defineEmulator({
  id: 'sendgrid',
  name: 'SendGrid',
  hosts: ['api.sendgrid.com', 'api.eu.sendgrid.com'],
  keys: { 'SG.sandbox': 'sandbox' },
  rateLimits: [
    {
      name: 'minute',
      requests: 600,
      perMs: 60_000,
      headers: ({ remaining }) => ({ 'x-ratelimit-limit': '600', 'x-ratelimit-remaining': String(remaining) }),
    },
  ],
  refuse,

  routes(api, world) {
    api.get('/v3/scopes', async (request) => {
      const own = world.callerOf(request).scopes
      return { scopes: own === 'all' ? scopes : own }
    })

    const mailConfig = { sandbox: { scopes: ['mail.send'] } }
    api.post('/v3/mail/send', { config: mailConfig, schema: { body: schemas.mail } }, async (request, reply) => {
      const messageId = randomBytes(16).toString('base64url')
      checkMail(request.body)
      if (!request.body.mail_settings?.sandbox_mode?.enable)
        take(world, world.accountOf(request), request.body, messageId)
      return reply.code(202).header('x-message-id', messageId).send()
    })

    api.put(
      '/v3/marketing/contacts',
      { config: marketing, schema: { body: schemas.contacts } },
      async (request, reply) => {
        const account = world.accountOf(request)
        const { contacts, list_ids: listIds = [] } = request.body
        for (const [index, contact] of contacts.entries()) {
          if (!contact.email && !contact.phone_number_id && !contact.external_id && !contact.anonymous_id)
            throw refused(400, 'at least one identifier is required', `contacts[${index}]`)
          for (const field of Object.keys(contact.custom_fields ?? {}))
            if (!fieldsOf(account).get(field))
              throw refused(400, 'invalid custom field', `contacts[${index}].custom_fields.${field}`)
        }
        for (const contact of contacts) upsert(account, contact, listIds)
        return reply.code(202).send({ job_id: randomUUID() })
      },
    )
    api.delete(
      '/v3/marketing/contacts',
      { config: marketing, schema: { querystring: schemas.ids } },
      async (request, reply) => {
        const contacts = contactsOf(world.accountOf(request))
        for (const id of request.query.ids.split(',')) if (contacts.get(id)) contacts.delete(id)
        return reply.code(202).send({ job_id: randomUUID() })
      },
    )
    const byEmail = { config: marketing, schema: { body: schemas.emails } }
    api.post('/v3/marketing/contacts/search/emails', byEmail, async (request) => {
      const contacts = contactsOf(world.accountOf(request))
      const found = request.body.emails.map((email) => {
        const contact = contacts.find(({ data }) => data.email === email.toLowerCase())
        return [email.toLowerCase(), contact ? { contact: shown(contact) } : { error: 'contact not found' }] as const
      })
      if (!found.some(([, one]) => 'contact' in one)) throw refused(404, 'not found')
      return { result: Object.fromEntries(found) }
    })
    api.post(
      '/v3/marketing/contacts/search',
      { config: marketing, schema: { body: schemas.search } },
      async (request) => {
        const [, field = '', value] = /^(email|phone_number_id) = '((?:[^'\\]|\\')*)'$/.exec(request.body.query) ?? []
        if (value === undefined) throw refused(400, 'invalid query', 'query')
        const result = contactsOf(world.accountOf(request))
          .list({ where: ({ data }) => data[field] === value.replaceAll("\\'", "'") })
          .map(shown)
        return { result, contact_count: result.length }
      },
    )
    api.get('/v3/marketing/field_definitions', { config: marketing }, async (request) => ({
      custom_fields: fieldsOf(world.accountOf(request))
        .list()
        .map(({ id, data }) => ({ id, ...data })),
      reserved_fields: [{ name: 'email', field_type: 'Text', read_only: false }],
    }))
  },

  actions: (world) => ({
    /** Makes the event webhook of an account, signed. Answers the verification key that SendGrid shows. */
    listen: (url: string, account = 'sandbox'): string => {
      const { privateKey, publicKey } = makeKeys()
      world.account(account).values.listener = { url, privateKey } satisfies Listener
      return publicKey
    },
    /** The mails that were taken, oldest first. */
    mails: (account = 'sandbox'): Mail[] =>
      mailsOf(world.account(account))
        .list()
        .map(({ data }) => data),
    /** What a recipient does with a mail. */
    engage: (messageId: string, event: MailEvent, account = 'sandbox'): void => {
      const { data } = mailsOf(world.account(account)).need(messageId)
      tell(world, world.account(account), data, [{ event, to: data.to[0] ?? '' }])
    },
    /** Makes a custom field of contacts. */
    addField: (field: Field, account = 'sandbox'): void => {
      fieldsOf(world.account(account)).create(field, `e${world.nextId('field')}_${field.field_type[0]}`)
    },
  }),
})

const mailsOf = (account: Account) => account.records<Mail>('mails')
const contactsOf = (account: Account) => account.records<Contact>('contacts')
const fieldsOf = (account: Account) => account.records<Field>('fields')

/** What the schema of a single field cannot say. */
function checkMail(mail: Static<typeof schemas.mail>): void {
  const { personalizations, subject, content = [], template_id: template, from, headers = {} } = mail
  if (from.email.endsWith(unverifiedDomain))
    throw refused(403, 'The from address does not match a verified Sender Identity.', 'from')
  if (template === undefined && content.length === 0) throw refused(400, 'Content is required.', 'content')
  const firstHtml = content.findIndex(({ type }) => type === 'text/html')
  if (content.findLastIndex(({ type }) => type === 'text/plain') > firstHtml && firstHtml >= 0)
    throw refused(400, 'If present, text/plain and text/html may only be provided once, plain text first.', 'content')
  const reserved = Object.keys(headers).find((name) => reservedHeaders.test(name))
  if (reserved !== undefined) throw refused(400, `${reserved} is a reserved header.`, 'headers')
  for (const [index, one] of personalizations.entries()) {
    const place = `personalizations.${index}`
    if (template === undefined && one.subject === undefined && subject === undefined)
      throw refused(400, 'The subject is required.', `${place}.subject`)
    const all = [...one.to, ...(one.cc ?? []), ...(one.bcc ?? [])].map(({ email }) => email.toLowerCase())
    if (new Set(all).size !== all.length)
      throw refused(400, 'Each email address must be unique between to, cc, and bcc.', place)
    if (all.length > 1_000) throw refused(400, 'A mail has at most 1000 recipients.', place)
    if (Buffer.byteLength(JSON.stringify(one.custom_args ?? {})) > 10_000)
      throw refused(400, 'custom_args must not exceed 10000 bytes.', `${place}.custom_args`)
  }
}

function take(world: World, account: Account, body: Static<typeof schemas.mail>, messageId: string): void {
  const addresses = (people: { email: string }[] = []) => people.map(({ email }) => email)
  for (const [index, one] of body.personalizations.entries()) {
    const mail: Mail = {
      messageId,
      to: addresses(one.to),
      cc: addresses(one.cc),
      bcc: addresses(one.bcc),
      from: body.from.email,
      subject: one.subject ?? body.subject ?? '',
      content: body.content ?? [],
      headers: { ...body.headers, ...one.headers },
      args: one.custom_args ?? {},
      categories: body.categories ?? [],
      attachments: (body.attachments ?? []).map(({ filename }) => filename),
    }
    mailsOf(account).create(mail, index === 0 ? messageId : `${messageId}-${index}`)
    const events = [...mail.to, ...mail.cc, ...mail.bcc].flatMap((to) => fateOf(to).map((event) => ({ event, to })))
    tell(world, account, mail, events)
  }
}

function fateOf(address: string): MailEvent[] {
  if (address.startsWith('dropped@')) return ['dropped']
  return ['processed', address.startsWith('bounce@') ? 'bounce' : 'delivered']
}

/** Merges into the contact with the same identifier; SendGrid keeps addresses in lower case. */
function upsert(account: Account, given: Given, listIds: string[]): void {
  const contacts = contactsOf(account)
  const contact = { ...given, ...(given.email ? { email: given.email.toLowerCase() } : {}) }
  const present = contacts.find(({ data }) =>
    (['email', 'phone_number_id', 'external_id'] as const).some(
      (name) => contact[name] !== undefined && data[name] === contact[name],
    ),
  )
  const own = { ...(present?.data.custom_fields as object), ...contact.custom_fields }
  const list_ids = [...new Set([...(present?.data.list_ids ?? []), ...listIds])]
  const whole = { ...present?.data, ...contact, custom_fields: own, list_ids }
  if (present) contacts.update(present.id, whole)
  else contacts.create(whole, randomUUID())
}

const shown = ({ id, data, createdAt, updatedAt }: Stored<Contact>) => ({
  ...data,
  id,
  segment_ids: [],
  created_at: new Date(createdAt).toISOString(),
  updated_at: new Date(updatedAt).toISOString(),
})
