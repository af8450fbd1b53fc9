import type { Role, Scope } from './scopes.ts'

/** Who makes a request. */
export type Principal = {
  kind: 'api-key' | 'jwt' | 'member' | 'platform'
  /** Of the key, the token's subject or the person: what rate limits and logs go by. */
  id: string
  /** The one workspace it belongs to; undefined for the platform admin, who chooses by `X-Workspace-Id`. */
  workspaceId: string | undefined
  scopes: ReadonlySet<string>
  personId?: string | undefined
  /** Of a member in the workspace. */
  role?: Role | undefined
}

declare module 'fastify' {
  interface FastifyContextConfig {
    // Who may call the route. Each declares exactly one of these four, and registration fails without it.
    /** Whoever holds the scope in the workspace of the request. */
    scope?: Scope
    /** Everybody; limited per address. */
    public?: true
    /** The platform admin only. */
    platform?: true
    /** A person signed in at the console, in whatever workspace. */
    session?: true
    /** The path parameter `id` is the workspace. */
    workspaceInPath?: true
    /** Honours `Idempotency-Key`: for every POST that creates. */
    idempotent?: true
    /** The body as it came is looked at, for a signature. */
    keepsBytes?: true
    /** Is opened by people: answers with pages, failures too. */
    page?: true
    /** Public routes only: leaves out the limit per address (probes, static files). */
    unlimited?: true
  }
  interface FastifyRequest {
    principal: Principal
    /** The workspace that the request is about. Set on every route with a scope. */
    workspace: { id: string }
  }
}
