import { type Static, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { Id, Nullable, Time } from '../api/schemas.ts'

/** A folder of the workspace's files: one word or several, divided by `/`. */
export const Folder = Type.String({
  pattern: '^[a-zA-Z0-9_-]{1,60}(/[a-zA-Z0-9_-]{1,60}){0,4}$',
  'x-expects': 'letters, digits, `-` and `_`, divided by `/`, such as `forms`',
})

export const File = Type.Object(
  {
    id: Id,
    key: Type.String({ description: 'By which the file is known: `POST /api/files/link` with it.' }),
    folder: Type.String(),
    name: Type.String({ description: 'As it was called where it came from.' }),
    contentType: Type.String({ description: 'By its content where that tells, else as it was declared.' }),
    size: Type.Integer({ description: 'Bytes.' }),
    sha256: Nullable(Type.String({ description: 'Of the content, in hexadecimal.' })),
    integrationId: Nullable(Id),
    createdAt: Time,
  },
  { title: 'File' },
)
export type File = Static<typeof File>

export const FileFilter = Type.Object({ ...Paging.properties, folder: Type.Optional(Folder) })
export type FileFilter = Static<typeof FileFilter>

export const Upload = Type.Object({
  folder: Type.Optional(Folder),
  name: Type.Optional(
    Type.String({ minLength: 1, maxLength: 255, description: 'Of a file that is sent as the whole body.' }),
  ),
})

const Key = Type.String({ minLength: 1, maxLength: 700 })
const expiresInSeconds = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 604_800, default: 3_600, description: 'Seconds that the link works.' }),
)
const linkOptions = {
  expiresInSeconds,
  download: Type.Optional(Type.Boolean({ description: 'Saves it under its name instead of showing it.' })),
}
export const LinkOptions = Type.Object(linkOptions)
export const KeyQuery = Type.Object({ key: Key })
export const KeyLink = Type.Object({ key: Key, ...linkOptions })

export const Link = Type.Object({ url: Type.String(), expiresAt: Time }, { title: 'Link' })
export type Link = Static<typeof Link>
