import type { FastifyReply, FastifyRequest } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { ok, replies } from '../api/envelope.ts'
import { Id } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import type { InboundRequest } from '../kit/connector.ts'
import type { Clock } from '../lib/clock.ts'
import type { Inbound } from './inbound.ts'
import { queryOf } from './stored-request.ts'

/** No vendor sends more in one request. */
const bodyLimit = 1_048_576
/** Names in URLs that vendors were given before, by the connector that they mean. */
const otherNames: Readonly<Record<string, string>> = { ghl: 'gohighlevel' }

const ConnectorName = Type.String({ maxLength: 100 })
const Taken = Type.Object({ received: Type.Literal(true) })
// Handshakes are answered in the vendor's own form.
const response = { ...replies(Taken), 200: Type.Unknown({ description: 'Taken in, or the answer to a handshake.' }) }

/** Where vendors send webhooks: public, and each verified by its own signature. Reached at the root as well as under `/api`. */
export const arrivalRoutes =
  ({ inbound, publicUrl, clock }: { inbound: Inbound; publicUrl: string | undefined; clock: Clock }): Routes =>
  async (api) => {
    // Signatures are over the bytes as they came, whatever they are said to be.
    api.removeAllContentTypeParsers()
    api.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, bytes, done) => done(null, bytes))

    /** Registers a URL for webhooks and for the handshakes that some vendors make by GET or PUT. */
    function take(url: string, summary: string, params: TSchema, connectorOf: (params: Params) => string): void {
      const base = { config: { public: true, unlimited: true } as const, bodyLimit, url }
      const handler = async (request: FastifyRequest, reply: FastifyReply) => {
        const given = request.params as Params
        const handshake = await inbound.receive({
          connectorId: connectorOf(given),
          integrationId: given.integrationId,
          address: request.ip,
          request: inboundRequestOf(request, publicUrl, clock),
        })
        if (!handshake) return await reply.send(ok({ received: true }))
        return await reply
          .code(handshake.status)
          .headers({ 'content-type': 'text/plain; charset=utf-8', ...handshake.headers })
          .serializer(String)
          .send(handshake.body)
      }
      const schema = { summary, tags: ['webhooks of vendors'], params, response }
      const hidden = { ...schema, hide: true }
      // Paths below are described with the URL above them.
      api.route({ ...base, method: 'POST', schema: url.endsWith('*') ? hidden : schema, handler })
      api.route({ ...base, method: ['GET', 'PUT'], schema: hidden, handler })
    }

    const named = Type.Object({ connector: ConnectorName })
    const one = Type.Object({ connector: ConnectorName, integrationId: Id })
    const nameOf = ({ connector = '' }: Params) =>
      Object.hasOwn(otherNames, connector) ? otherNames[connector]! : connector
    take('/webhooks/:connector', 'Receive a webhook of a vendor, here or at any path below', named, nameOf)
    take('/webhooks/:connector/*', 'Receive a webhook of a vendor at a path below', named, nameOf)
    take(
      '/webhooks/:connector/i/:integrationId',
      'Receive a webhook of one integration, here or at any path below',
      one,
      nameOf,
    )
    take('/webhooks/:connector/i/:integrationId/*', 'Receive a webhook of one integration at a path below', one, nameOf)
    take('/integrations/calendar/webhooks/calendly', 'Receive a webhook of Calendly', Type.Object({}), () => 'calendly')
  }

type Params = { connector?: string; integrationId?: string }

/** The request as its vendor made it: some sign the whole URL, which a proxy may have changed. */
function inboundRequestOf(request: FastifyRequest, publicUrl: string | undefined, clock: Clock): InboundRequest {
  const { method, url, headers, body, protocol, host } = request
  return {
    method,
    url: `${publicUrl ?? `${protocol}://${host}`}${url}`,
    path: url.split('?', 1)[0]!,
    query: queryOf(url),
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
      ),
    ),
    rawBody: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    receivedAt: new Date(clock.now()),
  }
}
