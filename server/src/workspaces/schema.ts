import { type Static, Type } from 'typebox'
import { Id, Name, Nullable, Time } from '../api/schemas.ts'
import { scopes } from '../api/scopes.ts'

export const Email = Type.String({ format: 'email', maxLength: 254 })
export const Password = Type.String({ minLength: 10, maxLength: 200 })
export const Role = Type.Union([Type.Literal('owner'), Type.Literal('admin'), Type.Literal('member')])

export const Workspace = Type.Object({ id: Id, name: Type.String(), createdAt: Time, updatedAt: Time })
export type Workspace = Static<typeof Workspace>

export const NewWorkspace = Type.Object({
  name: Name,
  owner: Type.Optional(
    Type.Object(
      { email: Email, name: Name, password: Password },
      { description: 'Becomes the owner; an account that exists already keeps its name and password.' },
    ),
  ),
  createApiKey: Type.Optional(Type.Boolean({ description: 'Makes an API key with all scopes too.' })),
})
export type NewWorkspace = Static<typeof NewWorkspace>

export const CreatedWorkspace = Type.Object({
  ...Workspace.properties,
  apiKey: Type.Optional(Type.String({ description: 'Shown this once.' })),
})

export const WorkspaceChanges = Type.Object({ name: Name })

export const Member = Type.Object({
  personId: Id,
  email: Type.String(),
  name: Type.String(),
  role: Role,
  createdAt: Time,
})
export type Member = Static<typeof Member>

export const NewMember = Type.Object({
  email: Email,
  role: Role,
  name: Type.Optional(Name),
  password: Type.Optional(Password),
})
export type NewMember = Static<typeof NewMember>

export const MemberChanges = Type.Object({ role: Role })
export const MemberPath = Type.Object({ id: Id, personId: Id })

export const ScopeName = Type.Enum(['*', ...scopes])

export const ApiKey = Type.Object({
  id: Id,
  name: Type.String(),
  prefix: Type.String({ description: 'By which a person recognises the key.' }),
  scopes: Type.Array(Type.String()),
  createdAt: Time,
  lastUsedAt: Nullable(Time),
  expiresAt: Nullable(Time),
  revokedAt: Nullable(Time),
})
export type ApiKey = Static<typeof ApiKey>

export const CreatedApiKey = Type.Object({
  ...ApiKey.properties,
  key: Type.String({ description: 'Shown this once.' }),
})
export type CreatedApiKey = Static<typeof CreatedApiKey>

export const NewApiKey = Type.Object({
  name: Name,
  scopes: Type.Array(ScopeName, { minItems: 1, maxItems: 50, uniqueItems: true }),
  expiresAt: Type.Optional(Time),
})
export type NewApiKey = Static<typeof NewApiKey>

export const ApiKeyChanges = Type.Object({ name: Name })
export const ApiKeyPath = Type.Object({ id: Id, keyId: Id })

export const SignIn = Type.Object({
  email: Type.String({ minLength: 1, maxLength: 254 }),
  password: Type.String({ minLength: 1, maxLength: 200 }),
})

export const Session = Type.Object({
  person: Type.Object({ id: Id, email: Type.String(), name: Type.String(), platformAdmin: Type.Boolean() }),
  workspaces: Type.Array(Type.Object({ id: Id, name: Type.String(), role: Role })),
})
export type Session = Static<typeof Session>

export const PasswordChange = Type.Object({
  currentPassword: Type.String({ minLength: 1, maxLength: 200 }),
  newPassword: Password,
})
