import { parseArgs } from 'node:util'
import { runCrash } from './run.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string' },
    minutes: { type: 'string' },
    hubs: { type: 'string', default: '2' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const numbers = [values.kills, values.seed ?? '1', values.minutes ?? '1', values.hubs].map(Number)
const { only } = values
const isKnown = only === undefined || only === 'hub' || only === 'database'
if (values.help || !isKnown || !numbers.every((number) => number > 0)) {
  console.log('npm run crash -- [--kills 200] [--seed n] [--minutes max] [--hubs 2] [--only hub|database]')
  process.exit(values.help ? 0 : 1)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

const seed = Number(values.seed ?? 1 + Math.floor(Math.random() * 1_000_000))
console.log(`seed ${seed}`)
const report = await runCrash({
  kills: Number(values.kills),
  seed,
  hubs: Number(values.hubs),
  ...(only === undefined ? {} : { only }),
  ...(values.minutes === undefined ? {} : { maxMs: Number(values.minutes) * 60_000 }),
  say: (line) => console.log(line),
})

const { kills } = report
console.log(`
kills       ${kills.hub + kills.database + kills.both} (${kills.hub} of a hub, ${kills.database} of the database, ${kills.both} of everything)
accepted    ${report.accepted} events
refused     ${
  Object.entries(report.refused)
    .map(([why, count]) => `${count} × ${why}`)
    .join(', ') || 'none'
}
delivered   ${report.delivered}
lost        ${report.lost}
duplicated  ${report.duplicated} (same id, same body)
drained in  ${(report.drainMs / 1_000).toFixed(1)} s
time        ${(report.durationMs / 1_000).toFixed(0)} s
`)
for (const fault of report.faults) console.log(`FAULT  ${fault}`)
process.exitCode = report.faults.length > 0 ? 1 : 0
