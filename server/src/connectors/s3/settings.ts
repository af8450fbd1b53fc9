import { type Context, type Static, Type } from '../../kit/index.ts'

export const settings = Type.Object({
  bucketName: Type.String({
    title: 'Bucket',
    description: 'It must exist already.',
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$',
  }),
  region: Type.String({
    title: 'Region',
    description: '`us-east-1` also for most that are not Amazon; `auto` for Cloudflare R2.',
    default: 'us-east-1',
    pattern: '^[a-z0-9-]{2,40}$',
  }),
  endpoint: Type.Optional(
    Type.String({
      title: 'Endpoint',
      description:
        'Of a storage that is not Amazon S3, without the bucket: `https://<account>.r2.cloudflarestorage.com`, `https://fra1.digitaloceanspaces.com`.',
      // http is for a storage next door; which addresses may be reached is the hub's business.
      pattern: '^https?://[^\\s/?#@\\\\]+/?$',
      maxLength: 300,
    }),
  ),
  prefix: Type.Optional(
    Type.String({
      title: 'Folder',
      description: 'Everything is kept below it, each workspace in a folder of its own.',
      pattern: '^[A-Za-z0-9!_.*()-]+(/[A-Za-z0-9!_.*()-]+)*$',
      maxLength: 200,
    }),
  ),
})

export type Settings = Static<typeof settings>
export type S3Context = Context<Settings>
