import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AnyConnector } from '../kit/connector.ts'

/** One connector of the list: loaded when it is first needed. */
export type ConnectorEntry = {
  id: string
  load(): Promise<AnyConnector>
  /** Its folder, where `setup.md` and `logo.svg` are. */
  folder?: string
}

export type Catalogue = ReturnType<typeof createCatalogue>

/** Every connector that this hub knows, by its id. */
export function createCatalogue(entries: readonly ConnectorEntry[]) {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const loaded = new Map<string, Promise<AnyConnector>>()
  const files = new Map<string, Promise<string | undefined>>()

  /** The connector; undefined where there is none of this id. */
  function find(id: string): Promise<AnyConnector> | undefined {
    const entry = byId.get(id)
    if (!entry) return undefined
    let connector = loaded.get(id)
    if (!connector) {
      connector = entry.load()
      loaded.set(id, connector)
    }
    return connector
  }

  function read(id: string, name: string): Promise<string | undefined> {
    const folder = byId.get(id)?.folder
    if (folder === undefined) return Promise.resolve(undefined)
    const path = join(folder, name)
    let text = files.get(path)
    if (!text) {
      text = readFile(path, 'utf8').catch(() => undefined)
      files.set(path, text)
    }
    return text
  }

  return {
    ids: entries.map(({ id }) => id),
    find,
    all: () => Promise.all(entries.map(({ id }) => find(id)!)),
    /** The setup guide that its author wrote, in Markdown. */
    setupOf: (id: string) => read(id, 'setup.md'),
    /** Its logo as a data URL, so that a page shows it without another request. */
    logoOf: async (id: string) => {
      const svg = await read(id, 'logo.svg')
      return svg === undefined ? undefined : `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
    },
  }
}
