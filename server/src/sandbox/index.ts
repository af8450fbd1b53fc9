import type { LazyEmulator } from './sandbox.ts'

/** Every emulator, none of which is loaded before its first request. */
export const emulators: readonly LazyEmulator[] = [
  { id: 'zapier', hosts: ['hooks.zapier.com'], load: async () => (await import('./zapier/zapier.ts')).zapier },
]
