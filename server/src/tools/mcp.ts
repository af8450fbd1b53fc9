import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import type { FastifyRequest } from 'fastify'
import { Compile } from 'typebox/schema'
import { version } from '../version.ts'
import { type ToolAnswer, type ToolInput, type ToolName, toolInputs, toolNames, toolTitles } from './schema.ts'

type Use = (name: ToolName, input: ToolInput<ToolName>) => Promise<ToolAnswer>

/** MCP names are of letters and underscores: `book_appointment`. */
const mcpNameOf = (name: ToolName): string => name.replaceAll('-', '_')
const checks = new Map(toolNames.map((name) => [name, Compile(toolInputs[name])]))

/** Answers one JSON-RPC message. There are no sessions: each request stands for itself, so that any process can answer it. */
export async function answerMcp(request: Pick<FastifyRequest, 'headers' | 'body'>, use: Use) {
  const server = serverOf(use)
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  await server.connect(transport)
  try {
    const headers = new Headers({ 'content-type': 'application/json' })
    for (const name of ['accept', 'mcp-protocol-version']) {
      const value = request.headers[name]
      if (typeof value === 'string') headers.set(name, value)
    }
    const asked = new Request('http://hub.invalid/mcp', { method: 'POST', headers })
    const response = await transport.handleRequest(asked, { parsedBody: request.body })
    const text = await response.text()
    return { status: response.status, text, problem: problemIn(text) }
  } finally {
    await server.close()
  }
}

/** What the protocol has against a request, in its words. */
function problemIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } }
    return typeof error?.message === 'string' ? error.message.slice(0, 300) : 'it cannot be read'
  } catch {
    return 'it cannot be read'
  }
}

function serverOf(use: Use): Server {
  const server = new Server({ name: 'tenon', version }, { capabilities: { tools: {} } })

  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: toolNames.map((name) => ({
      name: mcpNameOf(name),
      title: toolTitles[name],
      description: `${toolTitles[name]}. Answers a sentence to speak, and data beside it.`,
      inputSchema: JSON.parse(JSON.stringify(toolInputs[name])) as { type: 'object' },
    })),
  }))

  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const name = toolNames.find((one) => mcpNameOf(one) === params.name)
    if (!name) return failed(`There is no tool called ${params.name}.`)
    const input = params.arguments ?? {}
    const check = checks.get(name)!
    if (!check.Check(input)) {
      const faults = check
        .Errors(input)[1]
        .map(({ instancePath, message }) => `${instancePath || 'arguments'} ${message}`)
      return failed(`The arguments do not fit: ${faults.slice(0, 3).join('; ')}.`)
    }
    const answer = await use(name, input as ToolInput<ToolName>)
    return { content: [{ type: 'text', text: answer.message }], structuredContent: answer, isError: false }
  })
  return server
}

const failed = (text: string) => ({ content: [{ type: 'text' as const, text }], isError: true })
