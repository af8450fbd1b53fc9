import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { judgeAddress } from './addresses.ts'

// An independent statement of what is public, by plain numbers instead of CIDR strings.
function isPublicV4(a: number, b: number, c: number, d: number): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false
  if (a === 100) return b < 64 || b > 127
  if (a === 168) return !(b === 63 && c === 129 && d === 16)
  if (a === 169) return b !== 254
  if (a === 172) return b < 16 || b > 31
  if (a === 192) return !(b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99))
  if (a === 198) return !(b === 18 || b === 19 || (b === 51 && c === 100))
  if (a === 203) return !(b === 0 && c === 113)
  return true
}

function isPublicV6(groups: number[]): boolean {
  const [g0, g1, g2, g3, g4, g5, g6, g7] = groups as [number, number, number, number, number, number, number, number]
  const embedded = isPublicV4(g6 >> 8, g6 & 255, g7 >> 8, g7 & 255)
  if (g0 === 0x64 && g1 === 0xff9b && g2 + g3 + g4 + g5 === 0) return embedded
  if (g0 + g1 + g2 + g3 + g4 === 0 && g5 === 0xffff) return embedded
  if (g0 < 0x2000 || g0 > 0x3fff) return false
  if (g0 === 0x2001 && (g1 < 0x200 || g1 === 0xdb8)) return false
  if (g0 === 0x2002) return false
  return !(g0 === 0x3fff && g1 < 0x1000)
}

const edgeByte = fc.constantFrom(0, 1, 2, 10, 16, 18, 19, 31, 51, 63, 64, 88, 99, 100, 113, 127, 168, 169, 172, 192)
const byte = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  edgeByte,
  fc.constantFrom(198, 203, 223, 224, 239, 240, 254, 255),
)
const group = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }),
  fc.constantFrom(0, 1, 2, 0x10, 0x20, 0x64, 0x100, 0x1ff, 0x200, 0xdb8, 0xfff, 0x1000, 0x1fff, 0x2000, 0x2001, 0x2002),
  fc.constantFrom(0x2606, 0x3fff, 0x4000, 0x5f00, 0x7f00, 0xa9fe, 0xfd00, 0xfe80, 0xfec0, 0xff02, 0xff9b, 0xffff),
)
const bytes = fc.tuple(byte, byte, byte, byte)
const groups = fc.array(group, { minLength: 8, maxLength: 8 })

const allowed = (ip: string, policy = {}) => judgeAddress(ip, policy).allowed
const hex = (values: number[]) => values.map((value) => value.toString(16)).join(':')

test('judges every IPv4 address as the registry of special-purpose addresses has it', () => {
  fc.assert(
    fc.property(bytes, (ip) => assert.equal(allowed(ip.join('.')), isPublicV4(...ip))),
    { numRuns: 5_000 },
  )
})

test('judges every IPv6 address as the registry has it, and refuses what is not global unicast', () => {
  fc.assert(
    fc.property(groups, (ip) => assert.equal(allowed(hex(ip)), isPublicV6(ip))),
    { numRuns: 5_000 },
  )
})

test('judges an IPv4-mapped and a NAT64 address by the IPv4 address within, in either spelling', () => {
  fc.assert(
    fc.property(bytes, ([a, b, c, d]) => {
      const expected = isPublicV4(a, b, c, d)
      const tail = hex([(a << 8) | b, (c << 8) | d])
      for (const ip of [
        `::ffff:${a}.${b}.${c}.${d}`,
        `::ffff:${tail}`,
        `64:ff9b::${a}.${b}.${c}.${d}`,
        `64:ff9b::${tail}`,
      ]) {
        assert.equal(allowed(ip), expected, ip)
      }
    }),
  )
})

const refusedByReason = {
  'this network': ['0.0.0.0', '0.255.255.255'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fdff::1'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1'],
  'link-local': ['169.254.0.1', 'fe80::1', 'febf::1', 'fe80::1%eth0'],
  'carrier-grade NAT': ['100.64.0.1', '100.127.255.255'],
  'protocol assignments': ['192.0.0.1', '2001:1::1', '2001:1ff::1'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff:fff::1'],
  '6to4': ['192.88.99.1', '2002:7f00:1::', '2002:808:808::1'],
  benchmarks: ['198.18.0.1', '198.19.255.255', '2001:2::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  'class E': ['240.0.0.1', '255.255.255.254'],
  broadcast: ['255.255.255.255'],
  metadata: ['169.254.169.254', '::ffff:a9fe:a9fe', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254'],
  'platform service': ['168.63.129.16'],
  unspecified: ['::'],
  'IPv4-compatible': ['::8.8.8.8', '::7f00:1'],
  'site-local': ['fec0::1', 'feff::1'],
  'NAT64 address of a local': ['64:ff9b:1::1', '64:ff9b:1:ffff::8.8.8.8'],
  Teredo: ['2001::1', '2001:0:53aa:64c::1'],
  ORCHID: ['2001:10::1', '2001:20::1', '2001:2f:ffff::1'],
  'discard-only': ['100::1'],
  'segment routing': ['5f00::1'],
  reserved: ['::ffff:0:8.8.8.8', '100:0:0:1::1', '200::1', '400::1', '4000::1', 'e000::1', 'fe00::1', '64:ff9b:2::1'],
}

for (const [reason, addresses] of Object.entries(refusedByReason)) {
  test(`refuses, because of "${reason}": ${addresses.join(', ')}`, () => {
    for (const ip of addresses) {
      const verdict = judgeAddress(ip)
      assert.equal(verdict.allowed, false, ip)
      assert.ok(!verdict.allowed && verdict.reason.includes(reason), `${ip}: ${!verdict.allowed && verdict.reason}`)
    }
  })
}

test('lets public addresses through, next to the borders of what is refused', () => {
  for (const ip of [
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
  ]) {
    assert.equal(allowed(ip), true, ip)
  }
  for (const ip of ['172.15.255.255', '172.32.0.0', '192.0.1.0', '198.17.0.0', '198.20.0.0', '223.255.255.255']) {
    assert.equal(allowed(ip), true, ip)
  }
  for (const ip of [
    '2606:4700::1111',
    '2001:200::1',
    '2003::1',
    '3fff:1000::1',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ]) {
    assert.equal(allowed(ip), true, ip)
  }
})

test('refuses a text that is no address in the spelling of a resolver', () => {
  for (const text of [
    '',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '8.8.8.8.',
    ' 8.8.8.8',
    '[::1]',
    '8.8.8',
  ]) {
    assert.equal(allowed(text), false, text)
  }
})

test('opens loopback by its setting only, and never behind NAT64', () => {
  for (const ip of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
    assert.equal(allowed(ip, { allowLoopback: true }), true, ip)
  for (const ip of ['64:ff9b::127.0.0.1', '0.0.0.0', '::', '10.0.0.1'])
    assert.equal(allowed(ip, { allowLoopback: true }), false, ip)
})

test('opens the ranges of the operator, in IPv4 also for the mapped address, but no metadata service in them', () => {
  const policy = { allow: ['10.20.0.0/16', '169.254.0.0/16', 'fd00::/8'] }

  for (const ip of ['10.20.3.4', '::ffff:10.20.3.4', '169.254.1.1', 'fd12::1', '8.8.8.8'])
    assert.equal(allowed(ip, policy), true, ip)
  for (const ip of [
    '10.21.0.1',
    '169.254.169.254',
    '::ffff:169.254.169.254',
    'fd00:ec2::254',
    '127.0.0.1',
    'fc00::1',
  ]) {
    assert.equal(allowed(ip, policy), false, ip)
  }
})
