import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import { invalid } from '../api/errors.ts'

export const mostRows = 1_000_000
const mostColumns = 200
const mostCell = 100_000
const delimiters = [',', ';', '\t', '|']

/**
 * Reads a file of comma-separated values, with whatever delimiter, quotes and line ends, with or without a byte order mark, in UTF-8 or the
 * UTF-16 that spreadsheets write. The first row that is not blank names the columns, and `firstRow` says which row of the file comes after it; of
 * those, one that is blank has no cells. With `most`, only so many rows of the file are looked at.
 * @throws ApiError VALIDATION_FAILED with the line that cannot be read
 */
export async function readCsv(
  bytes: Buffer,
  delimiter?: string,
  most?: number,
): Promise<{ columns: string[]; rows: string[][]; firstRow: number; delimiter: string }> {
  const text = textOf(bytes)
  const { CsvError, parse } = await import('csv-parse')
  const sign = delimiter ?? delimiterOf(text)
  const parser = Readable.from(slices(text)).pipe(
    parse({
      delimiter: sign,
      bom: true,
      relax_column_count: true,
      trim: true,
      max_record_size: mostCell * 4,
      ...(most === undefined ? {} : { to: most + 1 }),
    }),
  )
  const rows: string[][] = []
  try {
    for await (const row of parser as AsyncIterable<string[]>) {
      if (rows.push(row.every((cell) => cell === '') ? [] : row) > mostRows + 1)
        throw invalid('body', `has more than ${mostRows} rows; cut it into several files`)
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const { lines, message } = error as InstanceType<typeof CsvError> & { lines?: number }
    throw invalid(
      'body',
      `cannot be read as CSV${lines === undefined ? '' : ` at line ${lines}`}: ${message.slice(0, 200)}`,
    )
  }
  const at = rows.findIndex(isFilled)
  const columns = rows[at]
  if (!columns) throw invalid('body', 'is empty; its first row must name the columns')
  if (columns.length > mostColumns) throw invalid('body', `has more than ${mostColumns} columns`)
  const repeated = columns.find((name, index) => name !== '' && columns.indexOf(name) < index)
  if (repeated !== undefined) throw invalid('body', `names two columns ${JSON.stringify(repeated.slice(0, 80))}`)
  return { columns, rows: rows.slice(at + 1, rows.findLastIndex(isFilled) + 1), firstRow: at + 2, delimiter: sign }
}

export const isFilled = (row: string[]): boolean => row.length > 0

function textOf(bytes: Buffer): string {
  if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe)
    return storable(bytes.subarray(2).toString('utf16le'))
  if (!isUtf8(bytes)) throw invalid('body', 'is not UTF-8; save the file as "CSV UTF-8"')
  return storable(bytes.toString('utf8'))
}

function storable(text: string): string {
  if (text.includes('\0') || !text.isWellFormed())
    throw invalid('body', 'is no text: it has null characters or half characters')
  return text
}

/** Pieces small enough that other requests come to their turn in between. */
function* slices(text: string): Generator<string> {
  const size = 256 * 1_024
  for (let at = 0; at < text.length; ) {
    // Two halves of one character that come apart are none.
    const end = at + size < text.length && (text.charCodeAt(at + size) & 0xfc00) === 0xdc00 ? at + size + 1 : at + size
    yield text.slice(at, end)
    at = end
  }
}

/** The candidate that stands most often in the first line outside of quotes, in which there may be line ends as well. */
function delimiterOf(text: string): string {
  const plain = text.slice(0, mostCell).replace(/"(?:[^"]|"")*"/g, '"')
  const [line = ''] = plain.trimStart().split(/[\r\n]/, 1)
  const counts = delimiters.map((sign) => line.split(sign).length)
  return delimiters[counts.indexOf(Math.max(...counts))]!
}

/** One line of a file. What a spreadsheet would take for a formula is kept from being one. */
export const csvLine = (cells: (string | number | null | undefined)[]): string => `${cells.map(cellOf).join(',')}\r\n`

function cellOf(value: string | number | null | undefined): string {
  const text = value === null || value === undefined ? '' : String(value)
  const isFormula = typeof value === 'string' && /^[=@\t\r]|^[+-](?![\d .()-]*$)/.test(text)
  const safe = isFormula ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
