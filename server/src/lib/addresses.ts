import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

export type AddressPolicy = {
  /** Lets 127.0.0.0/8 and ::1 through; for development and tests. Default: false. */
  allowLoopback?: boolean
  /** CIDR ranges that the operator opens, such as `10.20.0.0/16`. Metadata services stay closed. Default: none. */
  allow?: readonly string[]
}

export type Verdict = { allowed: true } | { allowed: false; reason: string }

/**
 * Services that hand out credentials of the machine to whoever can reach them. They stay refused even inside
 * a range of `allow`, because an operator who opens `fd00::/8` means the own network and not these.
 */
const metadataServices = [
  ['169.254.169.254/32', 'the metadata service of most clouds'],
  ['169.254.170.2/32', 'the credentials service of Amazon ECS'],
  ['169.254.170.23/32', 'the credentials service of Amazon EKS'],
  ['100.100.100.200/32', 'the metadata service of Alibaba Cloud'],
  ['192.0.0.192/32', 'the metadata service of Oracle Cloud'],
  ['168.63.129.16/32', 'the platform service of Azure'],
  ['fd00:ec2::254/128', 'the metadata service of Amazon EC2'],
  ['fd00:ec2::23/128', 'the credentials service of Amazon EKS'],
  ['fd20:ce::254/128', 'the metadata service of Google Cloud'],
  ['fd00:42::42/128', 'the metadata service of Scaleway'],
] as const

const loopback = [
  ['127.0.0.0/8', 'a loopback address'],
  ['::1/128', 'a loopback address'],
] as const

/**
 * What the IANA special-purpose registries set aside, in the order in which it is reported.
 * https://www.iana.org/assignments/iana-ipv4-special-registry https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const specialPurpose = [
  ['0.0.0.0/8', 'an address of "this network"'],
  ['10.0.0.0/8', 'a private address'],
  ['100.64.0.0/10', 'an address behind a carrier-grade NAT'],
  ['169.254.0.0/16', 'a link-local address'],
  ['172.16.0.0/12', 'a private address'],
  ['192.0.0.0/24', 'reserved for protocol assignments'],
  ['192.0.2.0/24', 'reserved for documentation'],
  ['192.88.99.0/24', 'a 6to4 relay'],
  ['192.168.0.0/16', 'a private address'],
  ['198.18.0.0/15', 'reserved for benchmarks'],
  ['198.51.100.0/24', 'reserved for documentation'],
  ['203.0.113.0/24', 'reserved for documentation'],
  ['224.0.0.0/4', 'a multicast address'],
  ['255.255.255.255/32', 'the broadcast address'],
  ['240.0.0.0/4', 'reserved (class E)'],

  ['::/128', 'the unspecified address'],
  ['::/96', 'an IPv4-compatible address'],
  ['64:ff9b:1::/48', 'a NAT64 address of a local network'],
  ['::/8', 'reserved'],
  ['100::/64', 'a discard-only address'],
  ['2001::/32', 'a Teredo address'],
  ['2001:2::/48', 'reserved for benchmarks'],
  ['2001:10::/28', 'an ORCHID identifier'],
  ['2001:20::/28', 'an ORCHID identifier'],
  ['2001:db8::/32', 'reserved for documentation'],
  ['2001::/23', 'reserved for protocol assignments'],
  ['2002::/16', 'a 6to4 address'],
  ['3fff::/20', 'reserved for documentation'],
  ['5f00::/16', 'a segment routing identifier'],
  ['fc00::/7', 'a private (unique local) address'],
  ['fe80::/10', 'a link-local address'],
  ['fec0::/10', 'a site-local address'],
  ['ff00::/8', 'a multicast address'],
] as const

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = readonly [network: Address, bits: number]
type Row = readonly [range: Range, reason: string]

const parse = (table: readonly (readonly [string, string])[]): Row[] =>
  table.map(([cidr, reason]) => [ipaddr.parseCIDR(cidr), reason])
const metadataRows = parse(metadataServices)
const loopbackRows = parse(loopback)
const specialRows = parse(specialPurpose)

// Only 2000::/3 has been given out; whatever lies outside is refused, so that a range invented tomorrow is too.
const globalUnicast = ipaddr.parseCIDR('2000::/3')
const nat64 = ipaddr.parseCIDR('64:ff9b::/96')

/**
 * Judges whether a request may go to this IP address, which is IPv4 in dotted form or IPv6; anything else is refused.
 *
 * An IPv4-mapped address (`::ffff:a.b.c.d`) is the embedded IPv4 host by another name, and a NAT64 address
 * (`64:ff9b::a.b.c.d`, RFC 6052) reaches it through a gateway: both inherit the verdict of the embedded address,
 * except that no setting opens loopback behind NAT64, where it would be the gateway's own.
 */
export function judgeAddress(ip: string, policy: AddressPolicy = {}): Verdict {
  // ipaddr.js also reads `127.1` and `0x7f000001`; a resolver never answers those, so they are no addresses here.
  if (isIP(ip) === 0) return refused(`${ip} is not an IP address`)
  return judge(ipaddr.parse(withoutDots(ip)), policy, ip)
}

/** Throws a `TypeError` that names the first range that is not a CIDR. */
export function checkAllowedRanges(allow: readonly string[]): void {
  for (const cidr of allow) {
    if (!ipaddr.isValidCIDR(cidr)) throw new TypeError(`"${cidr}" is not a CIDR range such as 10.20.0.0/16`)
  }
}

function judge(address: Address, policy: AddressPolicy, spelling: string): Verdict {
  if (address instanceof ipaddr.IPv6) {
    if (address.isIPv4MappedAddress()) return judge(address.toIPv4Address(), policy, spelling)
    if (isIn(address, nat64)) return judge(embeddedIPv4(address), { ...policy, allowLoopback: false }, spelling)
  }
  const metadata = reasonIn(metadataRows, address)
  if (metadata) return refused(`${spelling} is ${metadata}`)
  if (policy.allow?.some((cidr) => isIn(address, ipaddr.parseCIDR(cidr)))) return { allowed: true }

  const local = reasonIn(loopbackRows, address)
  if (local) return policy.allowLoopback ? { allowed: true } : refused(`${spelling} is ${local}`)

  const reason = reasonIn(specialRows, address)
  if (reason) return refused(`${spelling} is ${reason}`)
  if (address instanceof ipaddr.IPv6 && !isIn(address, globalUnicast)) return refused(`${spelling} is reserved`)
  return { allowed: true }
}

/** Writes the IPv4 tail of an IPv6 address in hex, because ipaddr.js reads `::8.8.8.8` as if it were `::ffff:8.8.8.8`. */
const withoutDots = (ip: string) =>
  ip.replace(/(?<=:)(\d+)\.(\d+)\.(\d+)\.(\d+)/, (_, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  )

const refused = (reason: string): Verdict => ({ allowed: false, reason })

const reasonIn = (rows: Row[], address: Address) => rows.find(([range]) => isIn(address, range))?.[1]

const isIn = (address: Address, [network, bits]: Range) =>
  address.kind() === network.kind() && address.match(network, bits)

const embeddedIPv4 = (address: ipaddr.IPv6) => new ipaddr.IPv4(address.toByteArray().slice(-4))
