import { silentLog } from '../lib/log.ts'
import { engineContract } from '../test/engine-contract.ts'
import { createEngine } from './engine.ts'

engineContract((options) => createEngine({ ...options, log: silentLog, role: 'all', retentionDays: 1_000 }))
