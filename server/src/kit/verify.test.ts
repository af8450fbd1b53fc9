import assert from 'node:assert/strict'
import { createHash, createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto'
import { test } from 'node:test'
import { Signature as HubSpotSignature } from '@hubspot/api-client'
import { EventWebhook } from '@sendgrid/eventwebhook'
import { sign as retellSign, verify as retellVerify } from 'retell-sdk'
import { Stripe } from 'stripe'
import twilio from 'twilio'
import type { InboundRequest, Verify } from './connector.ts'
import { anyOf, hmac, schemes } from './index.ts'

type Signed = { headers?: Record<string, string>; body?: string; method?: string; url?: string }
type Scheme = {
  verify: Verify
  /** Signs as the vendor does: with its own package where it has one. `at` is now. */
  sign(body: string, secret: string, at: Date): Signed | Promise<Signed>
  secrets?: [mine: string, other: string]
  /** Milliseconds by which a request may be late, for those that sign a time. */
  window?: number
  /** Nothing of the body is signed. */
  isToken?: true
  body?: string
}

const at = new Date()
const url = 'https://hub.example/webhooks/acme/0198?a=1&b=%3A%2F%20'
const hmacHex = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex')
const seconds = (time: Date) => String(Math.floor(time.getTime() / 1_000))

const ecPair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, key: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') }
}
const edPair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { privateKey, key: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') }
}
const [ec, otherEc, ed, otherEd] = [ecPair(), ecPair(), edPair(), edPair()]

const all: Record<string, Scheme> = {
  hubspot: {
    verify: schemes.hubspot(),
    window: 300_000,
    sign: (body, clientSecret, time) => ({
      headers: {
        'X-HubSpot-Signature-v3': HubSpotSignature.getSignature('POST', 'v3', {
          clientSecret,
          requestBody: body,
          // HubSpot undoes some escapes before it signs.
          url: url.replace('%3A', ':').replace('%2F', '/'),
          timestamp: time.getTime(),
          signature: '',
        }),
        'X-HubSpot-Request-Timestamp': String(time.getTime()),
      },
    }),
  },
  'hubspot v1': {
    verify: schemes.hubspotLegacy(),
    sign: (body, clientSecret) => ({
      headers: {
        'X-HubSpot-Signature': HubSpotSignature.getSignature('POST', 'v1', {
          clientSecret,
          requestBody: body,
          signature: '',
        }),
        'X-HubSpot-Signature-Version': 'v1',
      },
    }),
  },
  'hubspot v2': {
    verify: schemes.hubspotLegacy(),
    sign: (body, clientSecret) => ({
      headers: {
        'X-HubSpot-Signature': HubSpotSignature.getSignature('POST', 'v2', {
          clientSecret,
          requestBody: body,
          url,
          signature: '',
        }),
        'X-HubSpot-Signature-Version': 'v2',
      },
    }),
  },
  stripe: {
    verify: schemes.stripe(),
    window: 300_000,
    sign: (payload, secret, time) => ({
      headers: {
        'Stripe-Signature': new Stripe('sk_test_x').webhooks.generateTestHeaderString({
          payload,
          secret,
          timestamp: Number(seconds(time)),
        }),
      },
    }),
  },
  calendly: {
    verify: schemes.calendly(),
    window: 180_000,
    sign: (body, secret, time) => ({
      headers: { 'Calendly-Webhook-Signature': `t=${seconds(time)},v1=${hmacHex(secret, `${seconds(time)}.${body}`)}` },
    }),
  },
  calcom: {
    verify: schemes.calcom(),
    sign: (body, secret) => ({ headers: { 'X-Cal-Signature-256': hmacHex(secret, body) } }),
  },
  meta: {
    verify: schemes.meta(),
    sign: (body, secret) => ({ headers: { 'X-Hub-Signature-256': `sha256=${hmacHex(secret, body)}` } }),
  },
  slack: {
    verify: schemes.slack(),
    window: 300_000,
    sign: (body, secret, time) => ({
      headers: {
        'X-Slack-Signature': `v0=${hmacHex(secret, `v0:${seconds(time)}:${body}`)}`,
        'X-Slack-Request-Timestamp': seconds(time),
      },
    }),
  },
  housecallPro: {
    verify: schemes.housecallPro(),
    window: 300_000,
    sign: (body, secret, time) => ({
      headers: { 'Api-Signature': hmacHex(secret, `${seconds(time)}.${body}`), 'Api-Timestamp': seconds(time) },
    }),
  },
  retell: {
    verify: schemes.retell(),
    window: 300_000,
    sign: async (body, secret, time) => ({
      headers: { 'X-Retell-Signature': `v=${time.getTime()},d=${hmacHex(secret, body + time.getTime())}` },
    }),
  },
  'twilio form': {
    verify: schemes.twilio(),
    body: 'To=%2B1&From=%2B2&Body=H%C3%A9llo+w&MediaUrl=b&MediaUrl=a&MediaUrl=b',
    sign: (body, secret) => {
      const fields = new URLSearchParams(body)
      const parameters = Object.fromEntries([...fields.keys()].map((name) => [name, fields.getAll(name)]))
      return {
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8',
          'X-Twilio-Signature': twilio.getExpectedTwilioSignature(secret, url, parameters),
        },
      }
    },
  },
  'twilio json': {
    verify: schemes.twilio(),
    sign: (body, secret) => {
      const whole = `${url}&bodySHA256=${createHash('sha256').update(body).digest('hex')}`
      return {
        url: whole,
        headers: {
          'Content-Type': 'application/json',
          'X-Twilio-Signature': twilio.getExpectedTwilioSignature(secret, whole, {}),
        },
      }
    },
  },
  sendgrid: {
    verify: schemes.sendgrid(),
    window: 25 * 3_600_000,
    secrets: [ec.key, otherEc.key],
    body: '[{"email":"ü@example.com"}]\r\n',
    sign: (body, secret, time) => ({
      headers: {
        'X-Twilio-Email-Event-Webhook-Signature': signWith(
          'sha256',
          Buffer.from(seconds(time) + body),
          secret === ec.key ? ec.privateKey : otherEc.privateKey,
        ).toString('base64'),
        'X-Twilio-Email-Event-Webhook-Timestamp': seconds(time),
      },
    }),
  },
  goHighLevel: {
    verify: schemes.goHighLevel(),
    secrets: [ed.key, otherEd.key],
    sign: (body, secret) => ({
      headers: {
        'X-GHL-Signature': signWith(
          null,
          Buffer.from(body),
          secret === ed.key ? ed.privateKey : otherEd.privateKey,
        ).toString('base64'),
      },
    }),
  },
  pipedrive: {
    verify: schemes.pipedrive(),
    isToken: true,
    sign: (_, secret) => ({ headers: { Authorization: `Basic ${Buffer.from(`tenon:${secret}`).toString('base64')}` } }),
  },
  google: {
    verify: schemes.google(),
    isToken: true,
    sign: (_, secret) => ({ headers: { 'X-Goog-Channel-Token': secret } }),
  },
  zoho: {
    verify: schemes.zoho(),
    isToken: true,
    sign: (_, secret) => ({ body: JSON.stringify({ token: secret, ids: ['1'] }) }),
  },
  microsoftGraph: {
    verify: schemes.microsoftGraph(),
    isToken: true,
    sign: (_, secret) => ({ body: JSON.stringify({ value: [{ clientState: secret }, { clientState: secret }] }) }),
  },
  'a secret in a header': {
    verify: schemes.headerSecret(),
    isToken: true,
    sign: (_, secret) => ({ headers: { 'X-Webhook-Secret': secret } }),
  },
  'a secret in the URL': {
    verify: schemes.urlSecret(),
    isToken: true,
    sign: (_, secret) => ({ url: `${url}&secret=${encodeURIComponent(secret)}` }),
  },
}

