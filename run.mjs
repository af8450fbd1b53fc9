// The way in for `npm start`, `npm test` and the rest: works with any Node from 20 on and needs nothing installed.
// It installs what package-lock.json asks for, finds the Node that the project pins, and hands over to it.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const at = (...parts) => join(root, ...parts)
const [command = 'start', ...args] = process.argv.slice(2)

const commands = {
  start: () => {
    buildConsole()
    return become('server/src/main.ts', args)
  },
  dev: () => together(['--watch', at('server/src/main.ts'), ...args], [program('vite'), 'dev', 'console']),
  tenon: () => become('server/src/cli/bin.ts', args),
  bench: () => become('server/bench/main.ts', args),
  crash: () => become('server/crash/main.ts', args),
  try: () => become('server/try/main.ts', args),
  generate: () => become('server/src/test/generate.ts', args),
  test: () => test(),
}

const run = commands[command]
if (!run) stop(`There is no "${command}": choose one of ${Object.keys(commands).join(', ')}.`)
install({ withDevelopment: command !== 'start' && command !== 'tenon' })
const node = findNode()
// Types are stripped and code is compiled once, and not by each process anew.
process.env.NODE_COMPILE_CACHE ??= at('node_modules/.cache/node')
process.env.PATH = [dirname(node), at('node_modules/.bin'), process.env.PATH].join(delimiter)
await run()

/** Brings node_modules to what package-lock.json says, unless it is there already. */
function install({ withDevelopment }) {
  if (isInstalled(withDevelopment)) return
  say('Installing the packages of package-lock.json (once, and after each change of it) …')
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm']
  const { status } = spawnSync(
    npm[0],
    [...npm.slice(1), 'ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev', '--include=optional'],
    {
      cwd: root,
      // Answers on standard output belong to the command that was asked for.
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    },
  )
  if (status !== 0) stop('`npm ci` failed; its reason is above. Is the registry reachable, and the disk not full?')
}

// npm notes in node_modules/.package-lock.json what it has installed, as its last step.
// Comparing costs some 10 ms, so the result is stamped.
function isInstalled(withDevelopment) {
  const wanted = readFileSync(at('package-lock.json'), 'utf8')
  const note = at('node_modules/.package-lock.json')
  const stamp = at('node_modules/.tenon-installed')
  if (!existsSync(note)) return false
  const lockStat = statSync(at('package-lock.json'))
  const current = `${lockStat.size} ${lockStat.mtimeMs} ${statSync(note).mtimeMs} ${withDevelopment}`
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === current) return true
  const installed = JSON.parse(readFileSync(note, 'utf8')).packages
  const agrees = Object.entries(JSON.parse(wanted).packages).every(([path, entry]) => {
    if (!path.includes('node_modules/') || entry.link || (entry.dev && !withDevelopment)) return true
    // Packages for other systems are not installed.
    if (!installed[path]) return Boolean(entry.optional || entry.devOptional || entry.peer)
    return installed[path].version === entry.version && installed[path].integrity === entry.integrity
  })
  if (agrees) tryToWrite(stamp, current)
  return agrees
}

/** Finds the Node that the project pins in package.json or, where it cannot run, one that is as new. */
function findNode() {
  const pinned = Object.keys(JSON.parse(readFileSync(at('package.json'), 'utf8')).optionalDependencies)
    .flatMap((name) => [at('node_modules', name, 'bin/node'), at('node_modules', name, 'bin/node.exe')])
    .find((path) => existsSync(path))
  if (pinned && hasLoader()) return pinned
  if (Number(process.versions.node.split('.')[0]) >= 26) return process.execPath
  stop(
    `Tenon runs on Node 26 or newer. This is Node ${process.versions.node}, and the Node 26 that it brings ` +
      `${pinned ? 'needs glibc, which this system lacks' : `does not exist for ${process.platform}-${process.arch}`}: install Node 26.`,
  )
}

// The Linux binaries are linked against glibc: on Alpine they are there and do not run.
function hasLoader() {
  if (process.platform !== 'linux') return true
  return existsSync(process.arch === 'arm64' ? '/lib/ld-linux-aarch64.so.1' : '/lib64/ld-linux-x86-64.so.2')
}

