import type { Database } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Connections } from '../integrations/connections.ts'
import type { TestResult } from '../integrations/schema.ts'
import type { ErrorCode } from '../kit/error-codes.ts'
import { ConnectorError } from '../kit/errors.ts'
import { failureOf, type OperationResult } from '../kit/result.ts'
import type { Clock } from '../lib/clock.ts'
import type { Templates } from '../templates/templates.ts'
import { createCalendarEvents } from './calendar.ts'
import { forgetOldResults } from './queries.ts'
import { createResults } from './results.ts'
import type { Service } from './schema.ts'

export type Services = ReturnType<typeof createServices>

/** Any function of a neighbour whose result is kept; its first argument is the workspace. */
type Run<Arguments extends unknown[], T> = (workspaceId: string, ...rest: Arguments) => Promise<T>

const housekeeping = 'services.housekeeping'
const forgottenAtOnce = 10_000

/**
 * What a program asks for by workspace, whichever vendor does it: the integration is chosen, a vendor that fails is a result and
 * breaks nothing, and the result can be looked up. Mails, SMS and events have records of their own.
 */
export function createServices(deps: {
  database: Database
  engine: Pick<Engine, 'define' | 'every'>
  connections: Pick<Connections, 'runner' | 'shortForms'>
  templates: Pick<Templates, 'find'>
  retentionDays: number
  clock: Clock
}) {
  const { database, engine, connections, templates, retentionDays, clock } = deps
  const results = createResults({ database, retentionDays, clock })

  engine.define(housekeeping, {
    delivers: false,
    run: async () => {
      await forgetOldResults(database.hub, new Date(clock.now()), forgottenAtOnce)
    },
  })
  engine.every('53 * * * *', housekeeping)

  /** The same function, whose results are kept. */
  const kept =
    <Arguments extends unknown[], T>(service: Service, run: Run<Arguments, OperationResult<T>>) =>
    (workspaceId: string, ...rest: Arguments): Promise<OperationResult<T>> =>
      results.keep(workspaceId, service, undefined, () => run(workspaceId, ...rest))

  /** The same for a test, whose failure is its answer. */
  const keptTest =
    <Arguments extends unknown[]>(service: Service, run: Run<Arguments, TestResult>) =>
    async (workspaceId: string, ...rest: Arguments): Promise<TestResult> => {
      let test: TestResult | undefined
      await results.keep(workspaceId, service, undefined, async () => {
        test = await run(workspaceId, ...rest)
        return outcomeOf(test)
      })
      return test!
    }

  const { shortForms } = connections
  return {
    results: { list: results.list, get: results.get },
    calendar: createCalendarEvents({ database, runner: connections.runner, templates, results }),
    kept,
    shortForms: {
      ...shortForms,
      testEmail: keptTest('testEmailConnection', shortForms.testEmail),
      testSms: keptTest('testSMSConnection', shortForms.testSms),
      testCalendar: keptTest('testCalendarConnection', shortForms.testCalendar),
      testStorage: keptTest('testStorageConnection', shortForms.testStorage),
    },
    /** A test of an endpoint, whose result is kept. */
    keptTrial:
      <Arguments extends unknown[], Trial extends { delivered: boolean; attempt: { error: string | null } | null }>(
        run: Run<[endpointId: string, ...Arguments], Trial>,
      ) =>
      async (workspaceId: string, endpointId: string, ...rest: Arguments): Promise<Trial> => {
        let trial: Trial | undefined
        await results.keep(workspaceId, 'testWebhook', undefined, async () => {
          trial = await run(workspaceId, endpointId, ...rest)
          if (trial.delivered) return { success: true, data: { endpointId } }
          const why = trial.attempt?.error ?? 'The endpoint was not reached in time.'
          return failureOf(new ConnectorError('WEBHOOK_ERROR', why))
        })
        return trial!
      },
  }
}

function outcomeOf({ success, message, errorCode, accountName }: TestResult): OperationResult<object> {
  if (success) return { success: true, data: { message, accountName } }
  return failureOf(new ConnectorError((errorCode ?? 'PROCESSING_ERROR') as ErrorCode, message))
}