const request = (body: string, signed: Signed): InboundRequest => {
  const whole = signed.url ?? url
  return {
    method: signed.method ?? 'POST',
    url: whole,
    path: '/0198',
    query: Object.fromEntries(new URL(whole).searchParams),
    headers: Object.fromEntries(
      Object.entries(signed.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    rawBody: Buffer.from(signed.body ?? body),
    receivedAt: at,
  }
}

for (const [name, scheme] of Object.entries(all)) {
  const {
    verify,
    secrets: [mine, other] = ['a-secret-of-mine-ü', 'another-secret'],
    body = '{"name":"Zoë 🦊","n":1.0}\n',
  } = scheme
  const signed = async (time = at, secret = mine) => request(body, await scheme.sign(body, secret, time))

  test(`${name}: what the vendor signed is accepted, also while the secret is being changed`, async () => {
    const genuine = await signed()

    assert.deepEqual(verify(genuine, [mine], at), { ok: true })
    assert.deepEqual(verify(genuine, [other, mine], at), { ok: true })
    assert.deepEqual(verify(genuine, [mine, other], at), { ok: true })
    const upper = Object.entries(genuine.headers).map(([header, value]) => [header.toUpperCase(), value])
    assert.deepEqual(verify({ ...genuine, headers: Object.fromEntries(upper) }, [mine], at), { ok: true })
  })

  test(`${name}: the wrong secret, no secret, or no signature is refused with a reason`, async () => {
    const genuine = await signed()

    for (const refused of [
      verify(genuine, [other], at),
      verify(genuine, [], at),
      verify(genuine, [''], at),
      verify({ ...genuine, headers: {}, query: {}, rawBody: Buffer.from('{}') }, [mine], at),
      verify({ ...genuine, headers: {}, query: {}, rawBody: Buffer.alloc(0) }, [mine], at),
      verify({ ...genuine, headers: garbled(genuine.headers), query: {}, rawBody: Buffer.from('\xff[') }, [mine], at),
    ]) {
      assert.ok(!refused.ok)
      assert.ok(refused.reason !== '' && !refused.reason.includes(mine))
    }
  })

  if (!scheme.isToken) {
    test(`${name}: a body that was changed on the way is refused`, async () => {
      const genuine = await signed()

      for (const changed of [
        `${body} `,
        body.slice(0, -1),
        body.replace('Z', 'z').replace('H', 'h').replace('ü', 'u'),
      ]) {
        assert.ok(!verify({ ...genuine, rawBody: Buffer.from(changed) }, [mine], at).ok, changed)
      }
    })
  }

  if (scheme.window !== undefined) {
    const { window } = scheme
    test(`${name}: what is too old, or from the future, is refused`, async () => {
      const shifted = async (ms: number) => verify(await signed(new Date(at.getTime() + ms)), [mine], at)

      assert.deepEqual(await shifted(-window + 2_000), { ok: true })
      assert.deepEqual(await shifted(window - 2_000), { ok: true })
      assert.deepEqual(await shifted(-window - 2_000), { ok: false, reason: 'the timestamp is too old' })
      assert.deepEqual(await shifted(window + 2_000), { ok: false, reason: 'the timestamp lies in the future' })
    })
  }
}

const garbled = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `=,;${[...value].reverse().join('')}`]))

