import { type Child, startChild } from '../children.ts'
import { startRedis } from '../jobs/redis.ts'
import type { Row } from '../row.ts'

/**
 * Trivial jobs through one lane, from the first call that adds them (batches of 1,000, the worker running) until the last one's end
 * is durable, against the common libraries in the same run. Here the ceiling is the other library: above 1 we are ahead of it.
 */
export const jobs: Row = async ({ postgres, rounds, quick, report, notice }) => {
  await using stack = new AsyncDisposableStack()
  const contestants: { name: string; child: Child; figures: number[] }[] = []
  const enter = async (name: string, where: string) => {
    const child = stack.use(await startChild(`${import.meta.dirname}/../jobs/${name}.ts`))
    await child.call('start', where)
    await child.call('measure', { jobs: 2_000, batch: 1_000 })
    contestants.push({ name, child, figures: [] })
  }
  await enter('tenon', await postgres.create())
  await enter('graphile-worker', await postgres.create({ migrated: false }))
  await enter('pg-boss', await postgres.create({ migrated: false }))
  const redis = await startRedis()
  if (redis) {
    stack.use(redis)
    await enter('bullmq', String(redis.port))
  } else notice('BullMQ was left out: there is no redis-server here (Debian: apt-get install redis-server).')

  for (let round = 0; round < rounds; round++) {
    for (const { child, figures } of contestants) {
      figures.push(await child.call<number>('measure', { jobs: quick ? 5_000 : 20_000, batch: 1_000 }))
    }
  }
  for (const { child } of contestants) await child.call('close')
  const [ours, ...others] = contestants
  for (const { name, figures } of others) {
    const label = name === 'bullmq' ? `BullMQ, Redis ${redis!.version} fsync always` : name
    report({
      name: `jobs, against ${label}`,
      unit: 'a second',
      measured: ours!.figures,
      ceiling: figures,
      bar: { ratioAtLeast: 1 },
    })
  }
}
