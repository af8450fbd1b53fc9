import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { newConnector } from './commands/connector-new.ts'
import type { Terminal } from './terminal.ts'

const source = join(import.meta.dirname, '..')

const terminal = (): Terminal & { lines: string[] } => {
  const lines: string[] = []
  return {
    lines,
    env: {},
    out: (line) => void lines.push(line),
    note: () => {},
    progress: () => {},
    input: async () => '',
    signal: new AbortController().signal,
  }
}

/** A checkout in which a connector can be written, that shares everything else with this one. */
async function checkout() {
  const root = await mkdtemp(join(tmpdir(), 'tenon-connector-'))
  await mkdir(join(root, 'connectors'))
  await mkdir(join(root, 'sandbox'))
  const sandbox = (await readdir(join(source, 'sandbox'))).filter((file) => file.endsWith('.ts'))
  for (const path of ['kit', 'test', ...sandbox.map((file) => join('sandbox', file))]) {
    await symlink(join(source, path), join(root, path))
  }
  await symlink(join(source, '../../node_modules'), join(root, 'node_modules'))
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) }
}

test('a new connector passes its test as it is written', async () => {
  await using place = await checkout()
  const screen = terminal()

  await newConnector(screen, 'acme-crm', { name: "Acme's CRM & more", root: place.root })

  const folder = join(place.root, 'connectors/acme-crm')
  assert.ok(screen.lines.includes('server/src/connectors/acme-crm/acme-crm.ts'))
  assert.match(await readFile(join(folder, 'acme-crm.ts'), 'utf8'), /name: "Acme's CRM & more"/)
  assert.match(await readFile(join(folder, 'logo.svg'), 'utf8'), /aria-label="Acme's CRM &#38; more"/)
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', join(folder, 'acme-crm.test.ts')], { env })
  assert.match(stdout, /fail 0/)
  assert.match(stdout, /tests \d\d/)
})

test('a connector that is there is not overwritten, and an id that is none is refused', async () => {
  await using place = await checkout()
  await newConnector(terminal(), 'acme', { root: place.root })

  await assert.rejects(newConnector(terminal(), 'acme', { root: place.root }), /is there already/)
  for (const id of ['Acme', '../acme', 'acme_crm', '']) {
    await assert.rejects(newConnector(terminal(), id, { root: place.root }), /id of a connector/, id)
  }
  await assert.rejects(newConnector(terminal(), 'other', { name: 'a */ b', root: place.root }), /name of a connector/)
})
