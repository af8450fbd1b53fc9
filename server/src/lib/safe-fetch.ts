/** Requests to URLs that a tenant chose, without reaching what is private: all that other folders import of it. */
export { judgeAddress } from './addresses.ts'
export { type CheckUrlOptions, checkUrl, type UrlCheck } from './check-url.ts'
export { AddressRefusedError, createSafeAgent, type SafeAgentOptions } from './safe-agent.ts'
export { type SendAnswer, SendError, type SendErrorCode, type SendRequest, send } from './send.ts'
