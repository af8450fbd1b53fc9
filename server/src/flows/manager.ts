import { invalid } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import { timeOf } from '../events/events.ts'
import type { ActivityInput } from '../leads/activities.ts'
import type { Leads } from '../leads/leads.ts'
import { known, leadPayload } from '../leads/payloads.ts'
import type { LeadRow } from '../leads/queries.ts'
import type { NewLead } from '../leads/schema.ts'
import { sourceInWords } from '../leads/source-words.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { WatchedEngine } from './published.ts'
import { queuedFor } from './queued.ts'
import {
  type AssessmentCompletion,
  type ConsultationRequest,
  canonicalEngagement,
  type EmailEngagement,
  type FlowAnswer,
  type LeadCapture,
} from './schema.ts'

const maxResultBytes = 128 * 1_024

export type IntegrationManager = ReturnType<typeof createManager>

/** What scheduling makes of a request for a consultation, within the flow's transaction. */
export type RequestConsultation = (
  tx: Db,
  workspaceId: string,
  lead: LeadRow,
  request: ConsultationRequest & { requestId: string },
) => Promise<void>

/**
 * The flows in which everything begins. Each writes the lead, what happened, and the events of it in one transaction, and asks no vendor: what
 * integrations are to do follows from the events, so that none of them can fail or delay a flow.
 */
