import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { testDatabase } from '../test/database.ts'
import { plainArray, textArray, textLiteral, timeArray } from './array-parameters.ts'

const times = [
  0,
  1,
  -1,
  946_684_800_000,
  946_684_799_999,
  Date.UTC(2026, 10, 25, 12, 30, 15, 123),
  Date.UTC(9_999, 11, 31),
]

test('PostgreSQL reads what was written, whatever it is', async () => {
  await using database = await testDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const texts = [
    'plain',
    '',
    'a "quoted" \\ word',
    '{"not":"an array"}',
    'Zoë, 東京, 🙂',
    'x'.repeat(100_000),
    null,
    'NULL',
  ]

  try {
    const { rows } = await client.query(
      'select $1::text[] as texts, $2::timestamptz[] as times, $3::bigint[] as numbers, $4::text[] as no_texts, $5::timestamptz[] as no_times, $6::text[] as nested, $7::text[] as nul',
      [
        textArray(texts),
        timeArray([...times, null]),
        plainArray([1, null, -3]),
        textArray([]),
        timeArray([]),
        textLiteral(['a "quoted" \\ word', 'b,c']),
        textArray(['a\0b']),
      ],
    )

    assert.deepEqual(rows[0].texts, texts)
    assert.deepEqual(
      rows[0].times.map((time: Date | null) => time?.getTime() ?? null),
      [...times.map(Math.trunc), null],
    )
    assert.deepEqual(
      rows[0].numbers.map((number: string | null) => number && Number(number)),
      [1, null, -3],
    )
    assert.deepEqual([rows[0].no_texts, rows[0].no_times], [[], []])
    assert.deepEqual(rows[0].nested, ['a "quoted" \\ word', 'b,c'])
    assert.deepEqual(rows[0].nul, ['a\uFFFDb'])
  } finally {
    await client.end()
  }
})
