import { openDatabase } from '../../src/db/database.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { systemWorkspace } from '../../src/engine/types.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { serveQueue } from './queue.ts'

serveQueue(async (url, done) => {
  const database = openDatabase({ connection: { connectionString: url }, max: 20, log: silentLog })
  const engine = createEngine({ database, clock: systemClock, log: silentLog, role: 'all', retentionDays: 30 })
  engine.define('trivial', { delivers: false, run: async () => done() })
  await engine.start()
  const job = { workspaceId: systemWorkspace, kind: 'trivial', payload: { hello: 'world' } }
  return {
    add: (count) => database.transaction((tx) => engine.enqueue(tx, Array(count).fill(job))),
    open: async () => {
      const { rows } = await database.pool.query(
        "select exists (select from ready where kind = 'trivial')::integer as open",
      )
      return rows[0].open
    },
    close: async () => {
      await engine.stop(5_000)
      await database.close()
    },
  }
})
