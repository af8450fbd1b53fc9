import { Type } from 'typebox'
import type { Database } from '../db/database.ts'
import { migrationStatus } from '../db/migrate.ts'
import type { Engine } from '../engine/types.ts'
import { ok, replies } from './envelope.ts'
import type { Routes } from './server.ts'

const Check = Type.Object({ ok: Type.Boolean() })
const Health = Type.Object({ status: Type.Literal('ok'), version: Type.String(), uptimeSeconds: Type.Integer() })
const Ready = Type.Object({
  ready: Type.Boolean(),
  checks: Type.Object({
    database: Check,
    migrations: Type.Object({ ok: Type.Boolean(), current: Type.Integer(), expected: Type.Integer() }),
    worker: Type.Object({ ok: Type.Boolean(), role: Type.String() }),
  }),
})

/** The probes: alive (`/health`), and able to do its work (`/ready`). */
export const healthRoutes =
  (options: { database: Database; engine: Pick<Engine, 'status'>; role: string; version: string }): Routes =>
  async (api) => {
    const { database, engine, role, version } = options

    api.get(
      '/health',
      {
        config: { public: true, unlimited: true },
        schema: {
          operationId: 'getHealth',
          summary: 'Whether the process is alive',
          tags: ['operation'],
          response: replies(Health),
        },
      },
      async () => ok({ status: 'ok' as const, version, uptimeSeconds: Math.floor(process.uptime()) }),
    )

    api.get(
      '/ready',
      {
        config: { public: true, unlimited: true },
        schema: {
          operationId: 'getReady',
          summary: 'Whether the process can do its work: 503 while it cannot',
          tags: ['operation'],
          response: { ...replies(Ready), 503: replies(Ready)[200] },
        },
      },
      async (_request, reply) => {
        const { isUp, current, expected } = await askDatabase(database)
        const checks = {
          database: { ok: isUp },
          migrations: { ok: isUp && current >= expected, current, expected },
          worker: { ok: engine.status().running, role },
        }
        const ready = Object.values(checks).every((check) => check.ok)
        reply.code(ready ? 200 : 503)
        return ok({ ready, checks })
      },
    )
  }

async function askDatabase({ pool }: Database): Promise<{ isUp: boolean; current: number; expected: number }> {
  try {
    const client = await pool.connect()
    try {
      const { current, expected } = await migrationStatus(client)
      return { isUp: true, current, expected }
    } finally {
      client.release()
    }
  } catch {
    return { isUp: false, current: 0, expected: 0 }
  }
}