export function createManager(deps: {
  database: Database
  /** The one that `leads` and `requestConsultation` publish with, too. */
  engine: Pick<WatchedEngine, 'publish' | 'publishedIn'>
  leads: Leads
  requestConsultation?: RequestConsultation | undefined
  /** Notes with the mail what somebody did with it. */
  noteEngagement?(
    tx: Db,
    workspaceId: string,
    engaged: { sendId: string | undefined; action: string; at: Date },
  ): Promise<void>
  clock: Clock
}) {
  const { database, engine, leads, requestConsultation, noteEngagement, clock } = deps

  type Flow = {
    lead: NewLead
    occurredAt: Date
    /** What the timeline says of it. */
    activity: Omit<ActivityInput, 'occurredAt' | 'eventId'>
    /** The event of the flow itself; `lead.captured` tells of a new lead besides. */
    event: { type: string; payload(lead: LeadRow, created: boolean): Record<string, unknown> }
    /** What else belongs to it. */
    also?(tx: Db, lead: LeadRow): Promise<LeadRow>
  }

  const carryOut = (workspaceId: string, actor: string | null, flow: Flow): Promise<FlowAnswer> =>
    database.inWorkspace(workspaceId, (tx) => carryOutIn(tx, workspaceId, actor, flow))

  async function carryOutIn(tx: Db, workspaceId: string, actor: string | null, flow: Flow): Promise<FlowAnswer> {
    const { event, occurredAt, activity } = flow
    const { lead: taken, created } = await leads.upsert(tx, workspaceId, flow.lead, {
      actor,
      publish: false,
      isRecorded: false,
    })
    const lead = (await flow.also?.(tx, taken)) ?? taken
    const told = { type: event.type, payload: event.payload(lead, created) }
    const captured = { type: 'lead.captured', payload: { ...leadPayload(lead), created } }
    const events = (created && event.type !== captured.type ? [captured, told] : [told]).map((one) => ({
      ...one,
      occurredAt,
    }))
    const published = await engine.publish(tx, workspaceId, events)
    const { id: activityId } = await leads.addActivity(tx, workspaceId, lead.id, {
      ...activity,
      actor,
      occurredAt,
      eventId: published.at(-1)!.id,
      lastActivityAt: lead.lastActivityAt,
    })
    const stored = engine.publishedIn(tx)
    return {
      leadId: lead.id,
      stored: { created, status: lead.status, activityId, events: stored.map(({ id, type }) => ({ id, type })) },
      ...(await queuedFor(tx, workspaceId, stored)),
      occurredAt: occurredAt.toISOString(),
    }
  }

  /** A capture, as its flow is carried out. */
  function captured(input: NewLead & LeadCapture): Flow {
    const { message, formName, pageUrl, campaign, timestamp, ...lead } = input
    const source = lead.source ?? 'api'
    const about = known({ message, formName, pageUrl, campaign })
    return {
      lead: { ...lead, source },
      occurredAt: timeGiven(timestamp),
      activity: {
        type: 'captured',
        title: `Captured by ${formName ?? sourceInWords(source)}`,
        body: message,
        data: known({ source, formName, pageUrl, campaign }),
      },
      event: {
        type: 'lead.captured',
        payload: (row, created) => ({ ...leadPayload(row), ...about, source, created }),
      },
    }
  }

  /** When it happened: what is told late goes to its place in the timeline. */
  const timeGiven = (text: string | undefined): Date =>
    new Date(text === undefined ? clock.now() : timeOf('body.timestamp', text))

  return {
    /** Takes in somebody who left an address or a number anywhere: a form, a newsletter, a chat. */
    handleLeadCapture(workspaceId: string, input: LeadCapture, actor: string | null = null): Promise<FlowAnswer> {
      if (!input.email && !input.phone)
        throw invalid(
          'body.email',
          'is missing; a lead is known by its e-mail address or its phone, so give one of them',
        )
      return carryOut(workspaceId, actor, captured(input))
    },

    /** The same in the caller's transaction, for a lead that may be known by another system's id alone. */
    captureIn: (tx: Db, workspaceId: string, input: NewLead & LeadCapture): Promise<FlowAnswer> =>
      carryOutIn(tx, workspaceId, null, captured(input)),

    /** Takes in the result of an assessment. */
    handleAssessmentCompletion(
      workspaceId: string,
      input: AssessmentCompletion,
      actor: string | null = null,
    ): Promise<FlowAnswer> {
      const { assessmentId, assessmentType, readinessScore, serviceRecommendation, assessmentResults, timestamp } =
        input
      const { source = 'assessment', persona, customFields } = input
      if (Buffer.byteLength(JSON.stringify(assessmentResults ?? {})) > maxResultBytes)
        throw invalid(
          'body.assessmentResults',
          `are larger than ${maxResultBytes} bytes; send a reference to where they are kept`,
        )
      const occurredAt = timeGiven(timestamp)
      const result = known({
        assessmentId: assessmentId ?? assessmentType,
        assessmentType,
        persona,
        score: readinessScore,
        serviceRecommendation,
      })
      return carryOut(workspaceId, actor, {
        lead: {
          ...personOf(input),
          source,
          ...(readinessScore === undefined ? {} : { score: readinessScore }),
          ...(persona === undefined ? {} : { persona }),
          customFields: { ...customFields, ...known({ assessmentType, serviceRecommendation }) },
        },
        occurredAt,
        activity: {
          type: 'assessment_completed',
          title: `Completed the assessment ${assessmentType ?? assessmentId ?? ''}`.trim(),
          data: { ...result, ...(assessmentResults ? { results: bounded(assessmentResults) } : {}) },
        },
        event: {
          type: 'assessment.completed',
          payload: (lead) => ({
            ...leadPayload(lead),
            ...result,
            ...(assessmentResults ? { answers: assessmentResults } : {}),
            source,
            completedAt: occurredAt.toISOString(),
          }),
        },
      })
    },

    /** Takes in the wish for a consultation. The lead moves on to `qualified` where its pipeline has such a stage before it. */
    async handleConsultationScheduling(
      workspaceId: string,
      input: ConsultationRequest,
      actor: string | null = null,
    ): Promise<FlowAnswer & { requestId: string }> {
      const { service, preferredTimes, message, timestamp, source = 'consultation' } = input
      for (const [index, text] of (preferredTimes ?? []).entries()) timeOf(`body.preferredTimes[${index}]`, text)
      const requestId = newId(clock)
      const answer = await carryOut(workspaceId, actor, {
        lead: { ...personOf(input), source },
        occurredAt: timeGiven(timestamp),
        also: async (tx, lead) => {
          await requestConsultation?.(tx, workspaceId, lead, { ...input, source, requestId })
          return leads.advance(tx, workspaceId, lead, 'qualified', 'Asked for a consultation')
        },
        activity: {
          type: 'consultation_requested',
          title: `Asked for a consultation${service ? ` about ${service}` : ''}`,
          body: message,
          data: known({ requestId, service, preferredTimes }),
        },
        event: {
          type: 'consultation.requested',
          payload: (lead) => ({
            ...leadPayload(lead),
            requestId,
            source,
            ...known({ service, preferredTimes, message }),
            ...known({ timezone: input.timezone ?? lead.timezone }),
          }),
        },
      })
      return { ...answer, requestId }
    },

    /** Takes in what somebody did with an e-mail. Who leaves or complains has taken back the consent to e-mail. */
    handleEmailEngagement(
      workspaceId: string,
      input: EmailEngagement,
      actor: string | null = null,
    ): Promise<FlowAnswer> {
      const { email, campaignId, stepId, sendId, subscriberId, url, timestamp } = input
      const action = canonicalEngagement(input.action)
      const occurredAt = timeGiven(timestamp)
      const about = known({ campaignId, stepId, sendId, subscriberId, url })
      const hasLeft = action === 'unsubscribed' || action === 'complained'
      const happensOnce = action !== 'opened' && action !== 'clicked'
      return carryOut(workspaceId, actor, {
        also: async (tx, lead) => {
          await noteEngagement?.(tx, workspaceId, { sendId, action, at: occurredAt })
          return lead
        },
        lead: {
          email,
          source: 'email',
          ...(hasLeft ? { consent: { email: { granted: false, at: occurredAt.toISOString(), source: action } } } : {}),
        },
        occurredAt,
        activity: {
          type: `email_${action}`,
          title: `E-mail ${action}${campaignId ? ` (${campaignId})` : ''}`,
          data: about,
          key: sendId && happensOnce ? `email ${sendId} ${action}` : null,
        },
        event: {
          type: 'email.engagement',
          payload: (lead) => ({
            leadId: lead.id,
            email: lead.email,
            action,
            ...about,
            engagedAt: occurredAt.toISOString(),
          }),
        },
      })
    },
  }
}

/** What an input says of the person, as leads take it. */
function personOf(input: AssessmentCompletion | ConsultationRequest): NewLead {
  const { email, phone, firstName, lastName, name, company, jobTitle, address, timezone, tags, customFields, consent } =
    input
  const given = {
    email,
    phone,
    firstName,
    lastName,
    name,
    company,
    jobTitle,
    address,
    timezone,
    tags,
    customFields,
    consent,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as NewLead
}

/** The timeline shows results that are small; the event has them whole. */
const bounded = (results: Record<string, unknown>): unknown =>
  JSON.stringify(results).length <= 16_384 ? results : { note: 'Too large for the timeline; the event has it.' }
