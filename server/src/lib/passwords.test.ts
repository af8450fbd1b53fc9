import assert from 'node:assert/strict'
import { argon2Sync, scryptSync } from 'node:crypto'
import { test } from 'node:test'
import { hashPassword, needsRehash, verifyPassword } from './passwords.ts'

const password = 'correct horse battery staple'
const salt = Buffer.alloc(16, 5)
const phc = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')

function argon2Hash(memory: number, passes: number): string {
  const cost = { memory, passes, parallelism: 1 }
  const hash = argon2Sync('argon2id', { message: password, nonce: salt, tagLength: 32, ...cost })
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${phc(salt)}$${phc(hash)}`
}
const scryptHash = `$scrypt$ln=10,r=8,p=1$${phc(salt)}$${phc(scryptSync(password, salt, 32, { N: 2 ** 10, r: 8, p: 1 }))}`

test('verifies the password it hashed and no other', async () => {
  const hash = await hashPassword(password)

  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.equal(await verifyPassword(password, hash), true)
  for (const other of ['', `${password} `, password.toUpperCase()]) {
    assert.equal(await verifyPassword(other, hash), false, other)
  }
})

test('hashes one password differently every time', async () => {
  assert.notEqual(await hashPassword(password), await hashPassword(password))
})

test('takes the same characters in either Unicode spelling', async () => {
  const hash = await hashPassword('caf\u00e9 au lait')

  assert.equal(await verifyPassword('cafe\u0301 au lait', hash), true)
})

test('verifies hashes of other costs and of scrypt, and asks to make them anew', async () => {
  for (const hash of [argon2Hash(8_192, 1), argon2Hash(19_456, 1), scryptHash]) {
    assert.equal(await verifyPassword(password, hash), true, hash)
    assert.equal(await verifyPassword('another', hash), false, hash)
    assert.equal(needsRehash(hash), true, hash)
  }
  assert.equal(needsRehash(await hashPassword(password)), false)
  assert.equal(needsRehash(argon2Hash(32_768, 3)), false)
})

test('answers false for a member who does not exist', async () => {
  assert.equal(await verifyPassword(password, undefined), false)
})

test('refuses a hash that is none', async () => {
  for (const stored of [
    '',
    password,
    '$2b$10$abcdefghijklmnopqrstuv',
    '$argon2id$v=19$m=1$AA$AA',
    '$argon2i$v=19$m=8,t=1,p=1$AA$AA',
  ]) {
    await assert.rejects(verifyPassword(password, stored), TypeError)
    assert.throws(() => needsRehash(stored), TypeError)
  }
})

test('a storm of sign-ins is answered in full', async () => {
  const hash = argon2Hash(64, 1)

  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => verifyPassword(index % 2 ? password : 'another', hash)),
  )

  assert.equal(answers.filter(Boolean).length, 25)
})

test('one failing hash does not hold up the next', async () => {
  const impossible = `$argon2id$v=19$m=1,t=1,p=1$${phc(salt)}$${phc(salt)}`

  await Promise.all(Array.from({ length: 5 }, () => assert.rejects(verifyPassword(password, impossible))))

  assert.equal(await verifyPassword(password, argon2Hash(64, 1)), true)
})
