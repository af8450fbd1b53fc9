import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { startPostgres } from './postgres.ts'
import type { Result, Row } from './row.ts'
import { accept } from './rows/accept.ts'
import { backlog } from './rows/backlog.ts'
import { deliveries } from './rows/deliveries.ts'
import { flows } from './rows/flows.ts'
import { inbound } from './rows/inbound.ts'
import { isolation } from './rows/isolation.ts'
import { jobs } from './rows/jobs.ts'
import { latency } from './rows/latency.ts'
import { leads } from './rows/leads.ts'
import { operation } from './rows/operation.ts'
import { sick } from './rows/sick.ts'
import { slots } from './rows/slots.ts'
import { start } from './rows/start.ts'
import { voice } from './rows/voice.ts'
import { describe, isMet, tableOf } from './table.ts'

const rows: Record<string, Row> = {
  ...{ deliveries, accept, latency, backlog, isolation, sick, operation, flows, inbound, voice },
  ...{ jobs, slots, leads, start },
}

const usage = `npm run bench -- [--only ${Object.keys(rows).join(',')}] [--rounds 3] [--quick] [--json file]`

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(rows).join(',') },
    rounds: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const chosen = values.only.split(',')
const unknown = chosen.find((name) => !rows[name])
if (values.help || unknown !== undefined || !(Number(values.rounds) >= 1)) {
  console.log(usage)
  process.exit(values.help ? 0 : 1)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

const results: Result[] = []
const notices: string[] = []
await using postgres = await startPostgres()
const machine = {
  cores: cpus().length,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  node: process.versions.node,
  postgresql: postgres.version,
}
const heading = `${machine.cores} cores (${machine.processor}), Node ${machine.node}, PostgreSQL ${machine.postgresql}`
console.log(heading)

for (const name of chosen) {
  await rows[name]!({
    postgres,
    rounds: Number(values.rounds),
    quick: values.quick,
    report: (result) => {
      results.push(result)
      console.log(describe(result))
    },
    notice: (text) => {
      notices.push(text)
      console.log(text)
    },
  })
}

console.log(`\n${heading}${values.quick ? ', quick' : ''}\n\n${tableOf(results)}`)
for (const notice of notices) console.log(`\n${notice}`)
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify({ machine, quick: values.quick, results: results.map((result) => ({ ...result, met: isMet(result) })), notices }, null, 2)}\n`,
  )
