import { appendFileSync } from 'node:fs'

/** One exchange with a vendor, redacted. Bodies are parsed JSON, or text. */
export type RecordedCall = {
  vendor: string
  method: string
  /** The vendor's own URL, also where something else stood in for it. */
  url: string
  requestHeaders: Record<string, string>
  requestBody: unknown
  /** 0 where no answer came. */
  status: number
  responseHeaders: Record<string, string>
  responseBody: unknown
  durationMs: number
  /** Which try of the call it was, counted from 1. */
  attempt: number
  /** The vendor's id of the request. */
  requestId?: string
  /** What happened where no answer came. */
  error?: string
}

/**
 * Writes exchanges as JSON lines, for `TENON_RECORD_TRAFFIC`. Each line is one append, so that several processes can write to one
 * file. For development: the write is synchronous, and exchanges without an answer are left out.
 */
export const trafficRecorder =
  (file: string): ((call: RecordedCall) => void) =>
  ({ vendor, method, url, requestHeaders, requestBody, status, responseHeaders, responseBody }) => {
    if (status === 0) return
    const line = { vendor, method, url, requestHeaders, requestBody, status, responseHeaders, responseBody }
    appendFileSync(file, `${JSON.stringify(line)}\n`)
  }
