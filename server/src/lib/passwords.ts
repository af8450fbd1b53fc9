import * as crypto from 'node:crypto'
import { promisify } from 'node:util'

/**
 * Passwords as PHC strings (https://github.com/P-H-C/phc-string-format), which name the algorithm and its cost, so that
 * old hashes stay verifiable when the cost is raised.
 *
 * argon2id where Node's OpenSSL has it, scrypt otherwise, both at the cost that the OWASP password storage cheat sheet
 * gives; either kind is verified everywhere.
 */
const argon2idCost: Cost = { memory: 19_456, passes: 2, parallelism: 1 }
const scryptCost = { ln: 15, r: 8, p: 3 }
const saltBytes = 16
const hashBytes = 32

type Cost = { memory: number; passes: number; parallelism: number }
type Parsed =
  | { algorithm: 'argon2id'; cost: Cost; salt: Buffer; hash: Buffer }
  | { algorithm: 'scrypt'; cost: typeof scryptCost; salt: Buffer; hash: Buffer }

/** Hashes a password with a fresh salt. */
export async function hashPassword(password: string): Promise<string> {
  const salt = crypto.randomBytes(saltBytes)
  if (hasArgon2) {
    const { memory, passes, parallelism } = argon2idCost
    const hash = await argon2id(password, salt, argon2idCost, hashBytes)
    return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(salt)}$${encode(hash)}`
  }
  const { ln, r, p } = scryptCost
  return `$scrypt$ln=${ln},r=${r},p=${p}$${encode(salt)}$${encode(await scrypt(password, salt, scryptCost, hashBytes))}`
}

/**
 * Answers whether this is the password. Give `undefined` as the hash when there is no such member: it takes as long
 * and answers false, so that a sign-in does not tell which addresses are known. Throws for a hash that is not one.
 */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  if (stored === undefined) {
    await hashPassword(password)
    return false
  }
  const { algorithm, cost, salt, hash } = parse(stored)
  const found =
    algorithm === 'argon2id'
      ? await argon2id(password, salt, cost, hash.length)
      : await scrypt(password, salt, cost, hash.length)
  return crypto.timingSafeEqual(found, hash)
}

/** Answers whether a hash should be made anew at the next sign-in, because algorithm or cost have changed. */
export function needsRehash(stored: string): boolean {
  const { algorithm, cost } = parse(stored)
  if (algorithm === 'argon2id') {
    return cost.memory < argon2idCost.memory || cost.passes < argon2idCost.passes
  }
  return hasArgon2 || cost.ln < scryptCost.ln || cost.r < scryptCost.r || cost.p < scryptCost.p
}

// A Node built on an older OpenSSL has the function but not the algorithm, and says so only when called.
const hasArgon2 = (() => {
  try {
    crypto.argon2Sync('argon2id', {
      message: '',
      nonce: Buffer.alloc(8),
      memory: 8,
      passes: 1,
      parallelism: 1,
      tagLength: 4,
    })
    return true
  } catch {
    return false
  }
})()

const argon2Async = promisify(crypto.argon2)
const scryptAsync = promisify<crypto.BinaryLike, Buffer, number, crypto.ScryptOptions, Buffer>(crypto.scrypt)

const argon2id = (password: string, salt: Buffer, cost: Cost, tagLength: number): Promise<Buffer> =>
  inTurn(() => argon2Async('argon2id', { message: normalise(password), nonce: salt, tagLength, ...cost }))

const scrypt = (password: string, salt: Buffer, { ln, r, p }: typeof scryptCost, length: number): Promise<Buffer> =>
  inTurn(() => scryptAsync(normalise(password), salt, length, { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r }))

/** The same characters typed on two systems may come in different code points (RFC 8265, section 4.2). */
const normalise = (password: string) => password.normalize('NFC')

// Each hash holds one of libuv's four threads, which name resolution and file access share, and tens of megabytes.
const maxAtOnce = 2
let running = 0
const waiting: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < maxAtOnce) running++
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

function parse(stored: string): Parsed {
  const argon2 = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(stored)
  if (argon2) {
    const [memory, passes, parallelism] = argon2.slice(1, 4).map(Number) as [number, number, number]
    return { algorithm: 'argon2id', cost: { memory, passes, parallelism }, ...decode(argon2[4]!, argon2[5]!) }
  }
  const scrypted = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(stored)
  if (scrypted) {
    const [ln, r, p] = scrypted.slice(1, 4).map(Number) as [number, number, number]
    return { algorithm: 'scrypt', cost: { ln, r, p }, ...decode(scrypted[4]!, scrypted[5]!) }
  }
  throw new TypeError('The stored password hash is neither argon2id nor scrypt in PHC form')
}

/** PHC strings leave the padding of base64 out. */
const encode = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
const decode = (salt: string, hash: string) => ({
  salt: Buffer.from(salt, 'base64'),
  hash: Buffer.from(hash, 'base64'),
})
