import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Chromium refuses to be sandboxed as root.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]

type Candidate = { executablePath: string; env?: NodeJS.ProcessEnv }

/**
 * Starts a real browser: the one named by CHROMIUM_PATH, an installed one, or the one that npm brought.
 * Throws with every reason when none of them starts; a test that needs a browser never passes without.
 */
export async function launchBrowser(): Promise<Browser> {
  const reasons: string[] = []
  for await (const { executablePath, env } of candidates(reasons)) {
    try {
      return await chromium.launch({
        executablePath,
        args: flags,
        timeout: 20_000,
        ...(env ? { env: { ...process.env, ...env } } : {}),
      })
    } catch (error) {
      reasons.push(`${executablePath}: ${firstLines(error)}`)
    }
  }
  throw new Error(
    'No browser starts here. Install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH to one.\n' +
      reasons.map((reason) => `- ${reason}`).join('\n'),
  )
}

async function* candidates(reasons: string[]): AsyncGenerator<Candidate> {
  const { CHROMIUM_PATH } = process.env
  if (CHROMIUM_PATH) {
    // Whoever names a browser wants that one.
    yield { executablePath: CHROMIUM_PATH }
    return
  }
  for (const executablePath of installed.filter((path) => existsSync(path))) yield { executablePath }
  try {
    const folder = await unpackBrowser()
    const executablePath = join(folder, 'chromium')
    const fonts = existsSync('/etc/fonts') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') }
    yield { executablePath, env: fonts }
    // A bare container lacks NSS and its neighbours; the package has them for AWS Lambda, which lacks them too.
    yield { executablePath, env: { ...fonts, LD_LIBRARY_PATH: join(folder, 'al2023/lib') } }
  } catch (error) {
    reasons.push(`@sparticuz/chromium: ${firstLines(error)}`)
  }
}

/** Unpacks the browser of `@sparticuz/chromium` once per version, and answers the folder. */
async function unpackBrowser(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const { version } = createRequire(import.meta.url)(join(dirname(dirname(entry)), 'package.json')) as {
    version: string
  }
  const folder = join(tmpdir(), `tenon-chromium-${version}-${process.getuid?.() ?? ''}`)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { mode: 0o700 })
  try {
    // The package takes a file that exists for a finished one. In a folder of its own, test files that start together do not meet.
    await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', `await (await import(${JSON.stringify(entry)})).default.executablePath()`],
      { env: { ...process.env, TMPDIR: unfinished, AWS_LAMBDA_JS_RUNTIME: 'nodejs24.x' } },
    )
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(folder))
      throw new Error(`${basename(folder)} cannot be unpacked: ${firstLines(error)}`, { cause: error })
  }
  return folder
}

const firstLines = (error: unknown): string =>
  String((error as Error).message)
    .split('\n')
    .slice(0, 6)
    .join(' ')
