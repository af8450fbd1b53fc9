/*
 * The contract of the SDK: what is exported here keeps its name and meaning within a major version.
 */
export { type Client, createClient } from './client.ts'
export { type ClientErrorCode, type ErrorDetail, TenonError } from './errors.ts'
export type { Operations } from './generated/api.ts'
export type { Page } from './pages.ts'
export type { CallOptions, ClientOptions } from './transport.ts'
export type * from './types.ts'
export * from './webhooks.ts'
