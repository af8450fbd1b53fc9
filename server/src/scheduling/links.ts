import { isId } from '../lib/ids.ts'
import type { Vault } from '../lib/vault.ts'

/** What a link is for: to change a booking, or to take a time that was offered for a consultation. */
export type Link = { workspaceId: string } & ({ bookingId: string } | { requestId: string; startsAt: string })
export type Links = ReturnType<typeof createLinks>

const context = 'appointment link'

/** Links by which somebody who is no member changes what is theirs: sealed, so that nobody else can make one. */
export function createLinks({ vault, publicUrl }: { vault: Vault; publicUrl(): string }) {
  return {
    urlOf(link: Link): string {
      const parts =
        'bookingId' in link
          ? [link.workspaceId, link.bookingId]
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
      const [workspaceId = '', id = '', at] = text.split(' ')
      if (!isId(workspaceId) || !isId(id)) return undefined
      return at === undefined
        ? { workspaceId, bookingId: id }
        : { workspaceId, requestId: id, startsAt: new Date(Number(at)).toISOString() }
    },
  }
}
