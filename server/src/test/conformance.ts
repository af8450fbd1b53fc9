import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TObject } from 'typebox'
import type { OperationName } from '../kit/capabilities.ts'
import type { AnyConnector, InboundRequest } from '../kit/connector.ts'
import type { Context } from '../kit/context.ts'
import type { ErrorCode } from '../kit/error-codes.ts'
import type { OperationInput } from '../kit/result.ts'
import type { Emulator } from '../sandbox/emulator.ts'
import { holdsToHttp } from './conformance/http.ts'
import { holdsToItsMappings } from './conformance/mappings.ts'
import { holdsToItsOperations } from './conformance/operations.ts'
import { holdsToItsWebhook } from './conformance/webhook.ts'

/** A mapping of whatever records. */
type AnyMapping = { read(record: never): unknown; write(input: never): unknown }

export type Samples = { [Name in OperationName]?: OperationInput<Name> }
export type WebhookSample = {
  /** One that the emulator or another source signed; default: generated. */
  secret?: string
  /** Another secret of the same form, with which nothing was signed. */
  otherSecret?: string
  body: string
  method?: string
  url?: string
  /** The vendor's signature of the body at a time, as headers; a URL where that is signed or carries the secret. */
  sign(given: { body: string; secret: string; at: Date; url: string; method: string }): {
    headers?: Record<string, string>
    url?: string
    body?: string
  }
  /** The types of the events that the body holds. */
  events: readonly string[]
  /** Whether a time is signed, so that late ones must be refused. Default: true. */
  hasTime?: boolean
  /** Whether the body is signed. Default: true. */
  signsBody?: boolean
  /** What `route` must answer for it. */
  routingKey?: string
}

export type ConformanceOptions = {
  /** Where the connector's setup.md and logo.svg are. Default: its folder in `connectors`. */
  folder?: string
  /** The vendor's emulator; without one, the operations are not tried. */
  emulator?: Emulator<unknown>
  /** Credentials that the emulator accepts (a key from its `keys`). For OAuth leave `access_token` to the suite. */
  credentials: Record<string, string>
  settings?: Record<string, unknown>
  /** Inputs of operations, where the suite cannot make them up itself; ids of things that are to be there are made by `prepare`. */
  samples?: Samples
  /** Makes what operations need (a workflow, a price) and answers samples that name it. */
  prepare?(context: Context): Promise<Samples>
  webhook?: WebhookSample
  /** Each mapping with a record as the vendor has it. */
  mappings?: { [name: string]: { mapping: AnyMapping; record: unknown } }
  /** A call that reaches the vendor. Default: the connector's check. */
  probe?(context: Context): Promise<unknown>
  /** Codes that this vendor's statuses have besides the usual, where the connector reads them so. */
  codes?: Partial<Record<number, ErrorCode>>
  /** The body of a vendor's failure. */
  failureBody?(status: number): unknown
  /** What does not speak HTTP leaves out what is about HTTP. */
  speaksHttp?: boolean
}

/**
 * What every connector must hold to, as tests: its description, forms, failures, waiting, refresh, secrecy, webhooks, mappings, and
 * against the emulator that each operation does what it says. One line in a connector's test file.
 */
export function conformance(connector: AnyConnector, options: ConformanceOptions): void {
  const { name } = connector

  test(`${name}: says what it is`, () => {
    assert.match(connector.id, /^[a-z][a-z0-9-]*$/)
    assert.match(connector.docs, /^https:\/\//)
    for (const text of [connector.name, connector.description, connector.apiVersion]) assert.ok(text.trim() !== '')
    const folder = options.folder ?? join(import.meta.dirname, '../connectors', connector.id)
    for (const file of ['setup.md', 'logo.svg'])
      assert.ok(existsSync(join(folder, file)), `${folder}/${file} is missing`)
  })

  test(`${name}: its settings and keys render as forms`, () => {
    rendersAsForm(connector.settings)
    for (const auth of connector.auth) if (auth.type === 'keys') rendersAsForm(auth.fields)
  })

  test(`${name}: names limits and hosts that can be`, () => {
    const { rateLimit, concurrency = 1, hosts = [] } = connector.http
    if (rateLimit) assert.ok(rateLimit.requests > 0 && rateLimit.perMs > 0)
    assert.ok(concurrency > 0)
    for (const host of hosts) assert.match(host, /^(\*\.)?[a-z0-9.-]+(:\d+)?$/)
  })

  if (options.speaksHttp !== false) holdsToHttp(connector, options)
  holdsToItsMappings(connector, options)
  holdsToItsWebhook(connector, options)
  if (options.emulator) holdsToItsOperations(connector, options, options.emulator)
}

/** Every field has a title, a type that a form knows, and a default that fits. */
function rendersAsForm(schema: TObject): void {
  const plain = JSON.parse(JSON.stringify(schema)) as { type: string; properties: Record<string, FormField> }
  assert.equal(plain.type, 'object')
  for (const [name, field] of Object.entries(plain.properties)) {
    assert.ok(field.title, `the field ${name} has no title`)
    const isKnown =
      field.type !== undefined || field.anyOf !== undefined || field.enum !== undefined || 'const' in field
    assert.ok(isKnown, `a form cannot show the field ${name}`)
    if (field.encrypted) assert.equal(field.type, 'string', `the encrypted field ${name} is no text`)
    if (field.encrypted) assert.ok(!('default' in field), `the encrypted field ${name} has a default`)
  }
}
type FormField = {
  title?: string
  type?: string
  anyOf?: unknown[]
  enum?: unknown[]
  encrypted?: boolean
  default?: unknown
}

/** An inbound webhook as the hub hands it on. */
export const inboundRequest = (sample: {
  method?: string
  url?: string
  headers?: Record<string, string>
  body: string
  at: Date
}): InboundRequest => {
  const url = sample.url ?? 'https://hub.example/webhooks/acme/0198c5f0'
  return {
    method: sample.method ?? 'POST',
    url,
    path: new URL(url).pathname,
    query: Object.fromEntries(new URL(url).searchParams),
    headers: Object.fromEntries(
      Object.entries(sample.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    rawBody: Buffer.from(sample.body),
    receivedAt: sample.at,
  }
}
