import type { Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'
import { type IntegrationRow, lockIntegration } from './queries.ts'

export const statuses = ['pending', 'active', 'error', 'reauth_required', 'disconnected'] as const
export type Status = (typeof statuses)[number]

/** What each status means to a person, and what to do about it. */
export const meaningOf: Record<Status, { meaning: string; next: string | null }> = {
  pending: {
    meaning: 'It was set up, but nobody has connected the account yet.',
    next: 'Connect the account: sign in at the vendor, or give the credentials.',
  },
  active: { meaning: 'The account is connected and was seen to work.', next: null },
  error: {
    meaning: 'The account could not be used.',
    next: 'Read the error, correct the configuration or the credentials, and test again.',
  },
  reauth_required: {
    meaning: 'The vendor does not accept the credentials any more.',
    next: 'Connect the account again; what waits for it goes on by itself then.',
  },
  disconnected: {
    meaning: 'The account was disconnected, and its credentials are forgotten.',
    next: 'Connect the account again, or delete the integration.',
  },
}

/** Which status may follow which, and when it does. */
export const transitions: readonly { from: Status; to: Status; when: string }[] = [
  { from: 'pending', to: 'active', when: 'the credentials were given and the test succeeded' },
  { from: 'pending', to: 'error', when: 'the credentials were given and the test failed' },
  { from: 'pending', to: 'disconnected', when: 'somebody disconnects it' },
  { from: 'active', to: 'error', when: 'changed settings or credentials fail the test' },
  { from: 'active', to: 'reauth_required', when: 'the vendor refuses the credentials; an outage never does this' },
  { from: 'active', to: 'disconnected', when: 'somebody disconnects it, here or at the vendor' },
  { from: 'error', to: 'active', when: 'a test succeeds' },
  { from: 'error', to: 'reauth_required', when: 'the vendor refuses the credentials' },
  { from: 'error', to: 'disconnected', when: 'somebody disconnects it' },
  { from: 'reauth_required', to: 'active', when: 'it is connected again, or a test succeeds' },
  { from: 'reauth_required', to: 'error', when: 'it is connected again and the test fails for another reason' },
  { from: 'reauth_required', to: 'disconnected', when: 'somebody disconnects it' },
  { from: 'disconnected', to: 'active', when: 'it is connected again' },
  { from: 'disconnected', to: 'error', when: 'it is connected again and the test fails' },
]

const allowed = new Set(transitions.map(({ from, to }) => `${from} ${to}`))

/** Whether a status may become another. Staying what it is always may. */
export const mayBecome = (from: Status, to: Status): boolean => from === to || allowed.has(`${from} ${to}`)

/** The job that follows each time an integration was found to work: webhooks that wait for it, and its subscription at the vendor. */
export const connectedKind = 'integration.connected'
export const connectedLane = (integrationId: string): string => `connected ${integrationId}`

export type Failure = { errorCode: string; error: string }

/**
 * Changes the status of an integration within the caller's transaction: the row, the lane (which runs while the integration is
 * active, and keeps what waits for it otherwise) and the event. Answers the row as it is now; undefined where it is gone or the
 * change is not one of `transitions`, since somebody else was faster.
 */
export async function changeStatus(
  tx: Db,
  deps: { engine: Pick<Engine, 'publish' | 'enqueue' | 'pause' | 'resume'>; clock: Clock },
  workspaceId: string,
  integrationId: string,
  to: Status,
  failure?: Failure,
): Promise<IntegrationRow | undefined> {
  const { engine, clock } = deps
  const row = await lockIntegration(tx, workspaceId, integrationId)
  if (!row || !mayBecome(row.status, to)) return undefined
  const changed: IntegrationRow = {
    ...row,
    status: to,
    errorCode: failure?.errorCode ?? null,
    errorMessage: failure?.error ?? null,
    updatedAt: new Date(clock.now()),
  }
  const { errorCode, errorMessage, updatedAt } = changed
  await tx
    .updateTable('integrations')
    .set({ status: to, errorCode, errorMessage, updatedAt })
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', integrationId)
    .execute()
  await steerLane(tx, engine, changed)
  if (to === 'active') {
    const lane = connectedLane(integrationId)
    await engine.enqueue(tx, [{ workspaceId, kind: connectedKind, payload: { integrationId }, lane }])
  }
  if (row.status !== to) {
    await engine.publish(tx, workspaceId, [
      {
        type: 'integration.status_changed',
        payload: {
          integrationId,
          template: row.templateId,
          name: row.name,
          status: to,
          previousStatus: row.status,
          ...(failure ?? {}),
        },
      },
    ])
  }
  return changed
}

/** Deliveries run while the integration can take them; otherwise they wait, and none is lost. */
export async function steerLane(
  tx: Db,
  engine: Pick<Engine, 'pause' | 'resume'>,
  { workspaceId, id, status, isActive }: Pick<IntegrationRow, 'workspaceId' | 'id' | 'status' | 'isActive'>,
): Promise<void> {
  if (isActive && status === 'active') await engine.resume(tx, workspaceId, id)
  else await engine.pause(tx, workspaceId, id, 'resumed')
}
