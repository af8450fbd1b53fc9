/*
 * How to write an emulator (the reference is zapier/zapier.ts; a bigger one is an afternoon):
 *
 *   export const acme = defineEmulator({
 *     id: 'acme',                                  // its place: http://127.0.0.1:4010/acme/…
 *     hosts: ['api.acme.com', 'auth.acme.com'],    // whose calls come here; the vendor's own paths follow the prefix unchanged
 *     keys: { 'sandbox-acme-token': 'sandbox' },   // API keys that always work, each with the name of its account
 *     oauth: { authorizePath: '/oauth/authorize', tokenPath: '/oauth/token', scopes: ['things.write'], … },   // see OauthShape
 *     rateLimits: [{ name: 'burst', requests: 100, perMs: 10_000, headers: ({ remaining }) => ({ 'x-remaining': String(remaining) }) }],
 *     refuse: (failure) => …,                      // the ONE place where failures become the vendor's own answers: see Failure
 *     routes(api, world) {                         // `api` is Fastify with TypeBox; objects in schemas are closed by themselves
 *       api.post('/v1/things', {
 *         config: { sandbox: { scopes: ['things.write'] } },
 *         schema: { headers: Type.Object({ 'acme-version': Type.Literal('2026-09') }), body: Type.Object({ name: Type.String() }) },
 *       }, async (request, reply) => {
 *         const things = world.accountOf(request).records<Thing>('things')
 *         if (things.find(({ data }) => data.name === request.body.name)) throw refusal(409, { message: 'exists' })
 *         return reply.code(201).send(shown(things.create(request.body)))
 *       })
 *     },
 *     setup(world) { world.onChange('things', …) }, // what is there from the start, and who hears of changes
 *     actions: (world) => ({ … }),                 // what a person does in the vendor's own app, for tests and the console
 *   })
 *
 * - Strictness: declare every field the vendor accepts and no other. What validation refuses, an unknown path, a missing or dead
 *   token, a missing scope, a used-up limit and a missing record all arrive in `refuse` as a `Failure`; what only this vendor has is
 *   thrown as `refusal(status, body, headers)`. A retired path is simply not declared. Headers that must be there go into `headers`.
 * - `world.accountOf(request)` is the account of the token; routes without one say `config: { sandbox: { public: true } }`.
 *   Query strings and form bodies (`bodies: ['form']`) are converted to the numbers and booleans of the schema.
 * - `account.records(type)` keeps records (ids, createdAt, updatedAt, soft deletion, pages, changes since); `account.values` any other
 *   state as JSON; `account.once(…)` idempotency keys; `world.nextId()` counters. All state is JSON, since it is kept over a restart.
 * - `world.onChange('things', …)` in `setup` hears every change of records, `world.send(…)` posts a webhook with the vendor's retries;
 *   sign in `build`, which is called for every attempt.
 * - Each key of `keys` also opens other accounts: `sandbox-acme-token-globex` is a key of the account `globex`.
 * - Time is `world.now()`; never Date.now().
 * - Latency, outages, cut connections, hangs, dead tokens, lost and repeated webhooks need nothing from you: see faults.ts.
 * - List it in index.ts, lazily, with the credentials that a workspace connects with at once.
 * - In tests: `await using sandbox = await startSandbox({ emulators: [acme] })` (test/sandbox.ts), then
 *   `const { world, ...actions } = sandbox.emulator(acme)` and `connect(connector, { vendor: world, credentials: … })` (test/connect.ts);
 *   `sandbox.faults.set(…)`, `await sandbox.idle()` for webhooks, `authorize(url)` for the OAuth dance, and at the end
 *   `assert.deepEqual(sandbox.unknownRequests, [])`.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify'
import type { OauthShape } from './oauth-shape.ts'
import type { RateLimit } from './rate-limits.ts'
import type { World } from './world.ts'

export type { Account } from './account.ts'
export type { Stored } from './records.ts'
export type { OauthShape, RateLimit, World }

/** Where an emulator declares its routes. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** An answer as it goes out: text and bytes as they are, everything else as JSON. */
export type Answer = { status: number; body: unknown; headers?: Record<string, string> }

