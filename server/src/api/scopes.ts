/** Everything a key, token or role can be allowed; `*` stands for all of them. */
export const scopes = [
  'workspace:read',
  'workspace:write',
  'members:read',
  'members:write',
  'keys:read',
  'keys:write',
  'events:read',
  'events:write',
  'webhooks:read',
  'webhooks:write',
  'integrations:read',
  'integrations:write',
  'email:read',
  'email:write',
  'leads:read',
  'leads:write',
  'files:read',
  'files:write',
  'scheduling:read',
  'scheduling:write',
  'sms:read',
  'sms:write',
] as const

export type Scope = (typeof scopes)[number]

export type Role = 'owner' | 'admin' | 'member'

/** What each role of a member may do. Only an owner can delete the workspace, which is asked of the role itself. */
export const scopesOfRole: Record<Role, ReadonlySet<string>> = {
  owner: new Set(['*']),
  admin: new Set(['*']),
  member: new Set([...scopes.filter((scope) => scope.endsWith(':read')), 'events:write', 'leads:write']),
}

/** Answers whether the scopes include this one. */
export const allows = (held: ReadonlySet<string>, scope: string): boolean => held.has(scope) || held.has('*')

/** Answers those of the wanted scopes that are not held: a key never grants more than its maker has. */
export const beyond = (held: ReadonlySet<string>, wanted: readonly string[]): string[] =>
  held.has('*') ? [] : wanted.filter((scope) => !held.has(scope))
