import { Type } from 'typebox'
import { ok, replies } from '../api/envelope.ts'
import { ApiError } from '../api/errors.ts'
import { allows, type Scope } from '../api/scopes.ts'
import type { Routes } from '../api/server.ts'
import type { FunctionRequests } from './function-requests.ts'
import { ToolAnswer, type ToolName, toolInputs, toolNames, toolTitles } from './schema.ts'
import type { Tools } from './tools.ts'

/** Tools of voice agents: the fields themselves, or a function request as Retell makes it. */
export const toolRoutes =
  ({ tools, functions }: { tools: Tools; functions: FunctionRequests }): Routes =>
  async (api) => {
    for (const name of toolNames) {
      api.post(
        `/tools/${name}`,
        {
          config: { scope: scopeOf(name), keepsBytes: true },
          // Whatever wraps the fields is taken off before they are checked.
          preValidation: async (request) => {
            const { bodyBytes, headers, workspace } = request
            await functions.verify(workspace.id, { bytes: bodyBytes, headers })
            request.body = functions.unwrap(name, request.body) as typeof request.body
          },
          schema: {
            operationId: name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
            summary: toolTitles[name],
            description:
              'Answers within a voice turn: a sentence to speak, and data beside it. What cannot be done is said with `ok: false`. Takes the fields themselves, or `{ name, call, args }` as Retell sends it.',
            tags: ['tools'],
            body: toolInputs[name],
            response: replies(ToolAnswer),
          },
        },
        async ({ workspace, body }) => ok(await tools.use(workspace.id, name, body as never)),
      )
    }

    api.post(
      '/mcp',
      {
        config: { scope: 'scheduling:write' },
        schema: {
          operationId: 'mcp',
          summary: 'The same tools over the Model Context Protocol (Streamable HTTP)',
          tags: ['tools'],
          body: Type.Unknown(),
          response: { 200: Type.Unknown({ description: 'A JSON-RPC answer.' }), ...failures() },
        },
      },
      async (request, reply) => {
        const { answerMcp } = await import('./mcp.ts')
        const answer = await answerMcp(request, async (name, input) => {
          const scope = scopeOf(name)
          if (!allows(request.principal.scopes, scope))
            throw new ApiError('FORBIDDEN', `This needs the scope ${scope}.`)
          return await tools.use(request.workspace.id, name, input)
        })
        // What is no message at all is refused as everywhere; what JSON-RPC says of a message is an answer.
        if (answer.status >= 400)
          throw new ApiError('VALIDATION_FAILED', `This is no message of MCP: ${answer.problem}.`)
        reply.code(answer.status as 200).type('application/json')
        return reply.serializer(String).send(answer.text)
      },
    )
    // There is no stream to listen to, and no session to end.
    api.route({
      method: ['GET', 'DELETE'],
      url: '/mcp',
      config: { scope: 'scheduling:write' },
      schema: { hide: true },
      handler: async () => {
        throw new ApiError('METHOD_NOT_ALLOWED', 'Send JSON-RPC messages with POST.')
      },
    })
  }

/** What an API key must be allowed for a tool, however it is asked for. */
const scopeOf = (name: ToolName) => (name === 'find-contact' ? 'leads:read' : 'scheduling:write') satisfies Scope

function failures() {
  const { 200: _, ...others } = replies(Type.Unknown())
  return others
}
