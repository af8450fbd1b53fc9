import { isIP, type LookupFunction } from 'node:net'
import { type AddressPolicy, judgeAddress } from './addresses.ts'
import type { Lookup } from './lookup.ts'

/** The connection was refused because of where it would have gone; `message` says which address and why. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError'
  readonly code = 'ADDRESS_REFUSED'
}

/** A lookup for sockets that refuses a name of which any answer is refused. */
export function judgedLookup(lookup: Lookup, policy: AddressPolicy): LookupFunction {
  return (hostname, { all, family }, callback) => {
    lookup(hostname).then(
      (found) => {
        const refusal = refusalOf(hostname, found, policy)
        if (refusal) return callback(refusal, '')
        const answers = found.map((address) => ({ address, family: isIP(address) }))
        const wanted = answers.filter((answer) => !family || answer.family === family)
        const [first] = wanted
        if (!first) return callback(noAddress(hostname), '')
        if (all) callback(null, wanted)
        else callback(null, first.address, first.family)
      },
      (error) => callback(error, ''),
    )
  }
}

/** Why a connection to these addresses must not be made. */
export function refusalOf(
  hostname: string,
  addresses: string[],
  policy: AddressPolicy,
): AddressRefusedError | undefined {
  for (const address of addresses) {
    const verdict = judgeAddress(address, policy)
    if (verdict.allowed) continue
    const place = hostname === address ? '' : `${hostname} resolves to ${address}: `
    return new AddressRefusedError(`Refused to connect: ${place}${verdict.reason}`)
  }
  return undefined
}

const noAddress = (hostname: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' })
