import type { S3Context, Settings } from './settings.ts'

type Where = Pick<S3Context, 'settings' | 'workspaceId'>

/** Where everything of the workspace lies: no key leads out of it, since keys have no `..` and no empty part. */
const rootOf = ({ settings, workspaceId }: Where): string =>
  `${settings.prefix === undefined ? '' : `${settings.prefix}/`}${workspaceId}/`

/** A key as the bucket has it. */
export const wholeKey = (context: Where, key = ''): string => rootOf(context) + key

/** A key as the workspace has it. */
export const ownKey = (context: Where, whole: string): string => whole.slice(rootOf(context).length)

/** The path of a key below the bucket. S3 wants more escaped than `encodeURIComponent` does (RFC 3986). */
export const pathOf = (context: Where, key: string): string =>
  `/${wholeKey(context, key)
    .split('/')
    .map((part) =>
      encodeURIComponent(part).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/')}`

/**
 * The bucket as a path of the endpoint: every storage understands it, and certificates fit names with dots, which the bucket as a host
 * name does not promise.
 */
export const bucketUrl = ({ endpoint, region, bucketName }: Settings): string =>
  `${(endpoint ?? `https://s3.${region}.amazonaws.com`).replace(/\/$/, '')}/${bucketName}`
