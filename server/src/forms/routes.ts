import fastifyMultipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { Compile } from 'typebox/schema'
import { ok, replies } from '../api/envelope.ts'
import { ApiError, invalid } from '../api/errors.ts'
import { isStorable } from '../api/json-body.ts'
import { orNone } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import { errorCodes } from '../kit/error-codes.ts'
import type { OperationResult } from '../kit/result.ts'
import { type Forms, submittedFile } from './forms.ts'
import { ByFormId, personFields, Submission, Submitted, type SubmittedFile } from './schema.ts'

type Upload = (
  workspaceId: string,
  file: { name: string; contentType: string; content: AsyncIterable<Uint8Array>; wasCut(): boolean },
  folder: string,
) => Promise<OperationResult<{ id: string; key: string; name: string }>>

/** Forms of a product's own pages, sent on by its server. */
export const formRoutes =
  ({ forms, upload, fileLimit }: { forms: Forms; upload: Upload; fileLimit: number }): Routes =>
  async (api) => {
    const path = '/forms/:formId/submissions'
    const config = { scope: 'events:write', idempotent: true } as const
    const described = { tags: ['forms'], params: ByFormId, response: replies(Submitted, 201) }

    await api.register(async (scope: typeof api) => {
      await scope.register(fastifyMultipart, {
        // A file that is too large is told of as any that is not stored.
        throwFileSizeLimit: false,
        limits: { files: 10, fileSize: fileLimit, fields: 200, fieldSize: 65_536, parts: 210, headerPairs: 50 },
      })
      scope.post(
        path,
        {
          config,
          // A form with files is larger than other bodies; each file has a limit of its own.
          bodyLimit: fileLimit * 10,
          schema: {
            ...described,
            summary: 'Submit a form',
            description:
              'As JSON, or as `multipart/form-data`, whose files are stored where a storage is connected. A file that cannot be stored is told of, and the submission counts all the same.',
            // The body of a form with files is read by the handler.
            body: orNone(Submission),
          },
        },
        async (request, reply) => {
          const { workspace, params } = request
          const { submission, files } = request.isMultipart()
            ? await readForm(request, workspace.id, upload)
            : { submission: needed(request.body), files: [] }
          const submitted = await forms.submit(workspace.id, params.formId, submission, files)
          reply.code(201)
          return ok(submitted)
        },
      )
    })
  }

function needed(body: Submission | null): Submission {
  if (body === null) throw invalid('body', 'is missing; send JSON, or multipart/form-data')
  return body
}

const isPersonField = (name: string): name is keyof typeof personFields => Object.hasOwn(personFields, name)
const validators = Object.fromEntries(Object.entries(personFields).map(([name, schema]) => [name, Compile(schema)]))

async function readForm(
  request: FastifyRequest,
  workspaceId: string,
  upload: Upload,
): Promise<{ submission: Submission; files: SubmittedFile[] }> {
  const person: Record<string, string> = {}
  const fields: Record<string, unknown> = {}
  const files: SubmittedFile[] = []
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      const { filename, mimetype, file, fieldname } = part
      // A file input that nothing was chosen for.
      if (filename === '') file.resume()
      else {
        const content = { name: filename, contentType: mimetype, content: file, wasCut: () => file.truncated }
        files.push(submittedFile(fieldname, filename, await stored(() => upload(workspaceId, content, 'forms'))))
        // What was refused in the middle still has to flow past.
        file.resume()
      }
      continue
    }
    const { fieldname, value, valueTruncated } = part
    const text = String(value)
    if (valueTruncated || !isStorable(text)) throw invalid(`body.${fieldname}`, 'is too long or cannot be stored')
    if (!isPersonField(fieldname))
      fields[fieldname] = Object.hasOwn(fields, fieldname) ? [fields[fieldname], text].flat() : text
    else if (text.trim() !== '') {
      if (!validators[fieldname]!.Check(text.trim())) throw invalid(`body.${fieldname}`, 'is not valid')
      person[fieldname] = text.trim()
    }
  }
  return { submission: { ...person, fields }, files }
}

/** A file that is too large or of a type that is not taken is one that was not stored, too. */
async function stored<T>(run: () => Promise<OperationResult<T>>): Promise<OperationResult<T>> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const { code, message } = error
    return { success: false, error: message, errorCode: code, gracefulFail: true, retry: errorCodes[code].retry }
  }
}
