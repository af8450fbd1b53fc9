import type { RouteOptions } from 'fastify'
import type { App } from '../app.ts'

export type Route = {
  method: string
  url: string
  /** Names of the path parameters. */
  params: string[]
  config: NonNullable<RouteOptions['config']>
  schema: { body?: object; querystring?: object; params?: object }
}

/** Every route of the hub but those that `HEAD` requests got by themselves. */
export function routesOf({ server }: App): Route[] {
  return server.routeTable.flatMap(({ method, url, config = {}, schema = {} }) =>
    [method]
      .flat()
      .filter((one) => one !== 'HEAD')
      .map((one) => ({
        method: one,
        url,
        params: [...url.matchAll(/:(\w+)/g)].map(([, name]) => name!),
        config,
        schema: schema as Route['schema'],
      })),
  )
}

/** The path of a route with its parameters filled in, as it goes over the wire. */
export const pathOf = (url: string, params: Record<string, string>): string =>
  url.replace(/:(\w+)\??/g, (_, name: string) => encodeURIComponent(params[name] ?? '')).replace('*', '')
