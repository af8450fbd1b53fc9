import { parseArgs } from 'node:util'
import { trialOf } from './trial.ts'

const usage = `npm run try -- <connector> [--sandbox] [--port 8787]

Signs in at a vendor with what the environment holds and tries what harms nobody. docs/integrations.md tells which variables it reads.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sandbox: { type: 'boolean', default: false },
    port: { type: 'string', default: '8787' },
    help: { type: 'boolean', default: false },
  },
})
const [connector] = positionals
if (values.help || connector === undefined || !/^\d{1,5}$/.test(values.port)) {
  console.log(usage)
  process.exit(values.help ? 0 : 2)
}
const { sandbox, port } = values
process.exitCode = await trialOf(connector, { sandbox, port: Number(port), env: process.env, print: console.log })
