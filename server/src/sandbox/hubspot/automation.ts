import { Type } from 'typebox'
import type { Api, World } from '../emulator.ts'
import { refused } from './failures.ts'
import { recordsOf } from './records.ts'

/** Every account has one sequence, of one user, who has connected one address. */
export const sandboxSequence = { id: '9001', name: 'Follow up', userId: '8001', sender: 'owner@example.com' }
export type Enrollment = { sequenceId: string; contactId: string; senderEmail: string }

export function automationRoutes(api: Api, world: World): void {
  const { id, name, userId, sender } = sandboxSequence
  const byUser = { userId: Type.String() }

  api.get(
    '/automation/sequences/2026-03',
    {
      config: { sandbox: { scopes: ['automation.sequences.read'] } },
      schema: {
        querystring: Type.Object({
          ...byUser,
          after: Type.Optional(Type.String()),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
          name: Type.Optional(Type.String()),
        }),
      },
    },
    async (request) => {
      const at = new Date(0).toISOString()
      const results = request.query.userId === userId ? [{ id, name, userId, createdAt: at, updatedAt: at }] : []
      return { total: results.length, results }
    },
  )

  api.post(
    '/automation/sequences/2026-03/enrollments',
    {
      config: { sandbox: { scopes: ['automation.sequences.enrollments.write'] } },
      schema: {
        querystring: Type.Object(byUser),
        body: Type.Object({
          sequenceId: Type.String(),
          contactId: Type.String(),
          senderEmail: Type.String(),
          senderAliasAddress: Type.Optional(Type.String()),
        }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const { sequenceId, contactId, senderEmail } = request.body
      if (request.query.userId !== userId || sequenceId !== id) {
        throw refused(404, 'OBJECT_NOT_FOUND', `Sequence ${sequenceId} was not found for this user`)
      }
      if (senderEmail !== sender) throw refused(400, 'VALIDATION_ERROR', `${senderEmail} is not connected by this user`)
      const { properties } = recordsOf(account, 'contacts').need(contactId).data
      if (!properties.email) throw refused(400, 'VALIDATION_ERROR', 'The contact has no email address')
      const enrollments = account.records<Enrollment>('enrollments')
      if (enrollments.find(({ data }) => data.contactId === contactId)) {
        throw refused(400, 'VALIDATION_ERROR', 'The contact is already enrolled in a sequence')
      }
      const made = enrollments.create({ sequenceId, contactId, senderEmail })
      const at = new Date(made.createdAt).toISOString()
      const by = { enrolledAt: at, updatedAt: at, enrolledBy: userId, enrolledByEmail: senderEmail }
      return { id: made.id, sequenceId, sequenceName: name, toEmail: properties.email, ...by }
    },
  )
}
