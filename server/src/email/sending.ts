import type { Database, Db } from '../db/database.ts'
import type { Engine, JobKind } from '../engine/types.ts'
import { chooseIntegration } from '../integrations/choice.ts'
import type { Runner } from '../integrations/runner.ts'
import type { ErrorCode } from '../kit/error-codes.ts'
import { repeatOf } from '../kit/operations.ts'
import type { OperationFailure, OperationInput } from '../kit/result.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Templates } from '../templates/templates.ts'
import { findSend, lockSend, type SendRow, updateSend } from './queries.ts'

/** The name by which the engine knows the sending of one mail. */
export const sendKind = 'email.send'

/** 10 s, 20 s, 40 s … about half a day in all. */
const mostTries = 12
const firstDelayMs = 10_000
/** After these a person has to see to the integration; the mail waits for it as for an outage. */
const waitsForPerson: ReadonlySet<ErrorCode> = new Set([
  'AUTH_ERROR',
  'INTEGRATION_NOT_ACTIVE',
  'CONFIG_SCHEMA_INVALID',
])

/**
 * Sends mails, each as a job. The row says `sending` before the vendor is called, so that a process that dies meanwhile leaves an
 * unknown outcome and never a second mail in silence.
 */
export function createSending(deps: {
  database: Database
  engine: Engine
  runner: Runner
  templates: Templates
  clock: Clock
}) {
  const { database, engine, runner, templates, clock } = deps

  const enqueue = (tx: Db, workspaceId: string, sendId: string, dueAt?: Date) =>
    engine.enqueue(tx, [
      { workspaceId, kind: sendKind, lane: `email ${workspaceId}`, payload: { sendId }, ...(dueAt ? { dueAt } : {}) },
    ])

  const change = (tx: Db, { workspaceId, id }: SendRow, changes: Parameters<typeof updateSend>[3]) =>
    updateSend(tx, workspaceId, id, { ...changes, updatedAt: new Date(clock.now()) })

  /** Marks the mail as begun; answers whether it may be. */
  const begin = (row: SendRow, integrationId: string): Promise<boolean> =>
    database.transaction(async (tx) => {
      const now = await lockSend(tx, row.workspaceId, row.id)
      if (now?.status !== row.status) return false
      await change(tx, row, { status: 'sending', attempts: row.attempts + 1, integrationId })
      return true
    })

  /** What becomes of a mail whose try failed. */
  async function after(tx: Db, row: SendRow, failure: OperationFailure): Promise<void> {
    const { error, errorCode, ambiguous, retry, retryAfterMs = 0 } = failure
    const told = { errorCode, errorMessage: error }
    if (ambiguous) return void (await change(tx, row, { ...told, status: 'unknown' }))
    const tries = row.attempts + 1
    if (!(retry || waitsForPerson.has(errorCode)) || tries >= mostTries)
      return void (await change(tx, row, { ...told, status: 'failed', attempts: tries }))
    await change(tx, row, { ...told, status: 'queued', attempts: tries })
    const waitMs = Math.max(retryAfterMs, exponentialDelay(tries, firstDelayMs))
    await enqueue(tx, row.workspaceId, row.id, new Date(clock.now() + waitMs))
  }

  const kind: JobKind = {
    delivers: false,
    policy: { concurrency: 8 },
    async run({ workspaceId, payload }, { complete, signal }) {
      const { sendId } = payload as { sendId: string }
      const row = await findSend(database.hub, workspaceId, sendId)
      if (row?.status !== 'queued' && row?.status !== 'sending') return complete(async () => {})
      const sender = await chooseIntegration(database.hub, workspaceId, templates, 'messaging.sendEmail')
      if (!sender) return complete((tx) => keep(tx, row))
      const { row: integration, connector } = sender
      if (row.status === 'sending' && repeatOf(connector, 'messaging.sendEmail') === 'never')
        return complete(async (tx) => void (await change(tx, row, lost)))
      if (!(await begin(row, integration.id))) return complete(async () => {})
      const result = await runner.run(workspaceId, integration.id, 'messaging.sendEmail', inputOf(row), { signal })
      await complete(async (tx) => {
        if (!result.success) return after(tx, row, result)
        const { messageId } = result.data
        const sentAt = new Date(clock.now())
        await change(tx, row, { status: 'sent', messageId, sentAt, errorCode: null, errorMessage: null })
      })
    },
  }

  const keep = async (tx: Db, row: SendRow): Promise<void> => {
    await change(tx, row, { status: 'kept', errorCode: null, errorMessage: null })
  }

  return { kind, enqueue }
}

const lost = {
  status: 'unknown',
  errorCode: 'OUTCOME_UNKNOWN',
  errorMessage: 'The hub ended while it sent this mail: whether it was taken is not known.',
} as const

function inputOf(row: SendRow): OperationInput<'messaging.sendEmail'> {
  const { id, toEmail, toName, fromPerson, replyTo, subject, html, text, headers, categories, attachments } = row
  return {
    to: [{ email: toEmail, ...(toName ? { name: toName } : {}) }],
    ...(fromPerson ? { from: fromPerson } : {}),
    ...(replyTo ? { replyTo } : {}),
    subject,
    ...(html === null ? {} : { html }),
    ...(text === null ? {} : { text }),
    ...(headers ? { headers } : {}),
    ...(categories ? { categories } : {}),
    ...(attachments ? { attachments } : {}),
    // What the vendor tells of this mail later names it by this.
    reference: id,
    idempotencyKey: id,
  }
}
