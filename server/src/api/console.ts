import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import { Type } from 'typebox'
import type { Routes } from './server.ts'

/** Scripts come from here only; the component library sets styles on elements. */
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

/**
 * Serves the console's built files at the root, and its page for every other path that a browser navigates to. Answers
 * undefined where it was not built. Paths of the API that do not exist stay unknown.
 */
export function consoleRoutes(folder: string): Routes | undefined {
  if (!existsSync(join(folder, 'index.html'))) return undefined
  const files = new Set(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')),
  )
  return async (api) => {
    await api.register(fastifyStatic, { root: folder, serve: false })
    api.get(
      '/*',
      {
        config: { public: true, unlimited: true },
        schema: { hide: true, params: Type.Object({ '*': Type.String() }) },
      },
      async ({ params, headers }, reply) => {
        const path = params['*']
        const isFile = files.has(path) && path !== 'index.html'
        if (!isFile && (isOfApi.test(path) || !(headers.accept ?? '*/*').match(/text\/html|\*\/\*/)))
          return reply.callNotFound()
        reply.header('content-security-policy', policy)
        if (!isFile) return reply.header('cache-control', 'no-cache').sendFile('index.html', { cacheControl: false })
        // Vite puts a hash into the names of what it builds.
        const caching = path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600'
        return reply.header('cache-control', caching).sendFile(path, { cacheControl: false })
      },
    )
  }
}

const isOfApi = /^(api|integrations|webhooks)(\/|$)|\.[A-Za-z0-9]+$/
