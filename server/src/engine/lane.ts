import { createHash } from 'node:crypto'
import { isId } from '../lib/ids.ts'

/** The lane of a name: ids are lanes as they are, other names become a UUID of version 8 made of their hash (RFC 9562, section 5.8). */
export function laneOf(name: string): string {
  if (isId(name)) return name
  const digest = createHash('sha256').update(name).digest()
  digest[6] = (digest[6]! & 0x0f) | 0x80
  digest[8] = (digest[8]! & 0x3f) | 0x80
  const hex = digest.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}
