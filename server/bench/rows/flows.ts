import { randomBytes } from 'node:crypto'
import type { FaultSetting } from '../../src/sandbox/faults.ts'
import type { Post } from '../open-loop.ts'
import type { Postgres } from '../postgres.ts'
import type { Row } from '../row.ts'
import type { OpenAccount } from '../sandbox.ts'
import { setStage } from '../stage.ts'
import { percentile } from '../table.ts'

const perSecond = 50
const bar = { ratioAtMost: 1.25 }

type State = 'none' | 'well' | 'sick'

/**
 * What the core flows take to answer, 50 a second over HTTP: in a workspace without integrations, in one that is connected to every vendor of
 * the sandbox, and in one whose vendors all are sick, half of them failing and half of them hanging. The emulators share the machine.
 */
export const flows: Row = async ({ postgres, rounds, quick, report }) => {
  const seconds = quick ? 8 : 30
  const ms: Record<State, number[][]> = { none: [], well: [], sick: [] }
  for (let round = 0; round < rounds; round++)
    for (const state of ['none', 'well', 'sick'] as const) ms[state].push(await run(postgres, seconds, state))
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const) {
    const of = (state: State) => ms[state].map((all) => percentile(all, share))
    const result = { unit: 'ms', measured: of('sick') }
    const what = `flows, all integrations sick, ${name}`
    report({ ...result, name: what, ceiling: of('well'), bar, note: 'against all well' })
    report({ ...result, name: what, ceiling: of('none'), note: 'against none connected' })
  }
}

async function run(postgres: Postgres, seconds: number, state: State): Promise<number[]> {
  // Anew each time: what is left undone at one's vendors would be the other's load.
  await using stage = await setStage(postgres, { sandbox: true })
  const [hub] = stage.hubs
  const { id: workspaceId, key } = stage.workspace
  const accounts = await stage.sandbox!.call<OpenAccount[]>('accounts')
  if (state !== 'none') await hub!.child.call('connect', { workspaceId, accounts })
  if (state === 'sick') {
    const fault = (setting: FaultSetting) => stage.sandbox!.call('fault', setting)
    const vendors = [...new Set(accounts.map(({ connector }) => connector))]
    for (const vendor of vendors.filter((_, at) => at % 2 === 0)) await fault({ vendor, kind: 'hang' })
    // All others, and those whose emulator has another name than their connector.
    await fault({ vendor: '*', kind: 'server_error', status: 500 })
  }
  const load = (count: number) => ({
    port: hub!.port,
    perSecond,
    posts: Array.from({ length: count }, () => flow(key)),
  })
  await stage.driver.call('openLoop', load(perSecond * 3))
  return await stage.driver.call<number[]>('openLoop', load(perSecond * seconds))
}

let turn = 0

/** One flow after another, each of a person of its own. */
function flow(key: string): Post {
  const person = { email: `${randomBytes(6).toString('hex')}@example.com`, firstName: 'Ada', lastName: 'Lovelace' }
  const kinds: [string, object][] = [
    ['/api/leads', { ...person, source: 'website', message: 'Call me back' }],
    ['/api/assessments', { ...person, assessmentType: 'readiness', readinessScore: 75, persona: 'Architect' }],
    ['/api/integrations/calendar/consultation-request', { ...person, service: 'foundation' }],
    ['/api/email-engagement', { email: person.email, action: 'opened', campaignId: 'welcome' }],
  ]
  const [path, body] = kinds[turn++ % kinds.length]!
  return { path, key, body: JSON.stringify(body) }
}
