import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { ApiError, invalid } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Vault } from '../lib/vault.ts'
import type { Integrations } from './integrations.ts'
import { updateIntegration } from './queries.ts'
import type { Runner } from './runner.ts'
import type { Import, Integration, SealedFile } from './schema.ts'
import { openConfig, openCredentials, sealCredentials } from './sealing.ts'
import { faultsOf, refuseFaults } from './validation.ts'

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt)
/** About 64 MiB and a tenth of a second for each guess. */
const cost = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1_048_576 }
const format = 'tenon-integration-1'

type Content = {
  templateId: string
  name: string
  description: string | null
  authType: string
  config: Record<string, unknown>
  credentials: Record<string, string> | null
  credentialsExpireAt: string | null
}

/** Carries an integration with its secrets from one workspace to another, in a file that only its passphrase opens. */
export function createTransfer(deps: {
  database: Database
  vault: Vault
  runner: Runner
  integrations: Integrations
  clock: Clock
}) {
  const { database, vault, runner, integrations, clock } = deps

  return {
    async export(workspaceId: string, id: string, passphrase: string): Promise<SealedFile> {
      const { row, connector } = await runner.open(workspaceId, id)
      const content: Content = {
        templateId: row.templateId,
        name: row.name,
        description: row.description,
        authType: row.authType,
        config: openConfig(vault, row, connector.settings),
        credentials: row.sealedCredentials === null ? null : openCredentials(vault, row, row.sealedCredentials),
        credentialsExpireAt: row.credentialsExpireAt?.toISOString() ?? null,
      }
      const salt = randomBytes(16)
      const iv = randomBytes(12)
      const head = {
        format: format as SealedFile['format'],
        templateId: row.templateId,
        name: row.name,
        exportedAt: new Date(clock.now()).toISOString(),
        salt: salt.toString('base64'),
        iv: iv.toString('base64'),
      }
      const cipher = createCipheriv('aes-256-gcm', await derive(passphrase, salt, 32, cost), iv)
      cipher.setAAD(authenticated(head))
      const sealed = Buffer.concat([
        cipher.update(JSON.stringify(content), 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ])
      return { ...head, sealed: sealed.toString('base64') }
    },

    /** Makes the integration anew in this workspace, and tests it. @throws ApiError for a wrong passphrase or a changed file */
    async import(workspaceId: string, { file, passphrase, name }: Import): Promise<Integration> {
      const content = await open(file, passphrase)
      const connector = await integrations.connectorFor(content.templateId)
      refuseFaults(faultsOf(connector.settings, content.config, 'body.file.config'))
      const row = integrations.newRow(
        workspaceId,
        connector,
        content.authType,
        { name: name ?? content.name, description: content.description },
        content.config,
      )
      await database.inWorkspace(workspaceId, async (tx) => {
        await integrations.insert(tx, row)
        if (!content.credentials) return
        await updateIntegration(tx, workspaceId, row.id, {
          sealedCredentials: sealCredentials(vault, row, content.credentials),
          credentialsVersion: 1,
          credentialsExpireAt: content.credentialsExpireAt === null ? null : new Date(content.credentialsExpireAt),
        })
      })
      if (content.credentials || content.authType === 'none') await integrations.test(workspaceId, row.id)
      return integrations.get(workspaceId, row.id)
    },
  }
}

async function open(file: SealedFile, passphrase: string): Promise<Content> {
  const salt = Buffer.from(file.salt, 'base64')
  const iv = Buffer.from(file.iv, 'base64')
  const sealed = Buffer.from(file.sealed, 'base64')
  if (salt.length !== 16 || iv.length !== 12 || sealed.length < 17) throw invalid('body.file', 'is not whole')
  const decipher = createDecipheriv('aes-256-gcm', await derive(passphrase, salt, 32, cost), iv, { authTagLength: 16 })
  decipher.setAAD(authenticated(file))
  decipher.setAuthTag(sealed.subarray(-16))
  try {
    const text = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString('utf8')
    return JSON.parse(text) as Content
  } catch {
    throw new ApiError('VALIDATION_FAILED', 'The passphrase is wrong, or the file was changed.', {
      details: [{ field: 'body.passphrase', message: 'does not open this file, or the file was changed' }],
    })
  }
}

const authenticated = ({ format, templateId, name, exportedAt }: Omit<SealedFile, 'sealed' | 'iv' | 'salt'>): Buffer =>
  Buffer.from(JSON.stringify([format, templateId, name, exportedAt]))
