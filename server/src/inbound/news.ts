import { createHash } from 'node:crypto'
import { isStorable } from '../api/json-body.ts'
import type { NewEvent } from '../engine/types.ts'
import { builtInTypes, isTypeName } from '../events/catalogue.ts'
import type { EventTypes } from '../events/event-types.ts'
import { maxPayloadBytes } from '../events/schema.ts'
import type { IntegrationRow } from '../integrations/queries.ts'
import type { AnyConnector, InboundEvent } from '../kit/connector.ts'
import type { Contact } from '../kit/models.ts'
import type { InboundRow } from './queries.ts'

/** News of a vendor, told apart from what else it sent. */
export type News = InboundEvent & { eventId: string }

/**
 * The news in the order in which they happened, each with an id that is the same when the vendor sends it again. A body without
 * ids is told by its hash; an empty one says nothing, so that it is never taken for a repetition.
 */
export function newsOf(events: InboundEvent[], row: Pick<InboundRow, 'id' | 'body'>): News[] {
  const base = row.body.length === 0 ? row.id : createHash('sha256').update(row.body).digest('hex')
  const news = events.map((event, index) => ({
    ...event,
    ...(event.externalId === undefined ? {} : { externalId: storable(event.externalId, 0) as string }),
    eventId: idOf(event.eventId) ?? `${base}:${index}`,
    data: storable(event.data, 0),
  }))
  const isDated = news.every(({ occurredAt }) => timeOf(occurredAt) !== undefined)
  return isDated ? news.toSorted((one, other) => one.occurredAt!.getTime() - other.occurredAt!.getTime()) : news
}

/** Deeper news could be parsed, but not written again: `JSON.stringify` recurses. */
const maxDepth = 200

/**
 * What a vendor told, without what PostgreSQL cannot hold (null characters, halves of surrogate pairs): a stranger's text must not keep those behind it
 * waiting. @throws Error where it is nested too deep
 */
function storable(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return isStorable(value) ? value : value.toWellFormed().replaceAll('\0', '\ufffd')
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (depth > maxDepth) throw new Error(`it is nested deeper than ${maxDepth} levels`)
  if (Array.isArray(value)) return value.map((item) => storable(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [storable(name, 0) as string, storable(item, depth + 1)]),
  )
}

const longestId = 300

function idOf(given: string | undefined): string | undefined {
  if (given === undefined || given === '') return undefined
  if (given.length <= longestId && isStorable(given)) return given
  return createHash('sha256').update(given).digest('hex')
}

/** Whether the record that changed is to be read again, since a webhook may be old or tell little. */
export const isOfContact = <One extends InboundEvent>(news: One): news is One & { externalId: string } =>
  (news.type === 'contact.created' || news.type === 'contact.updated') &&
  typeof news.externalId === 'string' &&
  news.externalId !== ''

/**
 * The event to publish. A type of the catalogue keeps its name where the payload is what its subscribers may expect; all others
 * are the connector's own, such as `hubspot.deal.created`.
 */
export async function eventOf(
  news: News,
  contact: Contact | undefined,
  given: { row: IntegrationRow; connector: AnyConnector; inboundId: string; eventTypes: EventTypes },
): Promise<NewEvent> {
  const { row, connector, inboundId, eventTypes } = given
  const { type, data, externalId } = news
  const about = {
    integrationId: row.id,
    connector: connector.id,
    inboundWebhookId: inboundId,
    ...(externalId === undefined ? {} : { externalId }),
  }
  const occurredAt = timeOf(news.occurredAt)
  if (builtInTypes.has(type)) {
    const payload = bounded({ ...fieldsOf(data), ...(contact ? personOf(contact) : {}), ...contactId(news), ...about })
    const check = await eventTypes.checkOf(row.workspaceId, type)
    if (payload && !check?.(payload, 'payload')) return { type, payload, occurredAt }
  }
  const payload = bounded({ ...about, data }) ?? about
  return { type: ownType(connector.id, type), payload, occurredAt }
}

const contactId = (news: News) => (isOfContact(news) ? { contactId: news.externalId } : {})

const fieldsOf = (data: unknown): object => (typeof data === 'object' && data !== null ? data : {})

/** A contact as the payloads of `contact.created` and `contact.updated` have it. */
function personOf(contact: Contact): Record<string, unknown> {
  const { email, phone, firstName, lastName, name, company, tags, customFields } = contact
  const fields = { email, phone, firstName, lastName, name, company, tags, customFields }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))
}

/** What an event cannot hold stays with the webhook, whose id the event bears. */
const bounded = <Payload extends object>(payload: Payload): Payload | undefined =>
  Buffer.byteLength(JSON.stringify(payload)) > maxPayloadBytes ? undefined : payload

function ownType(connectorId: string, type: string): string {
  const name = type.startsWith(`${connectorId}.`) ? type : `${connectorId}.${type}`
  if (isTypeName(name)) return name
  const words = name.split('.').map((word) => word.replaceAll(/[^A-Za-z0-9_-]+/g, '_'))
  const clean = words.filter((word) => word !== '').join('.')
  return clean.slice(0, 128).replace(/\.+$/, '')
}

/** A time that the events can hold; a vendor's clock that is far off counts as none. */
function timeOf(time: Date | undefined): Date | undefined {
  const ms = time?.getTime() ?? Number.NaN
  return ms >= 0 && ms < Date.UTC(10_000, 0) ? time : undefined
}
