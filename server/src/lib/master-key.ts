import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type VaultKey, vaultKey } from './vault.ts'

export type MasterKey = {
  keys: VaultKey[]
  /** The id of the key that seals; the others only open. */
  current: string
  /** True when no key was configured and this start made one. */
  generated: boolean
  /** The file that holds the key, unless it was configured. */
  file?: string
}

const advice = 'make one with `openssl rand -hex 32`'

/**
 * Reads TENON_MASTER_KEY: one or more keys of 32 bytes in hex or base64, separated by commas, of which the first seals
 * and all open. Throws a `TypeError` that says which one is wrong, and never shows it.
 */
export function parseMasterKey(text: string): Pick<MasterKey, 'keys' | 'current'> {
  const parts = text.split(',').map((part) => part.trim())
  const keys = parts.map((part, index) => {
    const bytes = decodeKey(part)
    if (bytes?.length === 32) return vaultKey(bytes)
    const which = parts.length === 1 ? 'The master key' : `Key ${index + 1} of the master key`
    const found = bytes ? `it has ${bytes.length} bytes` : part === '' ? 'it is empty' : 'it is neither hex nor base64'
    throw new TypeError(`${which} must be 32 bytes in hex or base64, but ${found}; ${advice}`)
  })
  const unique = [...new Map(keys.map((key) => [key.id, key])).values()]
  return { keys: unique, current: unique[0]!.id }
}

/**
 * Answers the configured key; else the one in `<dataFolder>/master.key`; else, outside production, makes that file
 * (mode 0600) with a new key and says so by `generated`. In production a missing key is an error, because a key made
 * by chance on one machine would seal what no other could open.
 */
export async function loadMasterKey(options: {
  configured: string | undefined
  dataFolder: string
  production: boolean
}): Promise<MasterKey> {
  if (options.configured) return { ...parseMasterKey(options.configured), generated: false }

  const file = join(options.dataFolder, 'master.key')
  const stored = await readIfThere(file)
  if (stored !== undefined) return { ...parseFile(stored, file), generated: false, file }
  if (options.production) {
    throw new Error(`TENON_MASTER_KEY is not set and ${file} does not exist; set it to 32 bytes in hex: ${advice}`)
  }
  const text = randomBytes(32).toString('hex')
  const generated = await createOnce(options.dataFolder, file, text)
  // Another process that starts on the same folder may have been faster; its key is the one.
  return { ...parseFile(generated ? text : await readFile(file, 'utf8'), file), generated, file }
}

function parseFile(text: string, file: string) {
  try {
    return parseMasterKey(text)
  } catch (error) {
    throw new TypeError(`${file} does not hold a master key: ${(error as Error).message}`)
  }
}

/** Creates the file, whole or not at all, and answers true; or answers false when it is there already. */
async function createOnce(folder: string, file: string, text: string): Promise<boolean> {
  await mkdir(folder, { recursive: true })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(draft, `${text}\n`, { flag: 'wx', mode: 0o600, flush: true })
    // Unlike a rename, a link fails when the file is there.
    await link(draft, file)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function decodeKey(text: string): Buffer | undefined {
  if (/^(?:[0-9a-f]{2})+$/i.test(text) && text.length >= 64) return Buffer.from(text, 'hex')
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined
}

const isCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code
