import { type Context, type Static, Type } from '../../kit/index.ts'

export const settings = Type.Object({
  host: Type.String({
    title: 'Server',
    description: 'Its name, such as `smtp.example.com`.',
    pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$',
    maxLength: 253,
  }),
  port: Type.Optional(Type.Integer({ title: 'Port', minimum: 1, maximum: 65_535, default: 587 })),
  security: Type.Optional(
    Type.Union([Type.Literal('starttls'), Type.Literal('tls'), Type.Literal('none')], {
      title: 'Encryption',
      description:
        '`starttls` (usual on port 587), `tls` from the first byte (port 465), or `none` within a network of your own.',
      default: 'starttls',
    }),
  ),
  user: Type.Optional(Type.String({ title: 'User', description: 'Where the server asks for one.', maxLength: 320 })),
  fromEmail: Type.String({
    title: 'From',
    description: 'The address that mail comes from.',
    format: 'email',
    maxLength: 320,
  }),
  fromName: Type.Optional(Type.String({ title: 'Name of the sender', maxLength: 200 })),
})

export type SmtpContext = Context<Static<typeof settings>>
