import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type GlobalOptions, print, type Terminal, UsageError } from '../terminal.ts'
import { skeleton } from './connector-skeleton.ts'

/**
 * Writes a connector that works against an emulator that works, both of a vendor that does not exist, for an author to go on from.
 * `root` is the folder of the sources, where that is not this program's own.
 */
export async function newConnector(
  terminal: Terminal,
  id: string,
  options: GlobalOptions & { name?: string; root?: string } = {},
): Promise<void> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
    throw new UsageError('The id of a connector is lower-case words with hyphens between, such as zoho-crm.')
  }
  const name = options.name ?? titleOf(id)
  if (!/^[\p{L}\p{N}][\p{L}\p{N} .,&'()+!-]{0,59}$/u.test(name)) {
    throw new UsageError("The name of a connector has up to 60 letters, digits, spaces and the signs . , & ' ( ) + ! -")
  }
  const source = options.root ?? join(import.meta.dirname, '../..')
  const files = skeleton(id, name)
  const paths = Object.keys(files)
  const taken = paths.find((path) => existsSync(join(source, path)))
  if (taken !== undefined) throw new UsageError(`${taken} is there already; choose another id.`)
  if (!existsSync(join(source, 'connectors'))) {
    throw new UsageError('Connectors are written in a checkout of the repository; this is an installed package.')
  }
  for (const path of paths) {
    await mkdir(dirname(join(source, path)), { recursive: true })
    await writeFile(join(source, path), files[path]!)
  }
  print(terminal, options, { files: paths }, () => [
    ...paths.map((path) => `server/src/${path}`),
    '',
    'Run its test:',
    `  node --test server/src/connectors/${id}/${id}.test.ts`,
    'and go on with "Add a connector" in CONTRIBUTING.md.',
  ])
}

const titleOf = (id: string): string =>
  id
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')
