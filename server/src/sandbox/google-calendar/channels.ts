import { createHash } from 'node:crypto'
import type { Account, World } from '../emulator.ts'
import { invalid, refused } from './answers.ts'
import type { ChannelBody } from './schemas.ts'

/** An open push channel. */
export type SandboxChannel = {
  calendarId: string
  resourceId: string
  resourceUri: string
  address: string
  token?: string
  expiration: number
  messages: number
}

const dayMs = 86_400_000
const standardLifeMs = 7 * dayMs
const longestLifeMs = 30 * dayMs

export const channelsOf = (account: Account) => account.records<SandboxChannel>('channels')

/**
 * Opens a channel and says so to its address.
 * @throws the refusals for a channel that cannot be
 */
export function openChannel(world: World, account: Account, calendarId: string, body: ChannelBody) {
  const { id, type, address, token, expiration } = body
  if (id === undefined || id === '') throw invalid('Missing required field: id', 'required')
  if (!/^[A-Za-z0-9\-_+/=]{1,64}$/.test(id)) throw invalid('Invalid channel id', 'channelIdInvalid')
  if (type !== 'web_hook') throw invalid(`Unknown channel type: ${type ?? ''}`, 'channelUnknownType')
  if (address === undefined || !isReachable(address)) {
    throw invalid(`WebHook callback must be HTTPS: ${address ?? ''}`, 'push.webhookUrlNotHttps')
  }
  if (token !== undefined && token.length > 256) throw invalid('Channel token is too long', 'channelTokenTooLong')
  if (channelsOf(account).get(id, { deleted: true })) throw invalid(`Channel id ${id} not unique`, 'channelIdNotUnique')
  const wanted = expiration === undefined ? world.now() + standardLifeMs : Number(expiration)
  if (!Number.isFinite(wanted) || wanted <= world.now()) throw invalid('Invalid expiration', 'channelExpirationInvalid')
  const channel: SandboxChannel = {
    calendarId,
    resourceId: createHash('sha256').update(`${account.name}/${calendarId}`).digest('base64url').slice(0, 27),
    resourceUri: `https://www.googleapis.com/calendar/v3/calendars/${encodeURIComponent(calendarId)}/events?alt=json`,
    address,
    ...(token === undefined ? {} : { token }),
    expiration: Math.min(wanted, world.now() + longestLifeMs),
    messages: 0,
  }
  channelsOf(account).create(channel, id)
  tell(world, account, id, 'sync')
  return {
    kind: 'api#channel',
    id,
    resourceId: channel.resourceId,
    resourceUri: channel.resourceUri,
    ...(token === undefined ? {} : { token }),
    expiration: String(channel.expiration),
  }
}

/** @throws the refusal 404 where there is none, or it is of another resource */
export function stopChannel(world: World, account: Account, { id = '', resourceId }: ChannelBody): void {
  const channel = channelsOf(account).get(id)
  if (!channel || channel.data.resourceId !== resourceId || channel.data.expiration <= world.now()) {
    throw refused(404, { reason: 'notFound', message: `Channel '${id}' not found for project 'sandbox'` })
  }
  channelsOf(account).delete(id)
}

/** Says to everybody who listens that something in a calendar changed, and not what. */
export function announce(world: World, account: Account, calendarId: string): void {
  const open = channelsOf(account).list({
    where: ({ data }) => data.calendarId === calendarId && data.expiration > world.now(),
  })
  for (const { id } of open) tell(world, account, id, 'exists')
}

function tell(world: World, account: Account, id: string, state: 'sync' | 'exists'): void {
  const channels = channelsOf(account)
  const { data } = channels.update(id, ({ messages, ...channel }) => ({ ...channel, messages: messages + 1 }))
  const headers = {
    'x-goog-channel-id': id,
    'x-goog-channel-expiration': new Date(data.expiration).toUTCString(),
    'x-goog-message-number': String(data.messages),
    'x-goog-resource-id': data.resourceId,
    'x-goog-resource-state': state,
    'x-goog-resource-uri': data.resourceUri,
    'content-length': '0',
    ...(data.token === undefined ? {} : { 'x-goog-channel-token': data.token }),
  }
  world.send({
    account: account.name,
    url: data.address,
    retrySeconds: [10, 60, 300],
    // Google tries again after these only, and takes any other answer for heard.
    accepts: (status) => ![500, 502, 503, 504].includes(status),
    build: () => ({ headers, body: '' }),
  })
}

/** HTTPS as Google wants it; this machine is reached without, since the sandbox runs beside the hub. */
function isReachable(address: string): boolean {
  const url = URL.parse(address)
  const isLocal = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return url?.protocol === 'https:' || (isLocal && url.protocol === 'http:')
}
