import { createHmac } from 'node:crypto'
import { Pool } from 'undici'
import { serve } from './children.ts'
import { type Answered, connect, postOf } from './http-client.ts'
import { openLoop, type Post } from './open-loop.ts'

/** Puts load on the hub, in a process of its own. */

/** About 300 bytes once it is delivered as `{"id","type","timestamp","data"}`. */
const event = {
  type: 'lead.captured',
  payload: {
    leadId: 'a-lead',
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    company: 'Analytical Engines',
    source: 'newsletter',
    status: 'new',
    tags: ['early', 'bench'],
    score: 40,
  },
}

const nowMs = () => performance.timeOrigin + performance.now()

/** Runs `times` requests over so many connections, each sending its next one when its last was answered. */
async function closedLoop(
  port: number | number[],
  connections: number,
  times: number,
  request: () => Buffer,
): Promise<Answered[]> {
  const ports = [port].flat()
  const open = await Promise.all(Array.from({ length: connections }, (_, i) => connect(ports[i % ports.length]!)))
  const answers: Answered[] = []
  let left = times
  try {
    await Promise.all(
      open.map(async (connection) => {
        while (left > 0) {
          left -= 1
          const answered = await connection.send(request())
          if (answered.status !== 202) throw new Error(`the hub answered ${answered.status}`)
          answers.push(answered)
        }
      }),
    )
  } finally {
    for (const connection of open) connection.close()
  }
  return answers
}

serve({
  /** The bare ceiling: undici's Pool, a body like a delivery's and an HMAC over it, 64 connections. Answers requests a second. */
  ceiling: async ({ port, count }: { port: number; count: number }) => {
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 64, pipelining: 1 })
    const body = JSON.stringify({
      id: '0198c5f0-7a3e-7c4d-9b1e-2f6a8d3c5e71',
      type: event.type,
      timestamp: new Date().toISOString(),
      data: event.payload,
    })
    let left = count
    const began = performance.now()
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        while (left > 0) {
          const id = `ceiling-${left--}`
          const timestamp = String(Math.floor(Date.now() / 1000))
          const signature = createHmac('sha256', 'a secret of the bench')
            .update(`${id}.${timestamp}.${body}`)
            .digest('base64')
          const headers = {
            'content-type': 'application/json',
            'webhook-id': id,
            'webhook-timestamp': timestamp,
            'webhook-signature': `v1,${signature}`,
          }
          const answer = await pool.request({ path: '/', method: 'POST', headers, body })
          await answer.body.dump()
        }
      }),
    )
    const seconds = (performance.now() - began) / 1000
    await pool.close()
    return count / seconds
  },

  /** Posts batches of 1,000; `inFlight` of them at a time over all the ports. Answers when it began and when all were accepted. */
  batches: async ({
    ports,
    key,
    batches,
    inFlight,
    size = 1_000,
  }: {
    ports: number[]
    key: string
    batches: number
    inFlight: number
    size?: number
  }) => {
    const request = postOf('/api/events/batch', key, JSON.stringify({ events: Array(size).fill(event) }))
    const began = nowMs()
    await closedLoop(ports, inFlight, batches, () => request)
    return { began, accepted: nowMs() }
  },

  /** Posts single events over `connections`; answers the rate and the times to the answer. */
  singles: async ({
    port,
    key,
    connections,
    count,
  }: {
    port: number
    key: string
    connections: number
    count: number
  }) => {
    const request = postOf('/api/events', key, JSON.stringify(event))
    const began = performance.now()
    const answers = await closedLoop(port, connections, count, () => request)
    const seconds = (performance.now() - began) / 1000
    return { perSecond: count / seconds, ms: answers.map(({ ms }) => ms) }
  },

  /** Posts single events at a steady rate, whatever the answers take; each says when it was sent. */
  paced: async ({
    port,
    key,
    perSecond,
    seconds,
  }: {
    port: number
    key: string
    perSecond: number
    seconds: number
  }) => {
    const open = await Promise.all(Array.from({ length: 8 }, () => connect(port)))
    const sent: Promise<Answered>[] = []
    const began = performance.now()
    for (let i = 0; i < perSecond * seconds; i++) {
      await new Promise((resolve) =>
        setTimeout(resolve, Math.max(0, began + (i * 1000) / perSecond - performance.now())),
      )
      const body = JSON.stringify({
        ...event,
        payload: { ...event.payload, customFields: { sentAt: String(process.hrtime.bigint()) } },
      })
      sent.push(open[i % open.length]!.send(postOf('/api/events', key, body)))
    }
    const answers = await Promise.all(sent)
    for (const connection of open) connection.close()
    return answers.map(({ ms }) => ms)
  },

  /** Sends these at a steady rate; answers how long each took. */
  openLoop: ({ port, posts, perSecond }: { port: number; posts: Post[]; perSecond: number }) =>
    openLoop(port, posts, perSecond),
})
