import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context, ContextManager, Tracer } from '@opentelemetry/api'
import type { Config } from '../config.ts'

let current: Tracer | undefined

/** The tracer, or undefined while nothing is traced: `tracer()?.startSpan(…)` then costs a read and a comparison. */
export const tracer = (): Tracer | undefined => current

/**
 * Starts sending traces to the OpenTelemetry collector at OTEL_EXPORTER_OTLP_ENDPOINT; does nothing without it, and loads
 * nothing then. Answers the function that sends what is left and stops.
 */
export async function startTracing(
  config: Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT'>,
  version: string,
): Promise<() => Promise<void>> {
  if (!config.OTEL_EXPORTER_OTLP_ENDPOINT) return async () => {}
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
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
  current = provider.getTracer('tenon', version)
  return async () => {
    current = undefined
    api.trace.disable()
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
