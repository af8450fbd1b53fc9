import type { Database, Db } from '../db/database.ts'
import type { Engine, JobKind } from '../engine/types.ts'
import { chooseIntegration } from '../integrations/choice.ts'
import type { Runner } from '../integrations/runner.ts'
import type { ErrorCode } from '../kit/error-codes.ts'
import { repeatOf } from '../kit/operations.ts'
import type { OperationFailure } from '../kit/result.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Templates } from '../templates/templates.ts'
import { beginSms, findSms, type SmsRow, updateSms } from './queries.ts'

/** The name by which the engine knows the sending of one SMS. */
export const smsKind = 'sms.send'

/** 10 s, 20 s, 40 s … about twenty minutes in all: an SMS of this morning is not wanted tonight. */
const mostTries = 7
const firstDelayMs = 10_000
const waitsForPerson: ReadonlySet<ErrorCode> = new Set(['AUTH_ERROR', 'INTEGRATION_NOT_ACTIVE'])

/** Sends messages, each as a job, as `email/sending.ts` sends mails: the row says `sending` before the vendor is called. */
export function createSmsSending(deps: {
  database: Database
  engine: Engine
  runner: Runner
  templates: Templates
  clock: Clock
}) {
  const { database, engine, runner, templates, clock } = deps

  const enqueue = (tx: Db, workspaceId: string, smsId: string, dueAt?: Date) =>
    engine.enqueue(tx, [
      { workspaceId, kind: smsKind, lane: `sms ${workspaceId}`, payload: { smsId }, ...(dueAt ? { dueAt } : {}) },
    ])

  const change = async (tx: Db, { workspaceId, id }: SmsRow, changes: Partial<SmsRow>): Promise<void> => {
    await updateSms(tx, workspaceId, id, { ...changes, updatedAt: new Date(clock.now()) })
  }

  async function after(tx: Db, row: SmsRow, failure: OperationFailure): Promise<void> {
    const { error, errorCode, ambiguous, retry, retryAfterMs = 0 } = failure
    const told = { errorCode, errorMessage: error }
    if (ambiguous) return change(tx, row, { ...told, status: 'unknown' })
    const tries = row.attempts + 1
    if (!(retry || waitsForPerson.has(errorCode)) || tries >= mostTries)
      return change(tx, row, { ...told, status: 'failed' })
    await change(tx, row, { ...told, status: 'queued' })
    const waitMs = Math.max(retryAfterMs, exponentialDelay(tries, firstDelayMs))
    await enqueue(tx, row.workspaceId, row.id, new Date(clock.now() + waitMs))
  }

  const kind: JobKind = {
    delivers: false,
    policy: { concurrency: 8 },
    async run({ workspaceId, payload }, { complete, signal }) {
      const { smsId } = payload as { smsId: string }
      const row = await findSms(database.hub, workspaceId, smsId)
      if (row?.status !== 'queued' && row?.status !== 'sending') return complete(async () => {})
      const provider = await chooseIntegration(database.hub, workspaceId, templates, 'messaging.sendSms')
      if (!provider) return complete((tx) => change(tx, row, notConfigured))
      const { row: integration, connector } = provider
      if (row.status === 'sending' && repeatOf(connector, 'messaging.sendSms') === 'never')
        return complete((tx) => change(tx, row, lost))
      const begun = { integrationId: integration.id, updatedAt: new Date(clock.now()) }
      if (!(await beginSms(database.hub, row, begun))) return complete(async () => {})
      const { id, toPhone: to, fromPhone: from, text, mediaUrls } = row
      const input = { to, text, ...(from ? { from } : {}), ...(mediaUrls ? { mediaUrls } : {}), idempotencyKey: id }
      const result = await runner.run(workspaceId, integration.id, 'messaging.sendSms', input, { signal })
      await complete(async (tx) => {
        if (!result.success) return after(tx, row, result)
        const { messageId, segments = null } = result.data
        const sentAt = new Date(clock.now())
        await change(tx, row, { status: 'sent', messageId, segments, sentAt, errorCode: null, errorMessage: null })
      })
    },
  }
  return { kind, enqueue }
}

const lost = {
  status: 'unknown',
  errorCode: 'OUTCOME_UNKNOWN',
  errorMessage: 'The hub ended while it sent this message: whether it was taken is not known.',
} as const
const notConfigured = {
  status: 'failed',
  errorCode: 'INTEGRATION_NOT_ACTIVE',
  errorMessage: 'This workspace has connected nothing that sends SMS.',
} as const
