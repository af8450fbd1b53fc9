import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  generateApiKey,
  generateSessionToken,
  hashApiKey,
  hashSessionToken,
  prefixOfApiKey,
  safeEqual,
} from './tokens.ts'

test('an API key shows its prefix and hides the rest behind a hash', () => {
  const { key, prefix, hash } = generateApiKey()

  assert.match(key, /^tnn_[0-9A-Za-z]{8}_[0-9A-Za-z]{40}$/)
  assert.equal(key.startsWith(`tnn_${prefix}_`), true)
  assert.equal(prefixOfApiKey(key), prefix)
  assert.equal(hash, hashApiKey(key))
  assert.equal(hash, createHash('sha256').update(key).digest('hex'))
})

test('what is not an API key has no prefix', () => {
  const { key } = generateApiKey()

  for (const text of [
    '',
    'tnn_',
    key.slice(1),
    `${key}0`,
    key.slice(0, -1),
    `${key}\n`,
    key.replace('tnn', 'tns'),
    generateSessionToken().token,
  ]) {
    assert.equal(prefixOfApiKey(text), undefined, text)
  }
})

test('a session token is found by its hash', () => {
  const { token, hash } = generateSessionToken()

  assert.match(token, /^tns_[0-9A-Za-z]{43}$/)
  assert.equal(hash, hashSessionToken(token))
})

test('a thousand keys are a thousand different keys and use every character', () => {
  const keys = Array.from({ length: 1_000 }, () => generateApiKey().key)

  assert.equal(new Set(keys).size, 1_000)
  assert.equal(new Set(keys.map((key) => key.slice(13)).join('')).size, 62)
})

test('compares texts of any length', () => {
  assert.equal(safeEqual('secret', 'secret'), true)
  assert.equal(safeEqual('', ''), true)
  for (const other of ['', 'secres', 'secret ', 'Secret']) assert.equal(safeEqual('secret', other), false, other)
})
