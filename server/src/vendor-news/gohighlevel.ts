import { ApiError } from '../api/errors.ts'
import type { Db } from '../db/database.ts'
import type { News } from '../inbound/news.ts'
import type { Reaction } from '../inbound/processing.ts'
import type { IntegrationRow } from '../integrations/queries.ts'
import { cut, instantAt } from '../kit/call.ts'
import type { Contact } from '../kit/models.ts'
import type { Leads } from '../leads/leads.ts'
import { findLead, findLeadIdByExternalId, type LeadRow } from '../leads/queries.ts'
import type { Log } from '../lib/log.ts'
import { listHosts } from '../scheduling/host-queries.ts'
import type { Scheduling } from '../scheduling/scheduling.ts'
import { createAppointments } from './appointments.ts'
import { dateOf, emailOf, textOf, zoneOf } from './fields.ts'
import { firstMember } from './queries.ts'
import type { Replies } from './replies.ts'

const system = 'gohighlevel'
/** What kind of stage each status of an opportunity is. */
const kinds: Readonly<Record<string, 'open' | 'won' | 'lost'>> = {
  open: 'open',
  won: 'won',
  lost: 'lost',
  abandoned: 'lost',
}
type Fields = Record<string, unknown>
type Given = { integration: IntegrationRow; news: News; eventId: string }

/**
 * What the hub makes of GoHighLevel's news, in the transaction that publishes them: contacts become leads, appointments bookings, opportunities
 * the status of their lead, and messages are handed to the responder. What cannot be is written to the log and to the lead, and never holds up what follows.
 */
export function hearGoHighLevel(deps: {
  leads: Pick<Leads, 'upsert' | 'addActivity' | 'changeStatus' | 'pipelines'>
  bookings: Pick<Scheduling['bookings'], 'bookIn' | 'moveIn' | 'cancelIn'>
  replies: Replies
  log: Log
}): Reaction {
  const { leads, bookings, replies, log } = deps
  const hearOf = createAppointments({ system, bookings })

  const leadOf = async (tx: Db, workspaceId: string, contactId: string | undefined): Promise<LeadRow | undefined> => {
    const id = contactId === undefined ? undefined : await findLeadIdByExternalId(tx, workspaceId, system, contactId)
    return id === undefined ? undefined : await findLead(tx, workspaceId, id)
  }

  async function makeLead(tx: Db, { integration, news }: Given, contact: Contact | undefined): Promise<void> {
    const { workspaceId } = integration
    const data = news.data as Fields
    const contactId = news.externalId ?? textOf(data.id)
    const known = await leadOf(tx, workspaceId, contactId)
    const ownerId = known ? undefined : await firstMember(tx, workspaceId)
    await leads.upsert(
      tx,
      workspaceId,
      {
        ...personOf(contact, data),
        ...(contactId === undefined ? {} : { externalIds: { [system]: contactId.slice(0, 300) } }),
        ...(ownerId === undefined ? {} : { ownerId }),
        source: system,
      },
      { title: 'Contact created at GoHighLevel' },
    )
  }

  /** Appointments become bookings, which follow what is moved and called off there. */
  async function hearAppointment(tx: Db, { integration, news, eventId }: Given): Promise<void> {
    const { workspaceId } = integration
    const whole = news.data as Fields
    const data = isObject(whole.appointment) ? whole.appointment : whole
    const lead = await leadOf(tx, workspaceId, textOf(data.contactId))
    const externalId = textOf(data.id) ?? news.externalId
    const zone = zoneOf(data.selectedTimezone ?? data.timezone) ?? (await zoneOfHosts(tx, workspaceId))
    const [startsAt, endsAt] = [timeOf(data.startTime, zone), timeOf(data.endTime, zone)]
    const status = textOf(data.appointmentStatus)
    const note = (title: string, more: object = {}) => {
      const told = { externalId, startsAt: startsAt?.toISOString(), status }
      return addTo(tx, workspaceId, lead, { title, data: { ...told, ...more }, eventId })
    }
    const isCreated = news.type === 'appointment.created'
    if (externalId === undefined || (startsAt === undefined && isCreated))
      return await note('Appointment at GoHighLevel without a time')
    try {
      const { bookingId, reason } = await hearOf(tx, integration, {
        ...{ externalId, startsAt, endsAt, title: textOf(data.title), at: dateOf(whole.timestamp) },
        isOff: news.type === 'appointment.deleted' || /^(cancell?ed|invalid)$/i.test(status ?? ''),
        // With which the connector marks what it books.
        isOurs: [data.description, data.notes].some((text) => /Reference: tenon[0-9a-f]{32}/.test(textOf(text) ?? '')),
        ...{ name: lead?.name ?? undefined, email: lead?.email ?? undefined, phone: lead?.phone ?? undefined },
      })
      if (bookingId !== undefined) await note('Appointment booked at GoHighLevel', { bookingId })
      else if (reason !== undefined) await note('Appointment at GoHighLevel that is no booking here', { reason })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      await note('Appointment at GoHighLevel that is no booking here', { reason: error.message })
    }
  }

  /** By which clocks a time is meant that names none. */
  async function zoneOfHosts(tx: Db, workspaceId: string): Promise<string> {
    const [host] = await listHosts(tx, workspaceId, { isActive: true, limit: 1 })
    return host?.timezone ?? 'UTC'
  }

  async function moveLead(tx: Db, { integration, news, eventId }: Given): Promise<void> {
    const { workspaceId } = integration
    const data = news.data as Fields
    const lead = await leadOf(tx, workspaceId, textOf(data.contactId))
    if (!lead) return log.info({ integrationId: integration.id }, 'an opportunity is of a contact that is no lead here')
    const told = textOf(data.status)
    const status = told?.trim().toLowerCase() ?? ''
    const wanted = Object.hasOwn(kinds, status) ? kinds[status] : undefined
    const { stages } = await leads.pipelines.find(tx, workspaceId, lead.pipelineId)
    const present = stages.find(({ key }) => key === lead.status)
    const stage = stages.find(({ key }) => key === status) ?? stages.find(({ kind }) => kind === wanted)
    const note = (more: object = {}) =>
      addTo(tx, workspaceId, lead, {
        title: cut(`Opportunity is ${told ?? 'of no status'} at GoHighLevel`, 200),
        data: { opportunityId: news.externalId, ...more },
        eventId,
      })
    if (!stage) return await note({ reason: 'No stage of the pipeline stands for this status.' })
    if (present?.key === stage.key || (present?.kind === wanted && stage.key !== status)) return await note()
    try {
      const reason = cut(`Opportunity is ${told} at GoHighLevel`, 200)
      await leads.changeStatus(tx, workspaceId, lead.id, { status: stage.key, reason }, null)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      await note({ reason: error.message })
    }
  }

  async function reply(tx: Db, { integration, news, eventId }: Given): Promise<void> {
    const data = news.data as Fields
    const lead = await leadOf(tx, integration.workspaceId, textOf(data.contactId))
    await replies.ask(tx, {
      workspaceId: integration.workspaceId,
      integrationId: integration.id,
      eventId,
      leadId: lead?.id,
      messageId: textOf(data.messageId) ?? news.externalId,
      contactId: textOf(data.contactId),
      conversationId: textOf(data.conversationId),
      text: textOf(data.body) ?? textOf(data.message) ?? '',
    })
  }

  const addTo = async (
    tx: Db,
    workspaceId: string,
    lead: LeadRow | undefined,
    { title, data, eventId }: { title: string; data: object; eventId: string },
  ): Promise<void> => {
    if (!lead) return log.info({ eventId }, title)
    const known = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined))
    await leads.addActivity(tx, workspaceId, lead.id, { type: 'integration', title, data: known, actor: null, eventId })
  }

  return async (tx, { integration, news, event, contact }) => {
    const given = { integration, news, eventId: event.id }
    try {
      if (news.type === 'contact.created') await makeLead(tx, given, contact)
      else if (/^appointment\.(created|updated|deleted)$/.test(news.type)) await hearAppointment(tx, given)
      else if (news.type === 'opportunity.status_change') await moveLead(tx, given)
      else if (news.type === 'outbound.message') await reply(tx, given)
    } catch (error) {
      // What makes no sense now makes none later; a failure of the database does, and is tried again.
      if (!(error instanceof ApiError)) throw error
      log.warn(
        { integrationId: integration.id, eventId: event.id, err: error },
        'news of GoHighLevel made nothing here',
      )
    }
  }
}

