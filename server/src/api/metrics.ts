import type { FastifyRequest } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { Type } from 'typebox'
import type { Config } from '../config.ts'
import type { Engine } from '../engine/types.ts'
import { safeEqual } from '../lib/tokens.ts'
import type { Authenticate } from './access.ts'
import { Failure } from './envelope.ts'
import { ApiError } from './errors.ts'
import type { Routes, Server } from './server.ts'

/** Creates what is measured, and the route that shows it to Prometheus. */
export function createMetrics(options: {
  config: Config
  engine: Pick<Engine, 'status'>
  authenticate: Authenticate
}): { measureRequests(server: Server): void; metricsRoutes: Routes } {
  const { config, engine, authenticate } = options
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'tenon_http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  })
  for (const [name, help, read] of [
    ['tenon_work_in_flight', 'Deliveries and jobs that run right now.', () => engine.status().inFlight],
    [
      'tenon_work_waiting',
      'Deliveries and jobs that wait in the memory of this process.',
      () => engine.status().waiting,
    ],
  ] as const) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  }
  for (const [name, help, read] of [
    ['tenon_events_accepted_total', 'Events accepted by this process.', () => engine.status().counters.accepted],
    ['tenon_deliveries_total', 'Deliveries that succeeded.', () => engine.status().counters.delivered],
    ['tenon_retries_total', 'Tries that failed and will be repeated.', () => engine.status().counters.retried],
    [
      'tenon_dead_letters_total',
      'Deliveries and jobs that ended without success.',
      () => engine.status().counters.dead,
    ],
    ['tenon_jobs_total', 'Jobs that succeeded.', () => engine.status().counters.jobs],
  ] as const) {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }

  return {
    measureRequests: (server) => {
      // Looking labels up costs more than counting, so each series is looked up once.
      const series = new Map<string, { observe(seconds: number): void }>()
      server.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
        const route = routeOptions.url ?? 'unknown'
        const key = `${method} ${route} ${reply.statusCode}`
        let one = series.get(key)
        if (!one) {
          one = durations.labels({ method, route, status: String(reply.statusCode) })
          series.set(key, one)
        }
        one.observe(reply.elapsedTime / 1_000)
        done()
      })
    },

    metricsRoutes: async (api) => {
      api.get(
        '/metrics',
        {
          config: { public: true, unlimited: true },
          schema: {
            operationId: 'getMetrics',
            summary: 'Metrics in the text format of Prometheus',
            tags: ['operation'],
            produces: ['text/plain'],
            response: { 200: Type.String(), '4xx': Failure, '5xx': Failure },
          },
        },
        async (request, reply) => {
          await mustBeAllowed(request)
          reply.type(registry.contentType)
          return await registry.metrics()
        },
      )
    },
  }

  async function mustBeAllowed(request: FastifyRequest): Promise<void> {
    const token = config.TENON_METRICS_TOKEN
    if (token ? safeEqual(request.headers.authorization ?? '', `Bearer ${token}`) : isLocal(request)) return
    const principal = await authenticate(request, undefined)
    if (principal.kind !== 'platform') throw new ApiError('FORBIDDEN', 'Metrics are for the platform admin only.')
  }
}

/** A proxy on this machine makes everybody look local, but says so. */
const isLocal = ({ ip, headers }: FastifyRequest): boolean =>
  /^(127\.|::1$|::ffff:127\.)/.test(ip) && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined
