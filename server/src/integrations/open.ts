import { type CallPort, type CallSteps, processCall } from '../kit/call.ts'
import type { CapabilityName, OperationName } from '../kit/capabilities.ts'
import { ConnectorError } from '../kit/errors.ts'
import type { CallData, Changes, Contact, New } from '../kit/models.ts'
import { parseOperationInput } from '../kit/operation-input.ts'
import { isOperationName } from '../kit/operations.ts'
import {
  failureOf,
  type OperationInput,
  type OperationOutput,
  type OperationResult,
  offeredOperations,
  offers,
} from '../kit/result.ts'
import type { Integrations } from './integrations.ts'
import type { Runner, RunOptions } from './runner.ts'
import { dayIn, instantIn } from './wall-clock.ts'

/** One of a connector's operations, bound to an integration. */
type Bound<Name extends OperationName> = (
  input: OperationInput<Name>,
  options?: RunOptions,
) => Promise<OperationResult<OperationOutput<Name>>>

/** Every operation by capability; those that the connector lacks are absent. */
export type BoundCapabilities = {
  [C in CapabilityName]?: { [Name in OperationName as Name extends `${C}.${infer O}` ? O : never]?: Bound<Name> }
}

/** Wall-clock words for an appointment, as a person or an agent says them. */
export type Appointment = {
  title: string
  /** `2026-02-20` */
  date: string
  /** `14:00` */
  time: string
  /** IANA name. */
  timezone: string
  durationMinutes: number
  notes?: string | undefined
  customerName?: string | undefined
  customerEmail?: string | undefined
  contactId?: string | undefined
  idempotencyKey?: string | undefined
}

/**
 * An integration that can be used without knowing whose it is. Nothing here throws because of a vendor: every method answers a
 * result, and what the connector lacks answers NOT_SUPPORTED. `supports` tells beforehand.
 */
export type OpenIntegration = {
  readonly id: string
  /** The template, such as `hubspot`. */
  getType(): string
  getName(): string
  /** What can be called: `contacts.create` … */
  readonly operations: readonly OperationName[]
  supports(operation: OperationName): boolean
  /** Each capability with its operations. */
  readonly capabilities: BoundCapabilities
  validateConnection(): Promise<OperationResult<{ accountName: string | null }>>
  createContact(contact: New<Contact>): Promise<OperationResult<{ contactId: string }>>
  updateContact(contactId: string, changes: Changes<Contact>): Promise<OperationResult<void>>
  findContact(phone?: string, email?: string): Promise<OperationResult<{ contactId: string } | null>>
  addNote(note: {
    contactId: string
    text: string
    subject?: string | undefined
  }): Promise<OperationResult<{ noteId: string }>>
  /** Free times of a day in a time zone, as ISO 8601 instants. */
  checkAvailability(
    date: string,
    timezone: string,
    durationMinutes?: number,
  ): Promise<OperationResult<{ availableSlots: string[] }>>
  bookAppointment(appointment: Appointment): Promise<OperationResult<{ appointmentId: string }>>
  triggerWorkflow(workflowId: string, contactId: string, data?: Record<string, unknown>): Promise<OperationResult<void>>
  /** Takes a finished call as far as this integration can: the contact, the note, the appointment, or the payload as a whole. */
  processCallData(call: CallData): Promise<OperationResult<CallSteps>>
  /** Any operation by its name, its input as JSON. */
  operation(name: string, input: unknown, options?: RunOptions): Promise<OperationResult<unknown>>
}

/** Answers the function that opens integrations. */
export function createOpening({ runner, integrations }: { runner: Runner; integrations: Integrations }) {
  /** @throws ApiError NOT_FOUND where the workspace has no such integration */
  return async function openIntegration(
    workspaceId: string,
    integrationId: string,
    cause: Pick<RunOptions, 'callId' | 'eventId'> = {},
  ): Promise<OpenIntegration> {
    const { row, connector } = await runner.open(workspaceId, integrationId)
    const operations = offeredOperations(connector)

    const run = <Name extends OperationName>(name: Name, input: OperationInput<Name>, options: RunOptions = {}) =>
      runner.run(workspaceId, integrationId, name, input, { ...cause, ...options })

    const capabilities: Record<string, Record<string, unknown>> = {}
    for (const name of operations) {
      const [capability, operation] = name.split('.') as [string, string]
      const call = (input: never, options?: RunOptions) => run(name, input, options)
      capabilities[capability] = { ...capabilities[capability], [operation]: call }
    }

    const open: OpenIntegration = {
      id: integrationId,
      getType: () => connector.id,
      getName: () => row.name,
      operations,
      supports: (name) => offers(connector, name),
      capabilities: capabilities as BoundCapabilities,

      async validateConnection() {
        const { success, message, errorCode, accountName } = await integrations.test(workspaceId, integrationId)
        if (success) return { success: true, data: { accountName } }
        return failureOf(new ConnectorError((errorCode ?? 'PROCESSING_ERROR') as 'PROCESSING_ERROR', message))
      },
      createContact: async (contact) =>
        then(await run('contacts.create', contact), ({ externalId }) => ({ contactId: externalId })),
      updateContact: async (externalId, changes) =>
        then(await run('contacts.update', { externalId, changes }), () => undefined),
      findContact: async (phone, email) => {
        const by = { ...(phone ? { phone } : {}), ...(email ? { email } : {}) }
        if (Object.keys(by).length === 0) return needs('a phone or an e-mail to look for')
        return then(await run('contacts.find', by), (found) => found && { contactId: found.externalId })
      },
      addNote: async (note) => then(await run('notes.create', note), ({ externalId }) => ({ noteId: externalId })),
      checkAvailability: async (date, timezone, durationMinutes) => {
        const day = dayIn(date, timezone)
        if (!day) return needs('a date such as 2026-02-20, and the IANA name of a time zone')
        const input = { ...day, timezone, ...(durationMinutes === undefined ? {} : { durationMinutes }) }
        return then(await run('calendar.availability', input), (spans) => ({
          availableSlots: spans.map(({ startsAt }) => startsAt.toISOString()),
        }))
      },
      bookAppointment: async (appointment) => {
        const input = bookingOf(appointment)
        if (!input) return needs('a date such as 2026-02-20, a time such as 14:00, and the IANA name of a time zone')
        return then(await run('calendar.book', input), ({ externalId }) => ({ appointmentId: externalId }))
      },
      triggerWorkflow: async (workflowId, contactId, data) =>
        then(await run('workflows.trigger', { workflowId, contactId, ...(data ? { data } : {}) }), () => undefined),
      processCallData: async (call) => {
        const { callId } = call
        const port = {
          supports: open.supports,
          run: ((name, input) => run(name, input, { callId })) as CallPort['run'],
        }
        return (await processCall(port, call)).result
      },
      operation: async (name, input, options) => {
        if (!isOperationName(name))
          return failureOf(new ConnectorError('NOT_SUPPORTED', `There is no operation called ${name} (NOT_SUPPORTED)`))
        if (!offers(connector, name)) return run(name, {} as never)
        const read = parseOperationInput(name, input)
        if (read.ok) return run(name, read.input, options)
        return needs(read.details.map(({ field, message }) => `${field} ${message}`).join('; '), '')
      },
    }
    return open
  }
}

/** A booking in instants; undefined where date, time or zone are none. */
export function bookingOf(appointment: Appointment): OperationInput<'calendar.book'> | undefined {
  const { title, timezone, durationMinutes, notes, customerEmail, customerName, contactId, idempotencyKey } =
    appointment
  const startsAt = instantIn(appointment.date, appointment.time, timezone)
  if (!startsAt || !(durationMinutes > 0)) return undefined
  return {
    title,
    startsAt,
    endsAt: new Date(startsAt.getTime() + durationMinutes * 60_000),
    timezone,
    ...(notes ? { description: notes } : {}),
    ...(customerEmail
      ? { attendees: [{ email: customerEmail, ...(customerName ? { name: customerName } : {}) }] }
      : {}),
    ...(contactId ? { contactId } : {}),
    ...(idempotencyKey ? { idempotencyKey } : {}),
  }
}

const then = <From, To>(result: OperationResult<From>, use: (data: From) => To): OperationResult<To> =>
  result.success ? { success: true, data: use(result.data) } : result

const needs = (what: string, start = 'This needs ') =>
  failureOf(new ConnectorError('VALIDATION_FAILED', `${start}${what}.`))
