import { goHighLevel } from '../sandbox/gohighlevel/gohighlevel.ts'
import { sandboxLocation } from '../sandbox/gohighlevel/location.ts'
import { type Hub, startHub } from './hub.ts'
import { startSandbox } from './sandbox.ts'

export const webhookSecret = 'a-secret-of-the-location'

/** A hub with GoHighLevel's emulator in the vendor's place, and its location connected. */
export async function startWithGoHighLevel(options: { env?: Record<string, string>; agentId?: string } = {}) {
  const sandbox = await startSandbox({ emulators: [goHighLevel] })
  const overrides = JSON.stringify(sandbox.overrides())
  const hub = await startHub({ env: { ...options.env, TENON_VENDOR_OVERRIDES: overrides } }).catch(async (error) => {
    await sandbox[Symbol.asyncDispose]()
    throw error
  })
  return {
    hub,
    sandbox,
    vendor: sandbox.emulator(goHighLevel),
    integration: await connectLocation(hub),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

/** Connects the sandbox's location to a workspace, or to one of its agents. */
export async function connectLocation(hub: Hub, more: object = {}, key?: string): Promise<{ id: string }> {
  const body = {
    templateId: 'gohighlevel',
    credentials: { apiKey: 'pit-sandbox-gohighlevel' },
    config: { location_id: sandboxLocation, webhook_secret: webhookSecret },
    ...more,
  }
  const made = await hub.request<{ id: string; status: string }>('POST', '/api/integrations', {
    body,
    ...(key === undefined ? {} : { key }),
  })
  if (made.body.data?.status !== 'active') throw new Error(`GoHighLevel did not connect: ${made.text}`)
  return made.body.data
}
