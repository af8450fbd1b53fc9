import { dropLeftovers } from './database.ts'
import { testServer } from './server.ts'

/** Runs once before all test files (`node --test --test-global-setup`), so that they need not wait for one another. */
export async function globalSetup(): Promise<void> {
  await dropLeftovers()
}

/** Runs once after them; the server stays when somebody else is using it. */
export async function globalTeardown(): Promise<void> {
  const server = await testServer()
  await server.stop()
}
