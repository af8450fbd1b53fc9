import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { testDatabase } from './database.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

test('a program that depends on the packed hub embeds it, and has its command line', async () => {
  await using folder = await temporaryFolder()
  await using database = await testDatabase()
  const program = await installed(folder.path, ['server', 'sdk'])
  await writeFile(
    join(program, 'program.mjs'),
    `import { createTenon } from 'tenon'
     await using tenon = await createTenon({ databaseUrl: process.argv[2], masterKey: 'ab'.repeat(32), log: 'silent' })
     const { id } = await tenon.workspaces.create({ name: 'Acme' })
     console.log((await tenon.webhooks.trigger(id, 'lead.captured', { email: 'ada@example.com', source: 'website' })).success)`,
  )

  const embedding = await run(process.execPath, ['program.mjs', database.url], { cwd: program })
  const command = await run(process.execPath, ['node_modules/tenon/dist/cli/bin.js', 'migrate', '--status'], {
    cwd: program,
    env: { DATABASE_URL: database.url },
  })

  const guide = await readFile(join(program, 'node_modules/tenon/dist/connectors/stripe/setup.md'), 'utf8')

  assert.equal(embedding.stdout, 'true\n')
  assert.match(guide, /^# Stripe/)
  assert.match(command.stdout, /up to date/)
})

/** A program's folder with the packages in its node_modules as npm would unpack them, and what they depend on beside them. */
async function installed(folder: string, packages: string[]): Promise<string> {
  const copy = join(folder, 'repository')
  const modules = join(folder, 'program/node_modules')
  await mkdir(copy)
  await mkdir(modules, { recursive: true })
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const name of ['pack.mjs', 'LICENSE', 'tsconfig.base.json']) await cp(join(root, name), join(copy, name))
  const own = new Set<string>()
  for (const name of packages) {
    const isSource = (path: string) => !['dist', 'openapi.json', 'node_modules'].includes(basename(path))
    await cp(join(root, name), join(copy, name), { recursive: true, filter: isSource })
    // npm keeps what several packages want in different versions beside the one that wants it.
    const beside = join(root, name, 'node_modules')
    if (existsSync(beside)) await symlink(beside, join(copy, name, 'node_modules'))
    const { stdout } = await run('npm', ['pack', '--ignore-scripts=false', '--json', '--pack-destination', folder], {
      cwd: join(copy, name),
    })
    const [packed] = JSON.parse(stdout) as [{ name: string; filename: string }]
    own.add(packed.name)
    await mkdir(join(modules, packed.name))
    const into = ['-C', join(modules, packed.name), '--strip-components', '1']
    await run('tar', ['-xzf', join(folder, packed.filename), ...into])
  }
  for (const from of [...packages.map((name) => join(root, name, 'node_modules')), join(root, 'node_modules')]) {
    for (const name of existsSync(from) ? await readdir(from) : []) {
      if (own.has(name) || existsSync(join(modules, name))) continue
      await symlink(join(from, name), join(modules, name))
    }
  }
  return join(folder, 'program')
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'tenon-pack-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
