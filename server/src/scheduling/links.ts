import { createHash } from 'node:crypto'
import { isId } from '../lib/ids.ts'
import type { Vault } from '../lib/vault.ts'

/** What a link is for: to change a booking of this address, or to take a time that was offered for a consultation. */
export type Link = { workspaceId: string } & (
  | { bookingId: string; holder?: string | undefined }
  | { requestId: string; startsAt: string }
)
export type Links = ReturnType<typeof createLinks>

const context = 'appointment link'

/** Whose link it is, without saying so: a booking that was given another address is no longer changed by those who had it before. */
export const holderOf = (email: string): string =>
  createHash('sha256').update(email.toLowerCase()).digest('base64url').slice(0, 22)

/** Links by which somebody who is no member changes what is theirs: sealed, so that nobody else can make one. */
export function createLinks({ vault, publicUrl }: { vault: Vault; publicUrl(): string }) {
  return {
    urlOf(link: Link): string {
      const parts =
        'bookingId' in link
          ? [link.workspaceId, link.bookingId, ...(link.holder === undefined ? [] : ['of', link.holder])]
          : [link.workspaceId, link.requestId, String(Date.parse(link.startsAt))]
      return `${publicUrl()}/appointments/${vault.seal(parts.join(' '), context)}`
    },

    /** What a link is for; undefined for one that the hub did not make. */
    read(token: string): Link | undefined {
      let text: string
      try {
        text = vault.open(token, context)
      } catch {
        return undefined
      }
      const [workspaceId = '', id = '', at, holder] = text.split(' ')
      if (!isId(workspaceId) || !isId(id)) return undefined
      // Links of before name no holder.
      return at === undefined || at === 'of'
        ? { workspaceId, bookingId: id, holder }
        : { workspaceId, requestId: id, startsAt: new Date(Number(at)).toISOString() }
    },
  }
}