/** One thing that is wrong with a request: `keyword` is JSON Schema's, `path` leads to the field, as in `properties.email`. */
export type Fault = { path: string; keyword: string; message: string }

/** Everything that a vendor refuses for reasons all vendors share. */
export type Failure =
  | { kind: 'invalid'; part: 'body' | 'querystring' | 'params' | 'headers'; faults: Fault[] }
  /** The body is not JSON (or not form-encoded), or not announced as such. */
  | { kind: 'unreadable'; message: string }
  | { kind: 'unknown_path'; method: string; path: string }
  | { kind: 'missing_record'; type: string; id: string }
  | { kind: 'unauthorized'; reason: 'missing' | 'unknown' | 'expired' | 'revoked' }
  | { kind: 'forbidden'; scopes: string[] }
  | { kind: 'rate_limited'; retryAfterSeconds: number; limit?: string }
  /** A fault of the sandbox, or a bug of the emulator: the vendor's own failure. */
  | { kind: 'unavailable'; status: number }

/** Thrown by what all emulators share; the emulator's `refuse` turns it into the vendor's answer. */
export class FailureError extends Error {
  readonly failure: Failure
  /** Sent with the answer unless `refuse` says otherwise: those of the limits. */
  readonly headers: Record<string, string>
  constructor(failure: Failure, headers: Record<string, string> = {}) {
    super(failure.kind)
    this.name = 'FailureError'
    this.failure = failure
    this.headers = headers
  }
}

/** Thrown by an emulator for what only its vendor refuses. */
export class RefusalError extends Error {
  readonly answer: Answer
  constructor(answer: Answer) {
    super(`refused with ${answer.status}`)
    this.name = 'RefusalError'
    this.answer = answer
  }
}

/** Makes the error with which a route answers in the vendor's own words: `throw refusal(409, { … })`. */
export const refusal = (status: number, body: unknown, headers: Record<string, string> = {}): RefusalError =>
  new RefusalError({ status, body, headers })

export type Emulator<Actions = object> = {
  /** The connector's id, and the first part of every path. */
  id: string
  name: string
  /** The vendor's hosts that this stands in for. No patterns: where a token answer names a host, name one of these. */
  hosts: readonly string[]
  /** Speaks another protocol than HTTP: its hosts are reached at `scheme://…`, a port of its own, where `connection` answers. */
  scheme?: string
  connection?(socket: Socket, world: World): Promise<void> | void
  /** Keys that work from the start, each with the name of its account. */
  keys?: Record<string, string>
  /** Finds the token or key in a request; the bearer token unless given. */
  tokenOf?(request: FastifyRequest): string | undefined
  /** The account of a request to a public route, where a URL is the secret: faults and the log go by it. */
  accountNameOf?(request: FastifyRequest, world: World): string | undefined
  /** How bodies may be encoded; `bytes` is whatever else comes, as a Buffer. Default: JSON only. */
  bodies?: readonly BodyEncoding[]
  refuse(failure: Failure): Answer
  rateLimits?: readonly RateLimit[]
  /** Headers of every answer, such as a request id. */
  headers?(request: FastifyRequest, world: World): Record<string, string>
  oauth?: OauthShape
  /** The emulator at which people sign in for this one as well, since its vendor has one sign-in for several products: its tokens are taken here. */
  signsInAt?: string
  /** Comes before everything else: what is there from the start, and `world.onChange`. After a restart it meets what it made before. */
  setup?(world: World): void
  routes(api: Api, world: World): void
  actions?(world: World): Actions
}

/** How the body of a request may come. */
export type BodyEncoding = 'json' | 'form' | 'bytes'

/** Declares an emulator. It is the identity: its worth is the check. */
export const defineEmulator = <Actions = object>(emulator: Emulator<Actions>): Emulator<Actions> => emulator

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of the sandbox's emulators only: who may call a route. */
    sandbox?: {
      /** Needs no token. */
      public?: boolean
      /** How the body of this route may be encoded, where it differs. */
      bodies?: readonly BodyEncoding[]
      /** Scopes that an OAuth token must have, all of them. API keys have all. */
      scopes?: readonly string[]
    }
  }
}
