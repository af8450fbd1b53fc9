import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnyConnector } from '../../kit/connector.ts'
import { type ConformanceOptions, inboundRequest } from '../conformance.ts'

/** Genuine webhooks are accepted and read; unsigned, stale and tampered ones are refused. */
export function holdsToItsWebhook({ name, webhook }: AnyConnector, { webhook: sample }: ConformanceOptions): void {
  if (!webhook) return
  if (!sample) {
    test(`${name}: its webhook is tried`, () => assert.fail('give the suite a sample `webhook`'))
    return
  }
  const {
    secret = 'a-webhook-secret-of-mine',
    otherSecret = 'another-webhook-secret',
    hasTime = true,
    signsBody = true,
  } = sample
  const { body, url = 'https://hub.example/webhooks/acme/0198c5f0', method = 'POST' } = sample
  const now = new Date(Date.UTC(2026, 5, 1))
  const request = (at = now) => {
    const signed = sample.sign({ body, secret, at, url, method })
    return inboundRequest({ method, url, body, ...signed, at: now })
  }

  test(`${name}: a genuine webhook is accepted, also while the secret is being changed`, () => {
    assert.deepEqual(webhook.verify(request(), [secret], now), { ok: true })
    assert.deepEqual(webhook.verify(request(), [otherSecret, secret], now), { ok: true })
  })

  test(`${name}: an unsigned, wrongly signed or tampered webhook is refused`, () => {
    const genuine = request()
    assert.ok(!webhook.verify(genuine, [], now).ok, 'accepted without any secret')
    assert.ok(!webhook.verify(genuine, [otherSecret], now).ok, 'accepted with another secret')
    const unsigned = inboundRequest({ method, url, body, at: now })
    assert.ok(!webhook.verify({ ...unsigned, rawBody: Buffer.from('{}') }, [secret], now).ok, 'accepted unsigned')
    if (signsBody) {
      const tampered = { ...genuine, rawBody: Buffer.concat([genuine.rawBody, Buffer.from(' ')]) }
      assert.ok(!webhook.verify(tampered, [secret], now).ok, 'accepted after it was changed')
    }
  })

  if (hasTime) {
    test(`${name}: a webhook that is days old is refused`, () => {
      const stale = request(new Date(now.getTime() - 3 * 86_400_000))
      assert.ok(!webhook.verify(stale, [secret], now).ok)
    })
  }

  test(`${name}: a webhook holds the events it is about, each with an id that stays`, () => {
    const events = webhook.parse(request())
    assert.deepEqual(
      events.map(({ type }) => type),
      [...sample.events],
    )
    assert.deepEqual(
      webhook.parse(request()).map(({ eventId }) => eventId),
      events.map(({ eventId }) => eventId),
    )
    const ids = events.flatMap(({ eventId }) => eventId ?? [])
    assert.equal(new Set(ids).size, ids.length, 'two events have one id')
    if (sample.routingKey !== undefined) assert.deepEqual([webhook.route?.(request())].flat(), [sample.routingKey])
  })

  test(`${name}: a body that makes no sense breaks nothing but itself`, () => {
    for (const text of ['', '{', '[]', 'null', '{"a":1}', '[null]', '"text"', '\u0000']) {
      const odd = { ...request(), rawBody: Buffer.from(text) }
      try {
        assert.ok(Array.isArray(webhook.parse(odd)))
      } catch (error) {
        assert.ok(error instanceof Error)
      }
    }
  })
}
