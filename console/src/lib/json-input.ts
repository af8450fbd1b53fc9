export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }
export type JsonFault = { message: string; line: number | null }

/** Reads JSON that a person is typing; a fault comes with its line where that can be told. */
export function parseJson(text: string): { value: JsonValue } | { fault: JsonFault } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { fault: faultOf(text, error instanceof Error ? error.message : String(error)) }
  }
}

/** As `parseJson`, but only an object will do. */
export function parseJsonObject(text: string): { value: JsonObject } | { fault: JsonFault } {
  const parsed = parseJson(text)
  if ('fault' in parsed) return parsed
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { fault: { message: 'This must be an object: { … }.', line: null } }
  return { value }
}

// Engines word the message differently; the position, where one is given, is the part worth keeping.
function faultOf(text: string, engineMessage: string): JsonFault {
  if (text.trim() === '') return { message: 'This is empty; it must be JSON.', line: null }
  const position = /position (\d+)/.exec(engineMessage)?.[1]
  const line = /line (\d+)/.exec(engineMessage)?.[1]
  if (position === undefined && line === undefined) {
    const unfinished = /end/i.test(engineMessage)
    return {
      message: unfinished ? 'The JSON ends too early: a bracket or quote is not closed.' : 'This is not JSON.',
      line: null,
    }
  }
  const lineNumber = line ? Number(line) : text.slice(0, Number(position)).split('\n').length
  return { message: `This is not JSON: look at line ${lineNumber}.`, line: lineNumber }
}
