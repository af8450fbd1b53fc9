import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countryCode, namesOf, readPhone } from './normalise.ts'
import { findTimezone, isTimezone, type Whereabouts } from './time-zone.ts'

const cases: [Whereabouts, string, string][] = [
  [{ postalCode: '80202', country: 'US' }, 'America/Denver', 'postal_code'],
  [{ postalCode: '32501-1234', state: 'FL', country: 'USA' }, 'America/Chicago', 'postal_code'],
  [{ postalCode: 'V5K 0A1', country: 'Canada' }, 'America/Vancouver', 'postal_code'],
  [{ postalCode: '6000', country: 'AU' }, 'Australia/Perth', 'postal_code'],
  [{ state: 'Colorado' }, 'America/Denver', 'state'],
  [{ state: 'ca', country: 'United States' }, 'America/Los_Angeles', 'state'],
  [{ state: 'Québec', country: 'CA' }, 'America/Toronto', 'state'],
  [{ state: 'São Paulo', country: 'Brazil' }, 'America/Sao_Paulo', 'state'],
  [{ city: 'San Francisco', country: 'US' }, 'America/Los_Angeles', 'city'],
  [{ city: 'Chicago' }, 'America/Chicago', 'city'],
  [{ city: 'Kathmandu' }, 'Asia/Kathmandu', 'city'],
  [{ country: 'Germany', postalCode: '10115' }, 'Europe/Berlin', 'country'],
  [{ country: 'UK' }, 'Europe/London', 'country'],
  [{ country: 'IN' }, 'Asia/Kolkata', 'country'],
  [{ country: 'US', phone: '(303) 555-0142' }, 'America/Denver', 'phone'],
  [{ phone: '+1 416 555 0199' }, 'America/Toronto', 'phone'],
  [{ phone: '+1 808 555 0100' }, 'Pacific/Honolulu', 'phone'],
  [{ phone: '+44 20 7946 0958' }, 'Europe/London', 'phone'],
]

for (const [where, timezone, source] of cases) {
  test(`finds ${timezone} by ${source} from ${JSON.stringify(where)}`, () => {
    assert.deepEqual(findTimezone(where), { timezone, source })
    assert.ok(isTimezone(timezone))
  })
}

test('finds no time zone where nothing tells which of several it is', () => {
  assert.equal(findTimezone({ country: 'US' }), undefined)
  assert.equal(findTimezone({ postalCode: '80202' }), undefined)
  assert.equal(findTimezone({ phone: '555' }), undefined)
  assert.equal(findTimezone({ city: 'constructor', state: '__proto__', country: 'toString' }), undefined)
  assert.equal(findTimezone({}), undefined)
})

test('knows a time zone from what is none', () => {
  assert.ok(isTimezone('Asia/Kathmandu'))
  assert.ok(isTimezone('UTC'))
  for (const name of ['Mars/Olympus', '+01:00', '', 'Europe']) assert.ok(!isTimezone(name), name)
})

test('reads phone numbers as people write them', () => {
  assert.equal(readPhone('+44 (0)20 7946 0958')?.phone, '+442079460958')
  assert.equal(readPhone('020 7946 0958', 'GB')?.phone, '+442079460958')
  assert.equal(readPhone('020 7946 0958'), undefined)
  assert.equal(readPhone('call me'), undefined)
})

test('knows countries by code and by name', () => {
  assert.equal(countryCode('gb'), 'GB')
  assert.equal(countryCode('Deutschland'), undefined)
  assert.equal(countryCode('Côte d’Ivoire'), 'CI')
  assert.equal(countryCode('ZZ'), undefined)
})

test('takes names in parts or whole', () => {
  assert.deepEqual(namesOf({ firstName: ' Ada ', lastName: 'Lovelace' }), {
    firstName: 'Ada',
    lastName: 'Lovelace',
    name: 'Ada Lovelace',
  })
  assert.deepEqual(namesOf({ name: 'Grace  Hopper' }), { firstName: 'Grace', lastName: 'Hopper', name: 'Grace Hopper' })
  assert.deepEqual(namesOf({ name: 'Ludwig van Beethoven' }), {
    firstName: null,
    lastName: null,
    name: 'Ludwig van Beethoven',
  })
})
