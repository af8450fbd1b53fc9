import { ApiError } from './errors.ts'
import type { Server } from './server.ts'

/** Answers paths that do not exist (404) and methods that a path does not have (405, naming those it has). */
export function answerUnknownRoutes(server: Server): void {
  const methodsOfPath = new Map<string, { pattern: RegExp; methods: Set<string> }>()
  server.addHook('onRoute', ({ url, method }) => {
    const known = methodsOfPath.get(url) ?? { pattern: patternOf(url), methods: new Set() }
    methodsOfPath.set(url, known)
    for (const one of [method].flat()) known.methods.add(one)
  })
  server.setNotFoundHandler((request) => {
    const path = request.url.split('?', 1)[0]!
    const methods = [...methodsOfPath.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((known) => [...known.methods])
    if (methods.length === 0 || methods.includes(request.method)) {
      throw new ApiError(
        'NOT_FOUND',
        `There is no ${request.method} ${path.slice(0, 200)}; /api/docs lists what there is.`,
      )
    }
    const allow = [...new Set(methods)].sort().join(', ')
    throw new ApiError('METHOD_NOT_ALLOWED', `This path answers ${allow} only.`, { headers: { allow } })
  })
}

/** A path such as `/things/:id` as an expression; a wildcard says nothing about which methods make sense. */
function patternOf(url: string): RegExp {
  if (url.includes('*')) return /$^/
  const steps = url
    .split('/')
    .map((step) => (step.startsWith(':') ? '[^/]+' : step.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
  return new RegExp(`^${steps.join('/')}/?$`)
}
