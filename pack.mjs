// Runs around `npm pack` and `npm publish` of a package (its `prepack` and `postpack`). Here packages are run as they are
// written; Node strips no types inside node_modules, so what is packed is compiled JavaScript with its declarations, and the
// packed package.json points there. Plain JavaScript, for any Node from 20 on.
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = import.meta.dirname ?? new URL('.', import.meta.url).pathname
const manifest = 'package.json'
// Beside the folder's own files, and ignored by git: what an interrupted packing left is put back by the next.
const saved = '.package.json.source'

const compiled = (value) => {
  if (typeof value === 'string') return value.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '.js')
  const entries = Object.entries(value).map(([key, inner]) => [key, compiled(inner)])
  return Object.fromEntries(entries)
}

const withTypes = (path) => ({ types: compiled(path).replace(/\.js$/, '.d.ts'), default: compiled(path) })

function prepare() {
  restore()
  rmSync('dist', { recursive: true, force: true })
  run('tsc', '-p', 'tsconfig.build.json')
  copyBesideCode('src/connectors', 'dist/connectors')
  if (bringsConsole()) {
    const into = ['--outDir', join(process.cwd(), 'console'), '--emptyOutDir', '--logLevel', 'warn']
    run('vite', 'build', join(root, 'console'), ...into)
  }
  const { devDependencies: _, scripts: __, ...source } = JSON.parse(readFileSync(manifest, 'utf8'))
  copyFileSync(manifest, saved)
  const exports = Object.fromEntries(Object.entries(source.exports).map(([name, path]) => [name, withTypes(path)]))
  const packed = { ...source, exports, ...(source.bin ? { bin: compiled(source.bin) } : {}) }
  writeFileSync(manifest, `${JSON.stringify(packed, null, 2)}\n`)
  copyFileSync(join(root, 'LICENSE'), 'LICENSE')
}

/** What the tool says goes to standard error: standard output is npm's. */
function run(tool, ...args) {
  const { status } = spawnSync(join(root, 'node_modules/.bin', tool), args, { stdio: ['ignore', 2, 2] })
  if (status === 0) return
  process.stderr.write(`${tool} failed; its reason is above, and nothing was packed.\n`)
  process.exit(1)
}

/** Guides and logos, which the compiler leaves behind. */
function copyBesideCode(from, to) {
  if (!existsSync(from)) return
  cpSync(from, to, { recursive: true, filter: (path) => statSync(path).isDirectory() || /\.(md|svg)$/.test(path) })
}

/** The hub serves the console, so its package holds it. */
const bringsConsole = () =>
  JSON.parse(readFileSync(manifest, 'utf8')).files.includes('console') && existsSync(join(root, 'console/index.html'))

function restore() {
  if (!existsSync(saved)) return
  renameSync(saved, manifest)
  rmSync('LICENSE', { force: true })
  for (const folder of ['dist', 'console']) rmSync(folder, { recursive: true, force: true })
}

if (process.argv[2] === 'prepare') prepare()
else if (process.argv[2] === 'restore') restore()
else throw new Error('pack.mjs is run by `npm pack`: prepare or restore.')
