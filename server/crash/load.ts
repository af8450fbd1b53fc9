import { Agent } from 'undici'

/** The two types that are posted; the ordered endpoint hears the rarer one. */
export const types = { common: 'lead.captured', rare: 'lead.status_updated' } as const

/** An event that the hub answered 202 for. `loop` posted it as its `number`th, after the ones before it had been answered. */
export type Acknowledged = { id: string; marker: string; type: string; loop: number; number: number }

/** Load that goes on whatever happens to the hubs, and remembers what they promised. */
export type Load = {
  acknowledged: Acknowledged[]
  /** Every marker that was ever posted, answered or not. */
  sent: Set<string>
  /** Answers other than 202 and connections that failed, by what they were. */
  refused: Map<string, number>
  stop(): Promise<void>
}

/** Starts loops that post one event, or a few, again and again to one of the ports. */
export function startLoad(options: {
  ports: number[]
  key: string
  random: () => number
  loops: number
  pauseMs: number
}): Load {
  const { ports, key, random } = options
  const agent = new Agent({ connections: options.loops, headersTimeout: 20_000, bodyTimeout: 20_000 })
  const acknowledged: Acknowledged[] = []
  const sent = new Set<string>()
  const refused = new Map<string, number>()
  let stopped = false

  async function run(loop: number): Promise<void> {
    let number = 0
    while (!stopped) {
      const size = random() < 0.7 ? 1 : 1 + Math.floor(random() * 20)
      const events = Array.from({ length: size }, () => {
        const marker = `${loop}-${number++}`
        sent.add(marker)
        const type = random() < 0.1 ? types.rare : types.common
        return { marker, loop, number, type }
      })
      const bodies = events.map(({ marker, type }) => ({
        type,
        payload: { leadId: marker, email: 'ada@example.com', status: 'new' },
      }))
      const single = size === 1
      const port = ports[Math.floor(random() * ports.length)]!
      let problem: string | undefined
      try {
        const { statusCode, body } = await agent.request({
          origin: `http://127.0.0.1:${port}`,
          path: single ? '/api/events' : '/api/events/batch',
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify(single ? bodies[0] : { events: bodies }),
        })
        const { data } = (await body.json()) as { data: { id: string } & { events: { id: string }[] } }
        if (statusCode === 202) {
          const accepted = single ? [data] : data.events
          for (const [i, { id }] of accepted.entries()) acknowledged.push({ id, ...events[i]! })
        } else problem = String(statusCode)
      } catch (error) {
        problem = (error as { code?: string }).code ?? (error as Error).message
      }
      if (problem !== undefined) refused.set(problem, (refused.get(problem) ?? 0) + 1)
      await new Promise((resolve) => setTimeout(resolve, problem === undefined ? random() * options.pauseMs * 2 : 50))
    }
  }

  const loops = Array.from({ length: options.loops }, (_, loop) => run(loop))
  return {
    acknowledged,
    sent,
    refused,
    stop: async () => {
      if (stopped) return
      stopped = true
      await Promise.all(loops)
      await agent.close()
    },
  }
}
