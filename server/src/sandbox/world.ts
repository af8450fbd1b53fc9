import type { FastifyRequest } from 'fastify'
import type { Account } from './account.ts'
import type { RecordChange } from './records.ts'
import type { OutgoingWebhook } from './webhook-sender.ts'

/** Who a request comes from. */
export type Caller = { account: string; scopes: string[] | 'all'; token: string; clientId?: string }

/** Tokens; `answer` is what the token endpoint would have said. */
export type Granted = { accessToken: string; refreshToken: string; answer: Record<string, unknown> }

/** What an emulator's routes work on: one vendor with all its accounts. */
export type World = {
  vendor: string
  /** Where the emulator answers, prefix included. */
  url: string
  /** Epoch milliseconds of the sandbox's clock. */
  now(): number
  /** The next of a sequence of the vendor's, counted from 1,001. */
  nextId(sequence?: string): string
  /** The account by this name, which is made when it is new. */
  account(name: string): Account
  accounts(): Account[]
  /** The account of an authenticated request. */
  accountOf(request: FastifyRequest): Account
  /** Token, scopes and client of an authenticated request. */
  callerOf(request: FastifyRequest): Caller
  /** The bytes of the body as they came. */
  bytesOf(request: FastifyRequest): Buffer
  /** Lets an API key of the vendor's format in. */
  registerKey(key: string, account?: string, scopes?: string[]): void
  forgetKey(key: string): void
  /** The account that a token or key belongs to, now. */
  accountOfToken(token: string): Account | undefined
  /** Hears the changes of one type of records in all accounts, `*` of all types, after they happened. */
  onChange(type: string, listener: (account: Account, change: RecordChange) => void): void
  /** Sends a webhook in the background. */
  send(webhook: OutgoingWebhook): void
  oauth: {
    /** The sandbox's own application at this vendor. */
    client: { clientId: string; clientSecret: string }
    /** Lets another application in. */
    registerClient(client: { clientId: string; clientSecret: string; redirectUris?: string[] }): void
    /** Gives tokens without a browser, as if a person had allowed access. */
    grant(options?: { account?: string; scopes?: string[]; clientId?: string }): Promise<Granted>
    /** What a person does who removes the application from the account: every token of it is dead. */
    revoke(account: string): void
  }
}
