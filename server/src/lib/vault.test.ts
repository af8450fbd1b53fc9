import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { createVault, vaultKey } from './vault.ts'

const oldKey = vaultKey(randomBytes(32))
const newKey = vaultKey(randomBytes(32))
const vault = createVault({ keys: [newKey, oldKey], current: newKey.id })
const oldVault = createVault({ keys: [oldKey], current: oldKey.id })
const context = 'workspace-1/endpoint-1/secret'

test('opens what it sealed, whatever the text and the context', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string(), (text, place) => {
      assert.equal(vault.open(vault.seal(text, place), place), text)
    }),
  )
})

test('the sealed text names version and key, shows nothing, and differs every time', () => {
  const sealed = vault.seal('whsec_hidden', context)

  assert.match(sealed, new RegExp(`^v1\\.${newKey.id}\\.[\\w-]{16}\\.[\\w-]+$`))
  assert.equal(sealed.includes('hidden'), false)
  assert.notEqual(sealed, vault.seal('whsec_hidden', context))
})

test('opens in no other place', () => {
  const sealed = vault.seal('text', context)

  for (const other of ['', 'workspace-2/endpoint-1/secret', `${context}/`, context.toUpperCase()]) {
    assert.throws(() => vault.open(sealed, other), { name: 'VaultError', code: 'TAMPERED' })
  }
})

test('notices a change of any character', () => {
  const sealed = vault.seal('text', context)

  for (let index = 0; index < sealed.length; index++) {
    const other = sealed[index] === 'A' ? 'B' : 'A'
    const changed = sealed.slice(0, index) + other + sealed.slice(index + 1)
    // Past the last whole byte, base64url leaves bits that mean nothing.
    const isSameBytes = Buffer.from(changed.slice(-27), 'base64url').equals(Buffer.from(sealed.slice(-27), 'base64url'))
    if (index === sealed.length - 1 && isSameBytes) continue
    assert.throws(() => vault.open(changed, context), { name: 'VaultError' }, `at ${index}`)
  }
})

test('refuses a text that no vault made', () => {
  const [version, id, iv, bytes] = vault.seal('text', context).split('.')
  const texts = [
    '',
    'text',
    'v1',
    'v1...',
    `v2.${id}.${iv}.${bytes}`,
    `${version}.${id}.${iv}`,
    `${version}.${id}.${iv}.AAAA`,
  ]

  for (const text of [...texts, `${version}.${id}.${iv}.${bytes}.x`, `${version}.${id}.${iv?.slice(1)}.${bytes}`]) {
    assert.throws(() => vault.open(text, context), { code: 'MALFORMED' }, text)
    assert.throws(() => vault.needsRotation(text), { code: 'MALFORMED' }, text)
  }
})

test('says which key is missing, and nothing of the text', () => {
  const sealed = vault.seal('text', context)

  assert.throws(() => oldVault.open(sealed, context), {
    code: 'UNKNOWN_KEY',
    message: `Sealed with key ${newKey.id}, which is not in TENON_MASTER_KEY; add that key to it`,
  })
})

test('after a rotation opens the old, seals with the new, and knows which to seal again', () => {
  const sealedBefore = oldVault.seal('text', context)

  assert.equal(vault.open(sealedBefore, context), 'text')
  assert.equal(vault.needsRotation(sealedBefore), true)
  const sealedAgain = vault.seal(vault.open(sealedBefore, context), context)
  assert.equal(vault.needsRotation(sealedAgain), false)
  assert.throws(() => oldVault.open(sealedAgain, context), { code: 'UNKNOWN_KEY' })
})

test('the key id cannot be exchanged for the id of another key', () => {
  const twin = createVault({ keys: [newKey, { id: 'twin', key: newKey.key }], current: newKey.id })
  const sealed = twin.seal('text', context)

  assert.throws(() => twin.open(sealed.replace(newKey.id, 'twin'), context), { code: 'TAMPERED' })
})

test('a key has 32 bytes, and the current one must be there', () => {
  assert.throws(() => vaultKey(randomBytes(31)), TypeError)
  assert.throws(() => createVault({ keys: [oldKey], current: newKey.id }), TypeError)
})
