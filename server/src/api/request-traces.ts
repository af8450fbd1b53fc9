import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { Server } from './server.ts'

declare module 'fastify' {
  interface FastifyRequest {
    span?: Span | undefined
  }
}

/** Gives each request a span that continues the caller's trace (W3C Trace Context) and that all its work hangs under. */
export function traceRequests(server: Server, tracer: Tracer): void {
  server.decorateRequest('span')
  server.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    const parent = propagation.extract(ROOT_CONTEXT, request.headers)
    const span = tracer.startSpan(
      `${request.method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: { 'http.request.method': request.method, 'http.route': route, 'tenon.request_id': request.id },
      },
      parent,
    )
    request.span = span
    context.with(trace.setSpan(parent, span), done)
  })
  server.addHook('onResponse', ({ span }, { statusCode }, done) => {
    span?.setAttribute('http.response.status_code', statusCode)
    if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR })
    span?.end()
    done()
  })
}
