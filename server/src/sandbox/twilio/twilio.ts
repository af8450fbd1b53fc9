import { createHmac } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { type Account, type Answer, defineEmulator, type Failure, refusal, type World } from '../emulator.ts'

/** The account that is there from the start; its secrets always work. */
export const sandboxAccount = { sid: `AC${'0'.repeat(31)}1`, token: '0123456789abcdef0123456789abcdef' }
/** A number that sends, and a pool that chooses it. */
export const sandboxSender = { number: '+14155550100', pool: `MG${'0'.repeat(31)}1` }

type Message = {
  to: string
  from: string
  body: string
  media: string[]
  status: string
  segments: number
  callback: string | null
  pool: string | null
}
type Settings = { inboundUrl?: string; optedOut?: string[] }

const optional = Type.Optional
const messageFields = Type.Object({
  To: Type.String({ minLength: 1 }),
  From: optional(Type.String()),
  MessagingServiceSid: optional(Type.String({ pattern: '^MG[0-9a-fA-F]{32}$' })),
  Body: optional(Type.String({ maxLength: 1_600 })),
  MediaUrl: optional(Type.String({ pattern: '^https?://' })),
  StatusCallback: optional(Type.String({ pattern: '^https?://' })),
  ValidityPeriod: optional(Type.Integer({ minimum: 1, maximum: 36_000 })),
})
const bySid = Type.Object({ account: Type.String({ pattern: '^AC[0-9a-fA-F]{32}$' }) })

const body = (status: number, code: number, message: string) => ({
  code,
  message,
  more_info: `https://www.twilio.com/docs/errors/${code}`,
  status,
})
const refused = (status: number, code: number, message: string) => refusal(status, body(status, code, message))

/** Twilio's messages: `+1500555…` numbers fail as its magic numbers do, whoever wrote STOP is not written to. */
export const twilio = defineEmulator({
  id: 'twilio',
  name: 'Twilio',
  hosts: ['api.twilio.com'],
  bodies: ['form'],
  keys: { [`${sandboxAccount.sid}:${sandboxAccount.token}`]: 'sandbox' },
  tokenOf: ({ headers: { authorization = '' } }) => {
    const [, encoded] = /^basic\s+(\S+)$/i.exec(authorization) ?? []
    return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString()
  },
  rateLimits: [{ name: 'concurrency', requests: 100, perMs: 1_000 }],
  refuse,

  routes(api, world) {
    const account = { params: bySid }
    api.get('/2010-04-01/Accounts/:account.json', { schema: account }, async (request) => {
      own(request.params.account)
      return {
        sid: sandboxAccount.sid,
        friendly_name: `${world.accountOf(request).name} (Twilio)`,
        status: 'active',
        type: 'Full',
        owner_account_sid: sandboxAccount.sid,
        date_created: rfc2822(0),
        date_updated: rfc2822(0),
        uri: `/2010-04-01/Accounts/${sandboxAccount.sid}.json`,
      }
    })

    api.post(
      '/2010-04-01/Accounts/:account/Messages.json',
      { schema: { ...account, body: messageFields } },
      async (request, reply) => {
        own(request.params.account)
        const owner = world.accountOf(request)
        // A name that stands several times is a list.
        const media = new URLSearchParams(world.bytesOf(request).toString()).getAll('MediaUrl')
        const id = send(world, owner, request.body, media)
        return reply.code(201).send(shown(owner, id))
      },
    )

    const one = {
      params: Type.Object({ ...bySid.properties, file: Type.String({ pattern: '^(SM|MM)[0-9a-f]{32}\\.json$' }) }),
    }
    api.get('/2010-04-01/Accounts/:account/Messages/:file', { schema: one }, async (request) => {
      own(request.params.account)
      return shown(world.accountOf(request), request.params.file.replace('.json', ''))
    })
  },

  actions: (world) => ({
    /** Sets where messages that come in are posted to. */
    listen: (url: string, account = 'sandbox'): void => {
      settingsOf(world.account(account)).inboundUrl = url
    },
    /** A person writes to the account's number. */
    receive: (from: string, text: string, media: string[] = [], account = 'sandbox'): void => {
      const owner = world.account(account)
      const settings = settingsOf(owner)
      const word = text.trim().toUpperCase()
      const out = new Set(settings.optedOut)
      if (['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT'].includes(word)) out.add(from)
      if (['START', 'YES', 'UNSTOP'].includes(word)) out.delete(from)
      settings.optedOut = [...out]
      const sid = `SM${world.nextId('message').padStart(32, '0')}`
      const pictures = media.flatMap((url, index) => [
        [`MediaUrl${index}`, url],
        [`MediaContentType${index}`, 'image/jpeg'],
      ])
      if (settings.inboundUrl)
        post(world, owner, settings.inboundUrl, {
          ...{ MessageSid: sid, SmsSid: sid, AccountSid: sandboxAccount.sid, From: from, To: sandboxSender.number },
          ...{ Body: text, NumMedia: String(media.length), SmsStatus: 'received', ApiVersion: '2010-04-01' },
          ...Object.fromEntries(pictures),
        })
    },
    /** What was sent, oldest first. */
    messages: (account = 'sandbox'): (Message & { sid: string })[] =>
      messagesOf(world.account(account))
        .list()
        .map(({ id, data }) => ({ ...data, sid: id })),
    /** Reports what became of a message. */
    report: (sid: string, status: string, errorCode?: number, account = 'sandbox'): void =>
      report(world, world.account(account), sid, status, errorCode),
  }),
})

