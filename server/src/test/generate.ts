/*
 * Writes the files that follow from others: row types from the migrations, the OpenAPI document from the routes' schemas,
 * the SDK's types from that document, and the pages about the configuration and the connectors. `--check` writes nothing and fails when one
 * of them is not what it should be.
 */
import { spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { testDatabase } from './database.ts'
import { configurationPage } from './generate/configuration.ts'
import { connectorsPage } from './generate/connectors.ts'
import { openApi } from './generate/openapi.ts'
import { rowTypes } from './generate/row-types.ts'
import { sdkTypes } from './generate/sdk-types.ts'

const root = join(import.meta.dirname, '../../..')

type Generated = { file: string; from: string; text: string }

async function generate(): Promise<Generated[]> {
  await using database = await testDatabase()
  const tables = format('tables.ts', await rowTypes(database.url))
  const document = await openApi()
  return [
    { file: 'server/src/db/tables.ts', from: 'server/migrations', text: tables },
    { file: 'server/openapi.json', from: "the routes' schemas", text: `${JSON.stringify(document, null, 2)}\n` },
    { file: 'sdk/src/generated/api.ts', from: "the routes' schemas", text: sdkTypes(document) },
    { file: 'docs/configuration.md', from: 'server/src/config.ts', text: configurationPage() },
    { file: 'docs/connectors.md', from: 'server/src/connectors', text: await connectorsPage() },
  ]
}

/** Formats as the rest of the repository is formatted. */
function format(name: string, text: string): string {
  const biome = join(root, 'node_modules/.bin/biome')
  const { status, stdout, stderr } = spawnSync(biome, ['format', `--stdin-file-path=${name}`], {
    input: text,
    cwd: root,
  })
  if (status !== 0) throw new Error(`${name} cannot be formatted: ${stderr}`)
  return stdout.toString()
}

async function differs({ file, text }: Generated): Promise<boolean> {
  return (await readFile(join(root, file), 'utf8').catch(() => '')) !== text
}

async function check(files: Generated[]): Promise<void> {
  for (const generated of files) {
    if (!(await differs(generated))) continue
    process.stderr.write(
      `${generated.file} does not agree with ${generated.from} any more: run \`npm run generate\` and commit what it changes.\n`,
    )
    process.exitCode = 1
  }
}

async function write(files: Generated[]): Promise<void> {
  for (const generated of files) {
    if (!(await differs(generated))) continue
    await mkdir(dirname(join(root, generated.file)), { recursive: true })
    await writeFile(join(root, generated.file), generated.text)
    process.stdout.write(`${generated.file}\n`)
  }
}

const files = await generate()
await (process.argv.includes('--check') ? check(files) : write(files))
