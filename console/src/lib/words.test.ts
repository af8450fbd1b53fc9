import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attemptInWords, reasonInWords } from './attempt-in-words.ts'
import { curlOfPublish, curlOfRequest } from './curl.ts'
import { parseJson, parseJsonObject } from './json-input.ts'

const failed = { durationMs: 40, outcome: 'retry', error: null, statusCode: null } as const

test('a delivered attempt says what the endpoint answered', () => {
  assert.equal(
    attemptInWords({ ...failed, outcome: 'delivered', statusCode: 204 }),
    'The endpoint answered 204 in 40 ms.',
  )
})

for (const [statusCode, words] of [
  [302, /Redirects are not followed/],
  [401, /refused the sender/],
  [404, /Check the path/],
  [410, /was disabled/],
  [429, /slow down/],
  [500, /failed while handling/],
] as const) {
  test(`an answer of ${statusCode} comes with what it means`, () => {
    assert.match(attemptInWords({ ...failed, statusCode }), words)
  })
}

for (const [error, words] of [
  ['POST https://a.example took longer than 15000 ms, waiting for an answer', /did not answer within/],
  ['connect ECONNREFUSED 127.0.0.1:9', /Nothing accepts connections/],
  ['getaddrinfo ENOTFOUND a.example', /could not be resolved/],
  ['self-signed certificate', /certificate/],
  ['127.0.0.1 is a loopback address', /may call/],
] as const) {
  test(`“${error}” is explained`, () => {
    assert.match(attemptInWords({ ...failed, error }), words)
  })
}

test('a quote in the body does not end the shell word', () => {
  const curl = curlOfRequest({
    method: 'POST',
    url: 'https://a.example',
    headers: { 'Content-Length': '3' },
    body: "it's",
  })

  assert.equal(curl, `curl -X POST 'https://a.example' \\\n  --data-raw 'it'\\''s'`)
})

test('the publish command names the key and the event', () => {
  const curl = curlOfPublish('http://hub', 'KEY', 'lead.captured', { a: 1 })

  assert.match(curl, /'http:\/\/hub\/api\/events'/)
  assert.match(curl, /Bearer KEY/)
  assert.match(curl, /\{"type":"lead.captured","payload":\{"a":1\}\}/)
})

test('JSON that a person mistyped is answered with the line of the fault', () => {
  const parsed = parseJson('{\n  "a": 1,\n  b: 2\n}')

  assert.deepEqual('fault' in parsed && parsed.fault.line, 3)
})

test('an array is not an object', () => {
  const parsed = parseJsonObject('[1]')

  assert.match('fault' in parsed ? parsed.fault.message : '', /must be an object/)
})

test('a given-up delivery says how it ended, in words where the hub uses one it knows', () => {
  assert.equal(
    reasonInWords('exhausted: The endpoint answered 500.'),
    'Every attempt failed. The last one ended with: The endpoint answered 500.',
  )
  assert.equal(reasonInWords('rejected'), 'The endpoint refused it for good, so it was not tried again.')
  assert.equal(reasonInWords('rejected', true), 'The vendor refused it for good, so it was not tried again.')
  assert.equal(reasonInWords('something new: x'), 'something new: x')
})
