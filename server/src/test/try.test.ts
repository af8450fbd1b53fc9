import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trialOf } from '../../try/trial.ts'
import { emulators } from '../sandbox/index.ts'
import { stripe as stripeEmulator } from '../sandbox/stripe/stripe.ts'
import { startSandbox } from './sandbox.ts'

async function tryOut(id: string, options: { sandbox?: boolean; env?: Record<string, string> } = {}) {
  const lines: string[] = []
  const { sandbox = false, env = {} } = options
  const code = await trialOf(id, { sandbox, port: 0, env, print: (text) => void lines.push(text) })
  return { code, text: lines.join('\n') }
}

test('every connector is tried against its emulator, and nothing secret is printed', async () => {
  for (const id of new Set(emulators.flatMap(({ connects }) => connects.map(({ connector }) => connector)))) {
    const { code, text } = await tryOut(id, { sandbox: true })

    assert.equal(code, 0, text)
    assert.match(text, /^✔ check/m)
    assert.doesNotMatch(text, /✖|sk_test_sandbox|sandbox-password|SG\.sandbox|sandbox-secret/)
  }
})

test('what was made is taken away again', async () => {
  const { text } = await tryOut('stripe', { sandbox: true })

  assert.match(text, /✔ contacts.create[^✖]*✔ contacts.delete/)
})

test('says which variables are missing, one way in after the other', async () => {
  const stripe = await tryOut('stripe')
  const hubspot = await tryOut('hubspot', { env: { HUBSPOT_CLIENT_ID: 'an-application' } })
  const unknown = await tryOut('acme')

  assert.deepEqual([stripe.code, hubspot.code, unknown.code], [2, 2, 2])
  assert.match(stripe.text, /set STRIPE_SECRET_KEY\./)
  assert.match(hubspot.text, /set HUBSPOT_TOKEN, or HUBSPOT_CLIENT_SECRET\./)
  assert.match(unknown.text, /There is no connector "acme": choose one of hubspot/)
})

test('real credentials that are refused are a failure in words, without the key', async () => {
  await using sandbox = await startSandbox({ emulators: [stripeEmulator] })
  const secret = 'sk_test_wrong_and_secret'
  const lines: string[] = []
  const code = await trialOf('stripe', {
    ...{ sandbox: false, port: 0, print: (text) => void lines.push(text) },
    env: { STRIPE_SECRET_KEY: secret, TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()) },
  })

  assert.equal(code, 1)
  assert.match(lines.join('\n'), /✖ check .*\(AUTH_ERROR\)/)
  assert.doesNotMatch(lines.join('\n'), /(\([A-Z_]+\)).*\1/)
  assert.ok(!lines.join('\n').includes(secret))
})
