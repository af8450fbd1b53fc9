import { type Connection, connect, postOf } from './http-client.ts'

/** A request of a load, ready to be sent. */
export type Post = { path: string; key: string; body: string; headers?: Record<string, string> }

const mostConnections = 500

/**
 * Sends one request after another at a steady rate, whatever the answers take, over as many connections as that needs. Answers how long each
 * took from the moment at which it was due: who is late because others were slow waited, too.
 * @throws when one is not answered with 2xx
 */
export async function openLoop(port: number, posts: Post[], perSecond: number): Promise<number[]> {
  const idle: Connection[] = []
  const all: Connection[] = []
  const answers: Promise<number>[] = []

  async function send({ path, key, body, headers }: Post, due: number): Promise<number> {
    const connection = idle.pop() ?? (await connect(port))
    if (!all.includes(connection)) all.push(connection)
    if (all.length > mostConnections) throw new Error('The hub is too slow for this load.')
    const { status } = await connection.send(postOf(path, key, body, headers))
    idle.push(connection)
    if (status < 200 || status > 299) throw new Error(`POST ${path} answered ${status}`)
    return performance.now() - due
  }

  const began = performance.now()
  try {
    for (const [index, post] of posts.entries()) {
      const due = began + (index * 1_000) / perSecond
      const leftMs = due - performance.now()
      if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs))
      const answer = send(post, due)
      // Its failure is told when all have been sent.
      answer.catch(() => {})
      answers.push(answer)
    }
    return await Promise.all(answers)
  } finally {
    for (const connection of all) connection.close()
  }
}
