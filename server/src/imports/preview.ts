import { mappingOf } from './columns.ts'
import { readCsv } from './csv.ts'
import type { Preview, PreviewQuery } from './schema.ts'

const rowsLookedAt = 20
const mostExamples = 3
const longestExample = 80

/**
 * How a file would be read: what stands between its cells, and what each column would become.
 * @throws ApiError VALIDATION_FAILED with what cannot be read
 */
export async function previewOf(file: Buffer, query: PreviewQuery): Promise<Preview> {
  const { columns, rows, delimiter } = await readCsv(file, query.delimiter, rowsLookedAt)
  const mapping = mappingOf(columns, query.mapping)
  return {
    delimiter,
    columns: columns.map((name, index) => ({
      name,
      field: mapping[name] ?? null,
      examples: rows
        .map((cells) => cells[index]?.trim().slice(0, longestExample) ?? '')
        .filter(Boolean)
        .slice(0, mostExamples),
    })),
  }
}