/** Hands over to a program of the project: its exit code is ours, and signals reach it. */
function become(file, programArgs) {
  if (!existsSync(at(file))) stop(`${file} does not exist.`)
  if (process.execve && process.platform !== 'win32') {
    // The warning that execve is experimental would be the first line of every start.
    process.emitWarning = () => {}
    process.execve(node, [node, at(file), ...programArgs], process.env)
  }
  // Who kills the launcher means the hub: without this, the hub would stay and hold its port.
  const orphan =
    'const parent = process.ppid; setInterval(() => process.ppid === parent || process.kill(process.pid, "SIGKILL"), 250).unref()'
  return finish(start(['--import', `data:text/javascript,${encodeURIComponent(orphan)}`, at(file), ...programArgs]))
}

/** Runs several programs until one of them ends; then the others end too. */
function together(...programs) {
  const children = programs.map(start)
  for (const child of children)
    child.on('exit', () => {
      for (const other of children) other.kill()
    })
  return finish(...children)
}

function start(nodeArgs) {
  return spawn(node, nodeArgs, { stdio: 'inherit' })
}

async function finish(...children) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      // Ctrl-C reaches everybody in the terminal by itself.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) for (const child of children) child.kill(signal)
    })
  const ends = await Promise.all(
    children.map((child) => new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })))),
  )
  const { code, signal } = ends[0]
  // 128 + number is how shells tell a death by signal.
  process.exit(code ?? { SIGINT: 130, SIGTERM: 143, SIGKILL: 137 }[signal] ?? 1)
}

function buildConsole() {
  if (!existsSync(at('console/index.html'))) return
  const built = statSync(at('console/dist/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = [
    'console/src',
    'console/public',
    'console/index.html',
    'console/package.json',
    'console/vite.config.ts',
    'sdk/src',
  ]
  if (sources.every((path) => newest(at(path)) <= built)) return
  install({ withDevelopment: true })
  say('Building the console …')
  const { status } = spawnSync(node, [program('vite'), 'build', 'console', '--logLevel', 'warn'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) stop('The console could not be built; the reason is above.')
}

function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

/** The script behind a command of an installed package. */
function program(name, packageName = name) {
  const folder = ['node_modules', 'console/node_modules', 'server/node_modules']
    .map((path) => at(path, packageName))
    .find(existsSync)
  if (!folder) stop(`The package ${packageName} is not installed: run \`npm ci\`.`)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[name])
}

/** All that has to hold before a change goes in, the quickest first. Files as arguments run only those tests. */
function test() {
  const nodeTests = (...options) => [
    '--test',
    '--test-global-setup=server/src/test/global-setup.ts',
    '--test-reporter=spec',
    '--test-timeout=180000',
    '--import=./server/src/test/must-end.ts',
    ...options,
  ]
  const hasTests = (folder) =>
    existsSync(at(folder)) &&
    readdirSync(at(folder), { recursive: true }).some((file) => String(file).endsWith('.test.ts'))
  if (args.length > 0) return step('tests', nodeTests('--test-concurrency=2', ...args))

  step('format and lint', [program('biome', '@biomejs/biome'), 'ci', ...(process.stdout.isTTY ? [] : ['--colors=off'])])
  for (const workspace of ['server', 'sdk', 'console'])
    if (existsSync(at(workspace, 'tsconfig.json')))
      step(`types of ${workspace}`, [program('tsc', 'typescript'), '--noEmit', '-p', workspace])
  step('unused code', [program('knip')])
  if (existsSync(at('server/src/test/generate.ts')))
    step('generated files', [at('server/src/test/generate.ts'), '--check'])
  const units = ['server/src', 'sdk/src', 'console/src'].filter(hasTests).map((folder) => `${folder}/**/*.test.ts`)
  step('tests', nodeTests('--test-concurrency=2', ...units))
  if (existsSync(at('console/index.html'))) step('console', [program('vite'), 'build', 'console', '--logLevel', 'warn'])
  if (hasTests('server/e2e')) step('tests in a browser', nodeTests('--test-concurrency=1', 'server/e2e/**/*.test.ts'))
}

function step(name, nodeArgs) {
  const began = performance.now()
  say(`\n▶ ${name}`)
  // No step takes that long: what hangs must not hang for ever.
  const { status } = spawnSync(node, nodeArgs, { cwd: root, stdio: 'inherit', timeout: 40 * 60_000 })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  if (status !== 0) stop(`✖ ${name} failed after ${seconds} s`)
  say(`✔ ${name} (${seconds} s)`)
}

function tryToWrite(path, text) {
  try {
    writeFileSync(path, text)
  } catch {
    // A read-only installation is compared each time.
  }
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

function stop(text) {
  say(text)
  process.exit(1)
}
