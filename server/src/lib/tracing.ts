import { AsyncLocalStorage } from 'node:async_hooks'
import type { Attributes, Context, ContextManager, Span, Tracer } from '@opentelemetry/api'
import type { Config } from '../config.ts'

let current: Tracer | undefined
let loaded: typeof import('@opentelemetry/api') | undefined

/** The tracer, or undefined while nothing is traced: `tracer()?.startSpan(…)` then costs a read and a comparison. */
export const tracer = (): Tracer | undefined => current

/** The running span as a `traceparent` (W3C Trace Context, section 3.2), to be kept with what goes on later; null while nothing is traced. */
export function currentTraceParent(): string | null {
  const span = loaded?.trace.getActiveSpan()?.spanContext()
  return span ? `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}` : null
}

/** Starts a span that calls somebody and goes on with a kept trace; undefined while nothing is traced. */
export function startClientSpan(name: string, traceParent: string | null, attributes: Attributes): Span | undefined {
  if (!current || !loaded) return undefined
  const { propagation, ROOT_CONTEXT, SpanKind } = loaded
  const parent = traceParent ? propagation.extract(ROOT_CONTEXT, { traceparent: traceParent }) : ROOT_CONTEXT
  return current.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent)
}

/**
 * Starts sending traces to the OpenTelemetry collector at OTEL_EXPORTER_OTLP_ENDPOINT; does nothing without it, and loads
 * nothing then. Answers the function that sends what is left and stops.
 */
export async function startTracing(
  config: Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT'>,
  version: string,
): Promise<() => Promise<void>> {
  if (!config.OTEL_EXPORTER_OTLP_ENDPOINT) return async () => {}
  const [api, { W3CTraceContextPropagator }, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/core'),
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ])
  const exporter = new OTLPTraceExporter({ url: `${config.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces` })
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'tenon', 'service.version': version }),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter)],
  })
  api.context.setGlobalContextManager(createContextManager(api.ROOT_CONTEXT))
  api.trace.setGlobalTracerProvider(provider)
  api.propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  loaded = api
  current = provider.getTracer('tenon', version)
  return async () => {
    current = undefined
    loaded = undefined
    api.trace.disable()
    api.propagation.disable()
    api.context.disable()
    await provider.shutdown().catch(() => {})
  }
}

/** Carries the running span along promises and callbacks. */
function createContextManager(root: Context): ContextManager {
  const storage = new AsyncLocalStorage<Context>()
  return {
    active: () => storage.getStore() ?? root,
    with: (context, run, self, ...args) => storage.run(context, () => run.apply(self, args)),
    bind: (context, target) =>
      typeof target === 'function'
        ? (((...args: unknown[]) => storage.run(context, () => (target as CallableFunction)(...args))) as typeof target)
        : target,
    enable() {
      return this
    },
    disable() {
      storage.disable()
      return this
    },
  }
}
