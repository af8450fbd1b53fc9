import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CheckUrlOptions, checkUrl } from './check-url.ts'

/** A resolver that knows these names and no other. */
const names =
  (known: Record<string, string[]>) =>
  async (name: string): Promise<string[]> => {
    const addresses = known[name.replace(/\.$/, '')]
    if (!addresses) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
    return addresses
  }
const lookup = names({
  'example.com': ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
  'half.example.com': ['93.184.215.14', '10.0.0.7'],
  'rebound.example.com': ['127.0.0.1'],
  'mapped.example.com': ['::ffff:169.254.169.254'],
  'db.internal': ['10.20.0.5'],
})
const check = (url: string, options: CheckUrlOptions = {}) => checkUrl(url, { lookup, ...options })
const codeOf = async (url: string, options?: CheckUrlOptions) => {
  const result = await check(url, options)
  return result.ok ? 'ok' : result.code
}

const spellingsOfLoopback = [
  'http://127.0.0.1/',
  'http://127.0.0.1./',
  'http://127.1/',
  'http://127.0.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.0.0.1/',
  'http://0x7F.1/',
  'http://017700000001/',
  'http://0177.0.0.1/',
  'http://0177.0x0.0.1/',
  'http://00000177.1/',
  'http://127.0.0.0x1/',
  'http://0x7f.0.0x0.01/',
  'http://%31%32%37.0.0.1/',
  'http://127%2e0%2e0%2e1/',
  'http://１２７.０.０.１/',
  'http://１２７。０。０。１/',
  'http://①②⑦.⓪.⓪.①/',
  'http:127.0.0.1',
  'http:\\\\127.0.0.1\\x',
  '  http://127.0.0.1/  ',
  'ht\ntp://12\t7.0.0.1/',
  'HTTP://127.0.0.1:80/',
  'http://127.0.0.1:65535/',
  'http://127.0.0.1#@example.com/',
  'http://127.0.0.1\\@example.com/',
  'http://127.0.0.1?@example.com/',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[0000::0001]:8080/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::127.0.0.1]/',
  'http://[64:ff9b::127.0.0.1]/',
  'http://[::]/',
  'http://0/',
  'http://0.0.0.0/',
  'http://0x0/',
]

for (const url of spellingsOfLoopback) {
  test(`refuses loopback spelled ${JSON.stringify(url)}`, async () => {
    assert.equal(await codeOf(url), 'ADDRESS_REFUSED')
  })
}

const spellingsOfMetadata = [
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fd00:ec2::254]/',
  'http://[64:ff9b::a9fe:a9fe]/',
]

for (const url of spellingsOfMetadata) {
  test(`refuses the metadata service spelled ${url}`, async () => {
    const result = await check(url)

    assert.ok(!result.ok && result.error.includes('metadata service'), JSON.stringify(result))
  })
}

test('refuses what is not a URL of a host, zones of IPv6 included', async () => {
  const bad = [
    '',
    'example.com',
    '//example.com',
    'http://',
    'http:///',
    'http://[fe80::1%25eth0]/',
    'http://[fe80::1%eth0]/',
    'http://[::1',
    'http://256.1.1.1/',
    'http://1.2.3.4.5/',
    'http://0x100000000/',
    'http://127.0.0.09/',
    'http://a b/',
    'http://exa<mple.com/',
    'http://example.com:99999/',
    `http://example.com/${'a'.repeat(2100)}`,
  ]
  for (const url of bad) assert.equal(await codeOf(url), 'INVALID_URL', url)
})

test('refuses other schemes than http and https', async () => {
  for (const url of [
    'ftp://example.com/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'javascript:alert(1)',
    'ws://example.com/',
  ]) {
    assert.equal(await codeOf(url), 'SCHEME_NOT_ALLOWED', url)
  }
})

test('takes http, unless https is required', async () => {
  assert.equal(await codeOf('http://example.com/'), 'ok')
  assert.equal(await codeOf('https://example.com/', { requireHttps: true }), 'ok')

  const result = await check('http://example.com/', { requireHttps: true })

  assert.deepEqual(result, {
    ok: false,
    code: 'SCHEME_NOT_ALLOWED',
    error: 'http:// is not allowed here; use https://.',
  })
})

test('refuses credentials in the URL', async () => {
  for (const url of ['https://user:pass@example.com/', 'https://user@example.com/', 'https://:pass@example.com/']) {
    assert.equal(await codeOf(url), 'CREDENTIALS_IN_URL', url)
  }
})

test('refuses names of this machine and of private networks, whatever they resolve to', async () => {
  const refused = [
    'localhost',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
    'ｌocalhost',
    'printer.local',
    'metadata.google.internal',
    'local',
    'db.internal.',
  ]
  for (const name of refused) assert.equal(await codeOf(`http://${name}/`), 'HOST_REFUSED', name)
})

test('accepts localhost and loopback where loopback is allowed', async () => {
  const local = { allowLoopback: true, lookup: names({ localhost: ['127.0.0.1', '::1'] }) }

  assert.equal(await codeOf('http://localhost:8080/hook', local), 'ok')
  assert.equal(await codeOf('http://127.1:8080/hook', local), 'ok')
  assert.equal(await codeOf('http://10.0.0.1/hook', local), 'ADDRESS_REFUSED')
})

test('lets addresses decide about private names once the operator has opened a range', async () => {
  assert.equal(await codeOf('http://db.internal/', { allow: ['10.20.0.0/16'] }), 'ok')
  assert.equal(await codeOf('http://db.internal/', { allow: ['10.21.0.0/16'] }), 'ADDRESS_REFUSED')
})

test('refuses a name when any of its addresses is refused, and says which', async () => {
  const result = await check('https://half.example.com/')

  assert.deepEqual(result, {
    ok: false,
    code: 'ADDRESS_REFUSED',
    error:
      'half.example.com resolves to 10.0.0.7: 10.0.0.7 is a private address; use a host that is reachable from the internet.',
  })
  assert.equal(await codeOf('https://rebound.example.com/'), 'ADDRESS_REFUSED')
  assert.equal(await codeOf('https://mapped.example.com/'), 'ADDRESS_REFUSED')
})

test('accepts a public name and answers its normalised URL and addresses', async () => {
  assert.deepEqual(await check(' HTTPS://Example.COM:443/a/../hooks?b=1#part '), {
    ok: true,
    url: 'https://example.com/hooks?b=1',
    resolved: true,
    addresses: ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
  })
})

test('accepts a name that does not resolve yet, and says so', async () => {
  const result = await check('https://later.example.com/')

  assert.equal(result.ok && result.resolved, false)
  assert.equal(result.ok, true)
})

test('does not wait for a resolver that never answers', async () => {
  const result = await check('https://slow.example.com/', { lookup: () => new Promise(() => {}), lookupTimeoutMs: 1 })

  assert.equal(result.ok && !result.resolved, true)
})
