import type { AnyConnector } from '../kit/index.ts'

/** A connector, loaded when it is first needed. `setup.md` and `logo.svg` stand in its folder. */
type Entry = { id: string; folder: string; load(): Promise<AnyConnector> }

/** Every connector of the hub: one line each. */
export const connectors: readonly Entry[] = []
