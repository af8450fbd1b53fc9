import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { serveQueue } from './queue.ts'

serveQueue(async (url, done) => {
  const boss = new PgBoss({ connectionString: url, max: 20, useListenNotify: true })
  boss.on('error', () => {})
  await boss.start()
  await boss.createQueue('trivial', { notify: true })
  // Its fastest way: one handler for a batch of jobs, which ends them in one statement and asks for more at once.
  const options = { batchSize: 500, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 }
  await boss.work('trivial', options, async (jobs) => {
    for (const _ of jobs) done()
  })
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const job = { data: { hello: 'world' } }
  return {
    add: (count) => boss.insert('trivial', Array(count).fill(job)),
    open: async () => {
      const { rows } = await pool.query(
        "select exists (select from pgboss.job where name = 'trivial' and state < 'completed')::integer as open",
      )
      return rows[0].open
    },
    close: async () => {
      await pool.end()
      await boss.stop({ graceful: false })
    },
  }
})
