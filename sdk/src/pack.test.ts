import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
// The machine's own Node where there is one, which may be older than the one that the tests run on.
const ownPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter)

test('a program installs the packed SDK and uses it, typed, on the Node that the machine has', async () => {
  await using folder = await temporaryFolder()
  const tarball = await pack(folder.path)
  const program = join(folder.path, 'program')
  await mkdir(program)
  await writeFile(join(program, 'package.json'), JSON.stringify({ name: 'program', version: '1.0.0', type: 'module' }))
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: program })
  await writeFile(
    join(program, 'program.ts'),
    `import { createClient, TenonError, verifyWebhook } from 'tenon-sdk'
     import type { Endpoint } from 'tenon-sdk'
     import { verifyWebhook as same } from 'tenon-sdk/webhooks'
     const url: string | undefined = ({} as Endpoint).url
     // @ts-expect-error a type is text
     const wrong = () => createClient({ url: 'http://127.0.0.1:9' }).events.publish({ type: 1, payload: url })
     const error = await createClient({ url: 'http://127.0.0.1:9', retries: 0 }).events.list().catch((reason) => reason)
     console.log(JSON.stringify([error instanceof TenonError, error.errorCode, same === verifyWebhook, typeof wrong]))`,
  )
  const options = {
    module: 'nodenext',
    strict: true,
    target: 'es2023',
    types: [],
    lib: ['es2023', 'dom'],
    outDir: 'out',
  }
  await writeFile(join(program, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['program.ts'] }))
  await run(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd: program })

  const { stdout } = await run('node', ['out/program.js'], { cwd: program, env: { ...process.env, PATH: ownPath } })

  assert.deepEqual(JSON.parse(stdout), [true, 'CONNECTION_FAILED', true, 'function'])
})

/** Packs a copy, so that the folder that others are using stays as it is. */
async function pack(folder: string): Promise<string> {
  const copy = join(folder, 'repository')
  await mkdir(copy)
  for (const name of ['pack.mjs', 'LICENSE', 'tsconfig.base.json']) await cp(join(root, name), join(copy, name))
  await cp(join(root, 'sdk'), join(copy, 'sdk'), { recursive: true })
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  const before = await readFile(join(copy, 'sdk/package.json'), 'utf8')

  const { stdout } = await run('npm', ['pack', '--ignore-scripts=false', '--json', '--pack-destination', folder], {
    cwd: join(copy, 'sdk'),
  })

  assert.equal(await readFile(join(copy, 'sdk/package.json'), 'utf8'), before)
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  const paths = packed.files.map(({ path }) => path)
  assert.ok(paths.includes('LICENSE') && paths.includes('README.md') && paths.includes('dist/index.d.ts'))
  assert.ok(!paths.some((path) => /test|src\/|(?<!\.d)\.ts$/.test(path)), paths.join(' '))
  return join(folder, packed.filename)
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'tenon-pack-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
