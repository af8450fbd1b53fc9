import { ApiError } from '../api/errors.ts'
import type { Db } from '../db/database.ts'
import type { News } from '../inbound/news.ts'
import type { Reaction } from '../inbound/processing.ts'
import type { IntegrationRow } from '../integrations/queries.ts'
import type { Contact } from '../kit/models.ts'
import type { Leads } from '../leads/leads.ts'
import { findLead, findLeadIdByExternalId, type LeadRow } from '../leads/queries.ts'
import type { Log } from '../lib/log.ts'
import { findBookingByExternalId } from '../scheduling/booking-queries.ts'
import { listHosts } from '../scheduling/host-queries.ts'
import type { Scheduling } from '../scheduling/scheduling.ts'
import { dateOf, emailOf, textOf, zoneOf } from './fields.ts'
import { firstMember } from './queries.ts'
import type { Replies } from './replies.ts'

const system = 'gohighlevel'
type Fields = Record<string, unknown>
type Given = { integration: IntegrationRow; news: News; eventId: string }

/**
 * What the hub makes of GoHighLevel's news, in the transaction that publishes them: contacts become leads, appointments bookings, opportunities
 * the status of their lead, and messages are handed to the responder. What cannot be is written to the log and to the lead, and never holds up what follows.
 */
export function hearGoHighLevel(deps: {
  leads: Pick<Leads, 'upsert' | 'addActivity' | 'changeStatus' | 'pipelines'>
  bookings: Pick<Scheduling['bookings'], 'bookIn'>
  replies: Replies
  log: Log
}): Reaction {
  const { leads, bookings, replies, log } = deps

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

  async function makeBooking(tx: Db, { integration, news, eventId }: Given): Promise<void> {
    const { workspaceId } = integration
    const { appointment } = news.data as Fields
    const data = isObject(appointment) ? appointment : (news.data as Fields)
    const externalId = textOf(data.id) ?? news.externalId
    const [startsAt, endsAt] = [dateOf(data.startTime), dateOf(data.endTime)]
    const lead = await leadOf(tx, workspaceId, textOf(data.contactId))
    const told = { externalId, startsAt: startsAt?.toISOString(), status: textOf(data.appointmentStatus) }
    const note = (title: string, more: object = {}) =>
      addTo(tx, workspaceId, lead, { title, data: { ...told, ...more }, eventId })
    if (externalId === undefined || startsAt === undefined)
      return await note('Appointment at GoHighLevel without a time')
    if (await findBookingByExternalId(tx, workspaceId, integration.id, externalId)) return
    const hosts = await listHosts(tx, workspaceId, { isActive: true, limit: 50 })
    if (hosts.length === 0) return await note('Appointment at GoHighLevel; nobody can be booked here yet')
    const minutes = endsAt ? Math.round((endsAt.getTime() - startsAt.getTime()) / 60_000) : undefined
    const made = await bookings.bookIn(tx, workspaceId, {
      ...{
        hostIds: hosts.map(({ id }) => id),
        mode: 'any',
        startsAt: startsAt.toISOString(),
        force: true,
        source: system,
      },
      ...(minutes !== undefined && minutes >= 5 && minutes <= 1_440 ? { durationMinutes: minutes } : {}),
      ...{ key: `${system} ${externalId}`.slice(0, 200), from: { integrationId: integration.id, externalId } },
      ...(textOf(data.title) ? { title: textOf(data.title)!.slice(0, 200) } : {}),
      ...(lead?.name ? { name: lead.name.slice(0, 200) } : {}),
      ...(lead?.email ? { email: lead.email } : {}),
      ...(lead?.phone ? { phone: lead.phone } : {}),
    })
    if (made.row) await note('Appointment booked at GoHighLevel', { bookingId: made.row.id })
    else await note('Appointment at GoHighLevel at a time that is taken here', { reason: made.reason })
  }

  async function moveLead(tx: Db, { integration, news, eventId }: Given): Promise<void> {
    const { workspaceId } = integration
    const data = news.data as Fields
    const lead = await leadOf(tx, workspaceId, textOf(data.contactId))
    if (!lead) return log.info({ integrationId: integration.id }, 'an opportunity is of a contact that is no lead here')
    const status = textOf(data.status)
    const wanted = status === 'won' ? 'won' : status === 'lost' || status === 'abandoned' ? 'lost' : 'open'
    const pipeline = await leads.pipelines.find(tx, workspaceId, lead.pipelineId)
    const present = pipeline.stages.find(({ key }) => key === lead.status)
    const stage = pipeline.stages.find(({ key, kind }) => key === status || kind === wanted)
    if (!stage || present?.kind === wanted) {
      return await addTo(tx, workspaceId, lead, {
        title: `Opportunity is ${status ?? 'open'} at GoHighLevel`,
        data: { opportunityId: news.externalId },
        eventId,
      })
    }
    const reason = `Opportunity is ${status} at GoHighLevel`
    await leads.changeStatus(tx, workspaceId, lead.id, { status: stage.key, reason }, null)
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
      else if (news.type === 'appointment.created') await makeBooking(tx, given)
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
