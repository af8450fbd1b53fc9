import { Command, Option } from 'commander'
import { version } from '../version.ts'
import type { GlobalOptions, Terminal } from './terminal.ts'

const exitCodes = `
Exit codes: 0 done; 1 it failed, or doctor found a problem; 2 wrong use or configuration; 3 the hub or the database cannot be reached.`

/** What a command left to be said by the exit code. */
export type Ending = { exitCode: number }

/** Declares every command. What a command does is loaded when it is called, so that `--help` answers at once. */
export function createProgram(terminal: Terminal, ending: Ending): Command {
  const program = new Command('tenon')
    .description('The self-hosted integration hub.')
    .version(version)
    .option('--json', 'print results as JSON, one document a line')
    .option('--url <url>', 'the hub to speak to (TENON_URL; default: the one on this machine)')
    .option('--key <key>', 'the API key to use (TENON_API_KEY; default: TENON_ADMIN_KEY)')
    .option('--workspace <id>', 'the workspace that is meant, where the key does not say it')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', exitCodes)
  const options = (command: Command) => command.optsWithGlobals<GlobalOptions>()

  program
    .command('serve')
    .description('Run the hub. Configured by environment variables: see `tenon config`.')
    .addHelpText(
      'after',
      examples(
        'tenon serve',
        'PORT=8080 TENON_DATA=/var/lib/hub tenon serve',
        'TENON_ROLE=worker DATABASE_URL=postgres://… tenon serve',
      ),
    )
    .action(async () => {
      const { start } = await import('../main.ts')
      await start(terminal.env)
    })

  program
    .command('migrate')
    .description("Bring the database up to this version's schema. The hub does it too when it starts.")
    .option('--status', 'only say how it stands')
    .addHelpText('after', examples('tenon migrate', 'tenon migrate --status --json'))
    .action(async (_, command: Command) => {
      const { migrateCommand } = await import('./commands/migrate.ts')
      await migrateCommand(terminal, options(command))
    })

  program
    .command('doctor')
    .description('Try everything that a hub needs, and say how to mend what is wrong.')
    .addHelpText('after', examples('tenon doctor', 'tenon doctor --json | jq .findings'))
    .action(async (_, command: Command) => {
      const { doctor } = await import('./commands/doctor.ts')
      if (!(await doctor(terminal, options(command)))) ending.exitCode = 1
    })

  program
    .command('config')
    .description('Print every setting with its value in force. Secrets are not shown.')
    .action(async (_, command: Command) => {
      const { showConfig } = await import('./commands/config.ts')
      showConfig(terminal, options(command))
    })

  const keys = program.command('keys').description('API keys.')
  keys
    .command('create')
    .description('Make an API key of a workspace and print it, this once.')
    .requiredOption('--name <name>', 'what the key is for')
    .option('--scopes <scopes>', 'what it may do, comma separated', '*')
    .option('--expires <time>', 'when it ends: 2027-01-31T00:00:00Z, or 90d from now')
    .addHelpText(
      'after',
      examples(
        'tenon keys create --workspace 0198c5f0-… --name shop --scopes events:write',
        'TENON_API_KEY=$(tenon keys create --workspace 0198c5f0-… --name ci --expires 1d)',
      ),
    )
    .action(async (_, command: Command) => {
      const { createKey } = await import('./commands/keys.ts')
      await createKey(terminal, command.optsWithGlobals())
    })

  const events = program.command('events').description('Publish events, and follow them.')
  events
    .command('publish <type> [payload]')
    .description('Publish an event. The payload is JSON, from an argument, a file, or standard input (-).')
    .option('--file <path>', 'read the payload from a file')
    .option('--channel <name...>', 'only for endpoints that hear one of these channels')
    .option('--occurred-at <time>', 'when it happened, where that is not now')
    .option('--idempotency-key <key>', 'publish once, however often this is run')
    .addHelpText(
      'after',
      examples(
        `tenon events publish lead.captured '{"email":"ada@example.com"}'`,
        'jq .order order.json | tenon events publish order.shipped -',
      ),
    )
    .action(async (type: string, payload: string | undefined, _, command: Command) => {
      const { publishEvent } = await import('./commands/publish.ts')
      await publishEvent(terminal, type, payload, command.optsWithGlobals())
    })
  events
    .command('tail')
    .description('Follow what is published and what becomes of each delivery, until Ctrl-C.')
    .option('--type <type>', 'only this type, or a family such as booking.*')
    .option('--channel <name>', 'only this channel')
    .option('--since <time>', 'begin there: a time, or -10m')
    .option('--interval <ms>', 'how often to look', '1000')
    .addOption(new Option('--once', 'print what is there and end'))
    .addHelpText(
      'after',
      examples(
        'tenon events tail',
        "tenon events tail --type 'booking.*' --since -1h",
        'tenon events tail --json | jq -c .delivery',
      ),
    )
    .action(async (_, command: Command) => {
      const { tailEvents } = await import('./commands/tail.ts')
      await tailEvents(terminal, command.optsWithGlobals())
    })

  program
    .command('connector')
    .description('Write connectors.')
    .command('new <id>')
    .description('Write the skeleton of a connector and of its emulator, with a test that passes.')
    .option('--name <name>', 'the name for people, where it is not the id in words')
    .addHelpText('after', examples('tenon connector new zoho-crm --name "Zoho CRM"'))
    .action(async (id: string, _, command: Command) => {
      const { newConnector } = await import('./commands/connector-new.ts')
      await newConnector(terminal, id, command.optsWithGlobals())
    })

  const deliveries = program.command('deliveries').description('Events on their way to endpoints.')
  deliveries
    .command('replay [ids...]')
    .description('Send ended deliveries again: the named ones, or all that a filter describes.')
    .option('--endpoint <id>', 'to this endpoint')
    .option('--type <type...>', 'of these event types')
    .option('--status <status...>', 'that ended so: delivered, dead, cancelled')
    .option('--after <time>', 'of events accepted at this time or later: a time, or -2h')
    .option('--before <time>', 'of events accepted before this time')
    .option('--missed', 'also what was never queued, since the endpoint was disabled or not there yet')
    .option('--no-wait', 'do not wait until the replay has ended')
    .addHelpText(
      'after',
      examples(
        'tenon deliveries replay 0198c5f0-….0198c5f1-…',
        'tenon deliveries replay --status dead --after -1d',
        'tenon deliveries replay --endpoint 0198c5f1-… --after -2h --missed',
      ),
    )
    .action(async (ids: string[], _, command: Command) => {
      const { replayDeliveries } = await import('./commands/replay.ts')
      await replayDeliveries(terminal, ids, command.optsWithGlobals())
    })

  program
    .command('backup <file>')
    .description('Write everything that the database holds at this moment into a file. The hub may go on running.')
    .option('--force', 'replace the file')
    .addHelpText(
      'after',
      examples('tenon backup hub-$(date +%F).backup', 'DATABASE_URL=postgres://… tenon backup hub.backup --force'),
    )
    .action(async (file: string, _, command: Command) => {
      const { backupCommand } = await import('./commands/backup.ts')
      await backupCommand(terminal, file, command.optsWithGlobals())
    })
  program
    .command('restore <file>')
    .description('Bring a backup into an empty database. Stop the hub first.')
    .addHelpText(
      'after',
      examples(
        'TENON_DATA=./restored tenon restore hub.backup',
        'DATABASE_URL=postgres://…/empty tenon restore hub.backup',
      ),
    )
    .action(async (file: string, _, command: Command) => {
      const { restoreCommand } = await import('./commands/backup.ts')
      await restoreCommand(terminal, file, command.optsWithGlobals())
    })
  program
    .command('vault')
    .description('The secrets that the hub keeps.')
    .command('rotate')
    .description('Seal every secret anew under the first key of TENON_MASTER_KEY. The hub may go on running.')
    .addHelpText('after', examples('TENON_MASTER_KEY=$NEW,$OLD tenon vault rotate'))
    .action(async (_, command: Command) => {
      const { rotateCommand } = await import('./commands/vault.ts')
      if (!(await rotateCommand(terminal, command.optsWithGlobals()))) ending.exitCode = 1
    })
  return program
}

const examples = (...lines: string[]) => `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`
