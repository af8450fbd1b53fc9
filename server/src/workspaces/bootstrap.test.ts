import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDatabase } from '../db/database.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { testDatabase } from '../test/database.ts'
import { startHub } from '../test/hub.ts'
import { bootstrap, firstSignInFile } from './bootstrap.ts'

test('makes the first workspace, admin and key once, however many processes start, and keeps them for their owner only', async () => {
  await using place = await testDatabase()
  const database = openDatabase({ connection: { connectionString: place.url }, max: 8, log: silentLog })
  const dataFolder = await mkdtemp(join(tmpdir(), 'tenon-bootstrap-'))
  try {
    const start = () => bootstrap({ database, clock: systemClock, dataFolder })
    const made = (await Promise.all([start(), start(), start()])).filter((one) => one !== undefined)
    const later = await start()

    assert.equal(made.length, 1)
    assert.equal(later, undefined)
    assert.deepEqual(JSON.parse(await readFile(firstSignInFile(dataFolder), 'utf8')), made[0])
    assert.equal((await stat(firstSignInFile(dataFolder))).mode & 0o777, 0o600)

    await using hub = await startHub({ databaseUrl: place.url, role: 'api' })
    const first = made[0]!
    const signedIn = await hub.request<{
      person: { platformAdmin: boolean }
      workspaces: { id: string; role: string }[]
    }>('POST', '/api/session', { key: null, body: { email: first.email, password: first.password } })
    const byKey = await hub.request('GET', `/api/workspaces/${first.workspaceId}`, { key: first.apiKey })
    assert.equal(signedIn.body.data.person.platformAdmin, true)
    assert.deepEqual(signedIn.body.data.workspaces[0], { id: first.workspaceId, name: 'Default', role: 'owner' })
    assert.equal(byKey.status, 200)
  } finally {
    await database.close()
    await rm(dataFolder, { recursive: true })
  }
})
