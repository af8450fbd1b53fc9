import { randomBytes } from 'node:crypto'
import type { Post } from '../open-loop.ts'
import type { Postgres } from '../postgres.ts'
import type { Row } from '../row.ts'
import type { OpenAccount } from '../sandbox.ts'
import { setStage } from '../stage.ts'
import { percentile } from '../table.ts'

const perSecond = 50
const bar = { ratioAtMost: 1.25 }

/**
 * What the core flows take to answer, 50 a second over HTTP, in a workspace that is connected to every vendor of the sandbox: first with all
 * of them well, then with half of them failing and the other half hanging. Nothing is connected anew while it is measured.
 */
export const flows: Row = async ({ postgres, rounds, quick, report }) => {
  const seconds = quick ? 8 : 30
  const [well, ill]: number[][][] = [[], []]
  for (let round = 0; round < rounds; round++) {
    well!.push(await run(postgres, seconds, false))
    ill!.push(await run(postgres, seconds, true))
  }
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const) {
    const [ceiling, measured] = [well!, ill!].map((all) => all.map((ms) => percentile(ms, share)))
    report({
      ...{ name: `flows, all integrations sick, ${name}`, unit: 'ms', measured: measured!, ceiling: ceiling!, bar },
      note: 'against all well',
    })
  }
}

async function run(postgres: Postgres, seconds: number, isSick: boolean): Promise<number[]> {
  // Anew each time: what is left undone at one's vendors would be the other's load.
  await using stage = await setStage(postgres, { sandbox: true })
  const [hub] = stage.hubs
  const { id: workspaceId, key } = stage.workspace
  const accounts = await stage.sandbox!.call<OpenAccount[]>('accounts')
  await hub!.child.call('connect', { workspaceId, accounts })
  const load = (count: number) => ({
    port: hub!.port,
    perSecond,
    posts: Array.from({ length: count }, () => flow(key)),
  })
  if (isSick) {
    const vendors = [...new Set(accounts.map(({ connector }) => connector))]
    for (const [at, vendor] of vendors.entries())
      await stage.sandbox!.call('fault', { vendor, kind: at % 2 === 0 ? 'hang' : 'server_error', status: 500 })
    // Those that go by another name than their connector.
    await stage.sandbox!.call('fault', { vendor: '*', kind: 'server_error', status: 500 })
  }
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
