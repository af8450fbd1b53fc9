import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'
import { concurrency, serveQueue } from './queue.ts'

serveQueue(async (url, done) => {
  const pool = new pg.Pool({ connectionString: url, max: 20 })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const logger = new Logger(() => () => {})
  const utils = await makeWorkerUtils({ pgPool: pool, logger })
  await utils.migrate()
  const runner = await run({
    pgPool: pool,
    logger,
    noHandleSignals: true,
    taskList: { trivial: async () => done() },
    preset: {
      worker: {
        concurrentJobs: concurrency,
        localQueue: { size: 500 },
        // Each end waits for no longer than its own turn, and is written together with what ended meanwhile.
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  })
  const job = { identifier: 'trivial', payload: { hello: 'world' } }
  return {
    add: (count) => utils.addJobs(Array(count).fill(job)),
    open: async () => {
      const { rows } = await pool.query('select exists (select from graphile_worker._private_jobs)::integer as open')
      return rows[0].open
    },
    close: async () => {
      await runner.stop()
      await utils.release()
      await pool.end()
    },
  }
})
