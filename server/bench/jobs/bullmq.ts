import { Queue, Worker } from 'bullmq'
import { concurrency, serveQueue } from './queue.ts'

serveQueue(async (where, done) => {
  const connection = { host: '127.0.0.1', port: Number(where), maxRetriesPerRequest: null }
  const queue = new Queue('trivial', { connection, defaultJobOptions: { removeOnComplete: true } })
  const worker = new Worker('trivial', async () => done(), { connection, concurrency })
  await worker.waitUntilReady()
  const job = { name: 'trivial', data: { hello: 'world' } }
  return {
    add: (count) => queue.addBulk(Array(count).fill(job)),
    open: async () => {
      const { waiting = 0, active = 0 } = await queue.getJobCounts('waiting', 'active')
      return waiting + active
    },
    close: async () => {
      await worker.close(true)
      await queue.close()
    },
  }
})
