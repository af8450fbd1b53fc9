import type pg from 'pg'
import type { Acknowledged } from './load.ts'
import { types } from './load.ts'
import type { Receipt } from './receiver.ts'

/** An endpoint of the run: its path at the receiver, its lane, and whether it hears the rare type only. */
export type Target = { path: string; lane: string; onlyRare: boolean; ordered: boolean }

/** What the run found; `faults` is empty when every promise was kept. */
export type Findings = {
  accepted: number
  /** Pairs of event and endpoint that were received at least once. */
  delivered: number
  lost: number
  /** Receipts beyond the first, all with the same id and body. */
  duplicated: number
  faults: string[]
}

/** Compares what was acknowledged with what arrived and with what the database says. */
export async function compare(options: {
  acknowledged: Acknowledged[]
  sent: Set<string>
  receipts: Map<string, Map<string, Receipt>>
  targets: Target[]
  client: pg.Client
}): Promise<Findings> {
  const { acknowledged, sent, receipts, targets, client } = options
  const faults: string[] = []
  const findings: Findings = { accepted: acknowledged.length, delivered: 0, lost: 0, duplicated: 0, faults }
  const fault = (count: number, what: string, example?: string) => {
    if (count > 0) faults.push(`${count} ${what}${example === undefined ? '' : `, such as ${example}`}`)
  }

  const lost: string[] = []
  const idOfMarker = new Map(acknowledged.map(({ id, marker }) => [marker, id]))
  for (const target of targets) {
    const arrived = receipts.get(target.path) ?? new Map<string, Receipt>()
    for (const { id, type } of acknowledged) {
      if ((!target.onlyRare || type === types.rare) && !arrived.has(id)) lost.push(`${id} to ${target.path}`)
    }
    let overtaken = 0
    const markers = new Map<string, string>()
    const unknown: string[] = []
    const doubled: string[] = []
    const changed: string[] = []
    for (const [id, { count, marker, differs }] of arrived) {
      findings.delivered += 1
      findings.duplicated += count - 1
      if (!sent.has(marker)) unknown.push(id)
      if (differs) changed.push(id)
      // One event under two ids would be a duplicate that nobody can tell.
      if (markers.has(marker) || (idOfMarker.get(marker) ?? id) !== id) doubled.push(marker)
      markers.set(marker, id)
    }
    if (target.ordered) overtaken = countOvertaken(acknowledged, arrived)
    fault(unknown.length, `received at ${target.path} that were never sent`, unknown[0])
    fault(changed.length, `received at ${target.path} twice with different bodies`, changed[0])
    fault(doubled.length, `events received at ${target.path} under two ids`, doubled[0])
    fault(overtaken, `events overtook an earlier one at the ordered endpoint ${target.path}`)
    const { rows } = await client.query(
      "select count(distinct id)::integer as count from attempts where lane = $1 and outcome = 'delivered'",
      [target.lane],
    )
    if (rows[0].count !== arrived.size)
      faults.push(
        `${target.path} received ${arrived.size} events, and ${rows[0].count} have a recorded attempt that succeeded`,
      )
  }
  findings.lost = lost.length
  fault(lost.length, 'acknowledged deliveries were never received', lost[0])
  for (const place of lost.slice(0, 5)) faults.push(await whereIs(client, place))

  const [{ missing }] = (
    await client.query(
      'select count(*)::integer as missing from unnest($1::uuid[]) wanted(id) where not exists (select from events e where e.id = wanted.id)',
      [acknowledged.map(({ id }) => id)],
    )
  ).rows
  fault(missing, 'acknowledged events are not in the database')
  const lanes = targets.map(({ lane }) => lane)
  for (const table of ['ready', 'scheduled', 'dead_letters']) {
    const { rows } = await client.query(
      `select *, workspace_id::text from ${table} where lane = any($1::uuid[]) limit 1000`,
      [lanes],
    )
    fault(rows.length, `rows were left in ${table}`, JSON.stringify(rows[0]))
  }
  const { rows: orphans } = await client.query(
    'select id, lane, owner from ready where owner is not null and owner not in (select id from owners)',
  )
  fault(orphans.length, 'rows in ready belong to an owner that is dead', JSON.stringify(orphans[0]))
  const { rows: held } = await client.query(
    'select id, held_by from lanes where held_by is not null and held_by not in (select id from owners)',
  )
  fault(held.length, 'lanes are held by an owner that is dead', JSON.stringify(held[0]))
  return findings
}

/** How many events of one loop arrived before another that the same loop had been promised earlier. */
function countOvertaken(acknowledged: Acknowledged[], arrived: Map<string, Receipt>): number {
  const lastPlace = new Map<number, number>()
  let overtaken = 0
  for (const { id, loop, type } of acknowledged) {
    const place = arrived.get(id)?.place
    if (type !== types.rare || place === undefined) continue
    if (place < (lastPlace.get(loop) ?? -1)) overtaken += 1
    else lastPlace.set(loop, place)
  }
  return overtaken
}

/** Says in which tables a lost delivery stands. */
async function whereIs(client: pg.Client, place: string): Promise<string> {
  const [id] = place.split(' ')
  const { rows } = await client.query(
    `select (select json_agg(r) from ready r where id = $1) as ready, (select json_agg(s) from scheduled s where id = $1) as scheduled,
       (select json_agg(d) from dead_letters d where id = $1) as dead, (select json_agg(json_build_object('lane', lane, 'outcome', outcome, 'attempt', attempt)) from attempts a where id = $1) as attempts,
       exists (select from events where id = $1) as event`,
    [id],
  )
  return `lost: ${place}: ${JSON.stringify(rows[0])}`
}
