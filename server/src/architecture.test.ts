import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { test } from 'node:test'

/**
 * The folders of `server/src`, from the ground up. A folder imports what stands below it: not what stands above,
 * and not its neighbours on the same line. Every folder that is not named is a domain folder.
 */
const layers = [
  ['lib'],
  ['db', 'kit'],
  ['engine'],
  ['connectors', 'sandbox'],
  ['api'],
  ['workspaces'],
  // The catalogue of events is the language in which the domain folders speak to one another.
  ['events'],
  ['templates'],
  ['integrations'],
  ['pipelines'],
  // Bookings, calls, mails: most of what happens is somebody's, and is written to the lead in one transaction with the rest.
  ['leads'],
  ['(domain folders)'],
  ['flows', 'tools', 'vendor-news', 'workflows'],
  // What a program that runs the hub within itself is given.
  ['embed'],
  ['(the program)', 'cli'],
]

/** Files that stand in `server/src` itself are the program, except these: they import nothing but `lib`, and all may import them. */
const groundFiles = ['config.ts', 'version.ts']

/** What some folders may import, whatever stands below them. Files end in `.ts`. */
const only: { [folder: string]: string[] } = {
  connectors: ['kit/index.ts'],
}

/** Who may import a folder that is not for everybody above it. */
const importers: { [folder: string]: string[] } = {
  connectors: ['app.ts'],
  sandbox: ['app.ts', 'boot.ts', 'main.ts'],
}

/** Names of files whose subject was not found yet. */
const subjectless = /^(utils?|helpers?|misc|common)\.(test\.)?tsx?$/

const source = import.meta.dirname
type Import = { from: string; to: string }

test('imports point one way', () => {
  const wrong = importsOf(source).filter(({ from, to }) => !isTest(from) && !isAllowed(from, to))

  assert.deepEqual(wrong.map(describe), [])
})

test('what tests share is imported by tests only', () => {
  const wrong = importsOf(source).filter(({ from, to }) => folderOf(to) === 'test' && !isTest(from))

  assert.deepEqual(wrong.map(describe), [])
})

test('files are named by their subject', () => {
  const root = join(source, '../..')
  const files = ['server', 'console', 'sdk'].flatMap((workspace) =>
    globSync(`${workspace}/{src,bench,crash,e2e}/**/*.{ts,tsx}`, { cwd: root }),
  )

  assert.deepEqual(
    files.filter((file) => subjectless.test(basename(file))),
    [],
  )
})

test('the lock file names the packages of every system, so that `npm ci` accepts it everywhere', () => {
  const { packages } = JSON.parse(readFileSync(join(source, '../../package-lock.json'), 'utf8')) as {
    packages: { [path: string]: { optionalDependencies?: { [name: string]: string } } }
  }
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !foldersAbove(path).some((folder) => `${folder}node_modules/${name}` in packages),
    ),
  )

  assert.deepEqual(missing, [])
})

test('the rules refuse what they are there to refuse', () => {
  const cases: [string, string, boolean][] = [
    ['engine/claim.ts', 'lib/clock.ts', true],
    ['lib/clock.ts', 'engine/claim.ts', false],
    ['kit/http.ts', 'db/database.ts', false],
    ['connectors/hubspot/hubspot.ts', 'kit/index.ts', true],
    ['connectors/hubspot/hubspot.ts', 'connectors/hubspot/types.ts', true],
    ['connectors/index.ts', 'connectors/hubspot/hubspot.ts', true],
    ['connectors/hubspot/hubspot.ts', 'connectors/zoho/zoho.ts', false],
    ['connectors/hubspot/hubspot.ts', 'kit/http.ts', false],
    ['connectors/hubspot/hubspot.ts', 'lib/clock.ts', false],
    ['integrations/integrations.ts', 'connectors/index.ts', false],
    ['app.ts', 'connectors/index.ts', true],
    ['leads/leads.ts', 'integrations/integrations.ts', true],
    ['integrations/integrations.ts', 'leads/leads.ts', false],
    ['leads/leads.ts', 'scoring/score.ts', false],
    ['scheduling/scheduling.ts', 'leads/leads.ts', true],
    ['scheduling/scheduling.ts', 'scoring/score.ts', false],
    ['workflows/run.ts', 'leads/leads.ts', true],
    ['leads/leads.ts', 'workflows/run.ts', false],
    ['leads/leads.ts', 'app.ts', false],
    ['api/server.ts', 'config.ts', true],
    ['config.ts', 'db/database.ts', false],
    ['leads/leads.ts', 'events/schema.ts', true],
    ['cli/bin.ts', 'main.ts', true],
  ]

  for (const [from, to, expected] of cases) assert.equal(isAllowed(from, to), expected, describe({ from, to }))
})

function isAllowed(from: string, to: string): boolean {
  const [own, other] = [folderOf(from), folderOf(to)]
  if (own === 'test' || other === 'test') return true
  if (own === other) return own !== 'connectors' || isSameConnector(from, to)
  if (groundFiles.includes(from)) return other === 'lib'
  if (groundFiles.includes(to)) return true
  const welcome = importers[other]
  if (welcome && !welcome.includes(from)) return false
  const narrow = only[own]
  if (narrow) return narrow.includes(to)
  // The program and its command line are one thing.
  if (own === 'cli' && other === '') return true
  return layerOf(to) < layerOf(from)
}

// connectors/index.ts is the list of them.
const isSameConnector = (from: string, to: string): boolean =>
  dirname(from) === 'connectors' || from.split('/')[1] === to.split('/')[1]

function layerOf(file: string): number {
  const folder = folderOf(file)
  const named = layers.findIndex((names) => names.includes(folder === '' ? '(the program)' : folder))
  return named >= 0 ? named : layers.findIndex((names) => names.includes('(domain folders)'))
}

const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '')

// A contract is a suite that the tests of several implementations run.
const isTest = (file: string): boolean =>
  file.endsWith('.test.ts') || basename(file) === 'contract.ts' || folderOf(file) === 'test'

const describe = ({ from, to }: Import): string => `${from} imports ${to}`

function importsOf(folder: string): Import[] {
  return globSync('**/*.ts', { cwd: folder }).flatMap((from) => {
    // Import statements, re-exports and import() with a literal all end in a quoted relative path.
    const found = readFileSync(join(folder, from), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)
    return [...found]
      .map(([, path = '']) => relative(folder, join(folder, dirname(from), path)))
      .filter((to) => !to.startsWith('..'))
      .map((to) => ({ from, to }))
  })
}

/** `a/node_modules/b` → itself, `a/`, and the root: where Node looks for a package. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, index) => `${parts.slice(0, parts.length - index).join('/')}/`).concat('')
}
