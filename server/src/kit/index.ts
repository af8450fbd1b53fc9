/*
 * What connectors are written with: all that a connector's author imports. A contract: what stands here stays.
 */
export { type Static, Type } from 'typebox'
export { basic, bearer, encrypted, keys, noAuth, oauth2 } from './auth.ts'
export { automationBody, sampleBody } from './automation.ts'
export { type BusinessHours, freeSlots } from './business-hours.ts'
export { businessSettings, isTimezone, readBusinessHours } from './business-settings.ts'
export type { Capabilities, CapabilityName, Offered, OperationName, Repeat } from './capabilities.ts'
export {
  type Account,
  type AnyConnector,
  type Auth,
  type Category,
  type Connector,
  defineConnector,
  type ErrorReading,
  type InboundEvent,
  type InboundRequest,
  type OAuth2,
  type Verify,
  type Webhook,
} from './connector.ts'
export type { Context } from './context.ts'
export type { ErrorCode } from './error-codes.ts'
export { ConnectorError, notFoundAtVendor, notSupported, settingMissing, withCode } from './errors.ts'
export {
  choice,
  date,
  day,
  epochMs,
  epochSeconds,
  field,
  list,
  number,
  primary,
  readOnly,
  text,
} from './fields.ts'
export { escapeHtml, fromHtml, toHtml } from './html.ts'
export { readBody } from './http-body.ts'
export type { CallOptions, Paging, Query, VendorAnswer, VendorHttp } from './http-types.ts'
export { type CustomFieldMap, type Field, type Mapping, mapping } from './mapping.ts'
export type * from './models.ts'
export { currencyDigits, minor, minorText, toMajor, toMinor } from './money.ts'
export { cursorPages, lastItemPages, linkPages, numberedPages, offsetPages, pageTokenPages } from './pages.ts'
export { readPath } from './paths.ts'
export { isSamePhone, nationalNumber, phoneKey } from './phones.ts'
export {
  type OperationFailure,
  type OperationInput,
  type OperationOutput,
  type OperationResult,
  runOperation,
} from './result.ts'
export { schemes } from './schemes.ts'
export type { Line } from './session.ts'
export { joinSpans } from './spans.ts'
export { anyOf, basicAuth, ecdsa, ed25519, hmac, hmacWithTimestamp, isSame, token } from './verify.ts'