test('the vendors’ own packages accept what these tests sign themselves', async () => {
  const body = '[{"email":"ü@example.com"}]\r\n'
  const sendgrid = await all.sendgrid!.sign(body, ec.key, at)
  const eventWebhook = new EventWebhook()
  assert.ok(
    eventWebhook.verifySignature(
      eventWebhook.convertPublicKeyToECDSA(ec.key),
      body,
      sendgrid.headers!['X-Twilio-Email-Event-Webhook-Signature']!,
      seconds(at),
    ),
  )

  const retell = await all.retell!.sign(body, 'key_x', at)
  assert.ok(await retellVerify(body, 'key_x', retell.headers!['X-Retell-Signature']!))
  const signedByRetell = request(body, { headers: { 'x-retell-signature': await retellSign(body, 'key_x') } })
  assert.deepEqual(schemes.retell()(signedByRetell, ['key_x'], new Date()), { ok: true })

  const stamp = seconds(at)
  const ours = `t=${stamp},v1=${hmacHex('whsec_x', `${stamp}.{"id":"evt_1"}`)}`
  assert.equal(new Stripe('sk_test_x').webhooks.constructEvent('{"id":"evt_1"}', ours, 'whsec_x').id, 'evt_1')
})

test('the vector that SendGrid publishes is accepted at its time', () => {
  const event = {
    email: 'hello@world.com',
    event: 'dropped',
    reason: 'Bounced Address',
    sg_event_id: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA',
    sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0',
    'smtp-id': '<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>',
    timestamp: 1600112492,
  }
  const key =
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=='
  const headers = {
    'X-Twilio-Email-Event-Webhook-Signature':
      'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
    'X-Twilio-Email-Event-Webhook-Timestamp': '1600112502',
  }
  const verify = schemes.sendgrid()
  const time = new Date(1600112502_000)

  assert.deepEqual(verify(request(`${JSON.stringify([event])}\r\n`, { headers }), [key], time), { ok: true })
  // Without the line break that SendGrid signs along.
  assert.ok(!verify(request(JSON.stringify([event]), { headers }), [key], time).ok)
})

test("Twilio's signature fits with and without the port that goes without saying", () => {
  const verify = schemes.twilio()
  const signed = (whole: string) => ({ 'X-Twilio-Signature': twilio.getExpectedTwilioSignature('t', whole, {}) })

  for (const [shown, meant, fits] of [
    ['https://hub.example/x?a=1', 'https://hub.example:443/x?a=1', true],
    ['https://hub.example:443/x', 'https://hub.example/x', true],
    ['http://hub.example/x', 'http://hub.example:80/x', true],
    ['https://hub.example:8443/x', 'https://hub.example/x', false],
    ['https://hub.example/x', 'https://hub.example/y', false],
  ] as const) {
    assert.equal(verify(request('', { url: shown, headers: signed(meant) }), ['t'], at).ok, fits, `${shown} ${meant}`)
  }
})

test('the key that GoHighLevel publishes is built in and stands for nothing else', () => {
  const verify = schemes.goHighLevel()
  const signature = signWith(null, Buffer.from('{}'), ed.privateKey).toString('base64')

  assert.ok(!verify(request('{}', { headers: { 'X-GHL-Signature': signature } }), [], at).ok)
  assert.ok(verify(request('{}', { headers: { 'X-GHL-Signature': signature } }), [ed.key], at).ok)
})

test('while a vendor changes its scheme, either is accepted', () => {
  const verify = anyOf(schemes.stripe(), hmac({ header: 'X-Old' }))

  assert.ok(verify(request('x', { headers: { 'X-Old': hmacHex('s', 'x') } }), ['s'], at).ok)
  assert.deepEqual(verify(request('x', {}), ['s'], at), { ok: false, reason: 'the header Stripe-Signature is missing' })
})