const messagesOf = (account: Account) => account.records<Message>('messages')
function settingsOf({ values }: Account): Settings {
  values.settings ??= {}
  return values.settings as Settings
}
const rfc2822 = (time: number): string => new Date(time).toUTCString().replace('GMT', '+0000')

function own(sid: string): void {
  if (sid !== sandboxAccount.sid) throw refused(404, 20_404, `The requested resource /Accounts/${sid} was not found`)
}

function send(world: World, account: Account, fields: Static<typeof messageFields>, media: string[]): string {
  const { To: to, From: from, MessagingServiceSid: pool, Body: text = '', StatusCallback: callback } = fields
  if (text === '' && media.length === 0) throw refused(400, 21_602, 'Message body is required.')
  if (!/^\+[1-9]\d{6,14}$/.test(to)) throw refused(400, 21_211, `The 'To' number ${to} is not a valid phone number.`)
  if (from === undefined && pool === undefined) throw refused(400, 21_603, "A 'From' phone number is required.")
  if (from === '+15005550001') throw refused(400, 21_212, `The 'From' number ${from} is not a valid phone number.`)
  if (to === '+15005550009') throw refused(400, 21_614, `'To' number is not a valid mobile number: ${to}`)
  if (settingsOf(account).optedOut?.includes(to))
    throw refused(400, 21_610, 'Attempt to send to unsubscribed recipient')
  const sid = `${media.length > 0 ? 'MM' : 'SM'}${world.nextId('message').padStart(32, '0')}`
  const sender = from ?? sandboxSender.number
  const segments = Math.max(1, Math.ceil(text.length / 153))
  messagesOf(account).create(
    { to, from: sender, body: text, media, status: 'queued', segments, callback: callback ?? null, pool: pool ?? null },
    sid,
  )
  if (callback !== undefined) for (const status of ['sent', 'delivered']) report(world, account, sid, status)
  return sid
}

function report(world: World, account: Account, sid: string, status: string, errorCode?: number): void {
  const { data } = messagesOf(account).update(sid, { status })
  if (data.callback === null) return
  post(world, account, data.callback, {
    ...{ MessageSid: sid, SmsSid: sid, MessageStatus: status, SmsStatus: status, AccountSid: sandboxAccount.sid },
    ...{ To: data.to, From: data.from, ApiVersion: '2010-04-01' },
    ...(errorCode === undefined ? {} : { ErrorCode: String(errorCode) }),
  })
}

function post(world: World, account: Account, url: string, fields: Record<string, string>): void {
  const body = new URLSearchParams(fields).toString()
  world.send({
    account: account.name,
    url,
    build: () => ({ body, headers: signed({ url, fields, token: sandboxAccount.token }) }),
  })
}

/** Signs a form as Twilio does: the URL, then each name with its value in order of the names. */
export function signed({ url, fields, token }: { url: string; fields: Record<string, string>; token: string }) {
  const text = Object.keys(fields)
    .sort()
    .reduce((all, name) => all + name + fields[name], url)
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': 'TwilioProxy/1.1',
    'x-twilio-signature': createHmac('sha1', token).update(text).digest('base64'),
  }
}

function shown(account: Account, sid: string) {
  const { data, createdAt, updatedAt } = messagesOf(account).need(sid)
  return {
    sid,
    account_sid: sandboxAccount.sid,
    messaging_service_sid: data.pool,
    to: data.to,
    from: data.from,
    body: data.body,
    status: data.status,
    num_segments: String(data.segments),
    num_media: String(data.media.length),
    direction: 'outbound-api',
    api_version: '2010-04-01',
    price: null,
    price_unit: 'USD',
    error_code: null,
    error_message: null,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
    date_sent: null,
    uri: `/2010-04-01/Accounts/${sandboxAccount.sid}/Messages/${sid}.json`,
    subresource_uris: { media: `/2010-04-01/Accounts/${sandboxAccount.sid}/Messages/${sid}/Media.json` },
  }
}

function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid': {
      const [{ path, keyword, message } = { path: '', keyword: '', message: 'is not valid' }] = failure.faults
      if (keyword === 'required' && path === 'To')
        return { status: 400, body: body(400, 21_604, "A 'To' phone number is required.") }
      return { status: 400, body: body(400, 20_001, `${path} ${message}`) }
    }
    case 'unreadable':
      return { status: 400, body: body(400, 20_001, failure.message) }
    case 'unauthorized':
      return { status: 401, body: body(401, 20_003, 'Authenticate') }
    case 'forbidden':
      return { status: 403, body: body(403, 20_403, 'Forbidden') }
    case 'rate_limited':
      return {
        status: 429,
        body: body(429, 20_429, 'Too Many Requests'),
        headers: { 'retry-after': String(failure.retryAfterSeconds) },
      }
    case 'unavailable':
      return { status: failure.status, body: body(failure.status, 20_500, 'Internal Server Error') }
    default:
      return { status: 404, body: body(404, 20_404, 'The requested resource was not found') }
  }
}