/** An instant; one that names no offset is by the clocks of the zone. */
function timeOf(value: unknown, zone: string): Date | undefined {
  const text = textOf(value)?.trim().replace(' ', 'T')
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text)) return dateOf(value)
  const [date = '', time = ''] = text.split('T')
  return instantAt(date, time, zone)
}

/** The contact as it was read again, or else as the webhook told it. */
function personOf(contact: Contact | undefined, data: Fields) {
  const told = contact ?? ({} as Partial<Contact>)
  const address = {
    street: told.address?.street ?? textOf(data.address1),
    city: told.address?.city ?? textOf(data.city),
    state: told.address?.state ?? textOf(data.state),
    postalCode: told.address?.postalCode ?? textOf(data.postalCode),
    country: told.address?.country ?? textOf(data.country),
  }
  const email = told.email ?? textOf(data.email)
  const person = {
    email: emailOf(email),
    phone: told.phone ?? textOf(data.phone),
    firstName: told.firstName ?? textOf(data.firstName),
    lastName: told.lastName ?? textOf(data.lastName),
    name: told.name ?? textOf(data.name),
    company: told.company ?? textOf(data.companyName),
    timezone: zoneOf(data.timezone),
  }
  return {
    ...present(person, 200),
    ...(Object.values(address).some(Boolean) ? { address: present(address, 100) } : {}),
  }
}

const present = <Parts extends Record<string, string | undefined>>(parts: Parts, longest: number) =>
  Object.fromEntries(
    Object.entries(parts).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, text.replace(/\p{Cc}/gu, ' ').slice(0, longest)]],
    ),
  ) as { [name in keyof Parts]?: string }

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null
