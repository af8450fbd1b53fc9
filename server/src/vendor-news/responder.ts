import { request } from 'undici'
import type { Config } from '../config.ts'

/** What may answer a message: a text, or a failure that may pass. */
export type Responder = {
  isConfigured: boolean
  /** @throws Error where the endpoint does not answer */
  respond(text: string, signal: AbortSignal): Promise<string>
}

const timeoutMs = 30_000
const longestAnswer = 10_000

/** Asks an endpoint that speaks OpenAI's chat completions, by the operator's configuration. */
export function createResponder(config: Config): Responder {
  const { TENON_RESPONDER_URL: url, TENON_RESPONDER_KEY: key, TENON_RESPONDER_MODEL: model } = config
  return {
    isConfigured: url !== undefined,
    async respond(text, signal) {
      if (url === undefined) throw new Error('No responder is configured.')
      const { statusCode, body } = await request(`${url.replace(/\/+$/, '')}/chat/completions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({
          model,
          messages: [
            { role: 'system', content: config.TENON_RESPONDER_PROMPT },
            { role: 'user', content: text },
          ],
        }),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal,
      })
      if (statusCode !== 200) {
        await body.dump()
        throw new Error(`The responder answered ${statusCode}.`)
      }
      const answer = (await body.json()) as { choices?: { message?: { content?: unknown } }[] }
      const content = answer.choices?.[0]?.message?.content
      if (typeof content !== 'string' || content.trim() === '') throw new Error('The responder answered nothing.')
      return content.slice(0, longestAnswer)
    },
  }
}
