/** Requests to URLs and hosts that a tenant chose, without reaching what is private: all that other folders import of it. */
export { type CheckUrlOptions, checkUrl } from './check-url.ts'
export { AddressRefusedError } from './judged-lookup.ts'
export { createSafeAgent } from './safe-agent.ts'
export { createSafeDial, type Dial } from './safe-dial.ts'
export { type SendAnswer, SendError, send } from './send.ts'
