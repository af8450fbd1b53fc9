/** Requests to URLs that a tenant chose, without reaching what is private: all that other folders import of it. */
export { type CheckUrlOptions, checkUrl } from './check-url.ts'
export { createSafeAgent } from './safe-agent.ts'
export { type SendAnswer, SendError, send } from './send.ts'
