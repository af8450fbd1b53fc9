/** What stands between the cells of a file, as people call it. */
export const delimiters: { value: string; label: string }[] = [
  { value: ',', label: 'Comma ,' },
  { value: ';', label: 'Semicolon ;' },
  { value: '\t', label: 'Tab' },
  { value: '|', label: 'Bar |' },
]

/** What a column of a file can become. */
export const importFields: { value: string; label: string }[] = [
  { value: 'email', label: 'E-mail' },
  { value: 'phone', label: 'Phone' },
  { value: 'name', label: 'Full name' },
  { value: 'firstName', label: 'First name' },
  { value: 'lastName', label: 'Last name' },
  { value: 'company', label: 'Company' },
  { value: 'jobTitle', label: 'Job title' },
  { value: 'status', label: 'Stage' },
  { value: 'source', label: 'Source' },
  { value: 'tags', label: 'Tags' },
  { value: 'score', label: 'Score' },
  { value: 'amountMinor', label: 'Worth, in cents' },
  { value: 'currency', label: 'Currency' },
  { value: 'persona', label: 'Persona' },
  { value: 'timezone', label: 'Time zone' },
  { value: 'address.street', label: 'Street' },
  { value: 'address.postalCode', label: 'Postal code' },
  { value: 'address.city', label: 'City' },
  { value: 'address.state', label: 'State' },
  { value: 'address.country', label: 'Country' },
]

const previewBytes = 256 * 1_024

/** The beginning of a file, cut where a line ends, which is all that is needed to see how it is read. */
export async function beginningOf(file: File): Promise<File> {
  if (file.size <= previewBytes) return file
  const bytes = new Uint8Array(await file.slice(0, previewBytes).arrayBuffer())
  const lineEnd = bytes.lastIndexOf(0x0a)
  return new File([bytes.subarray(0, lineEnd > 0 ? lineEnd : bytes.length)], file.name)
}

/** Which columns the person wants otherwise than the hub would have them. */
export function changedColumns(
  columns: { name: string; field: string | null }[],
  chosen: Record<string, string | null>,
): Record<string, string | null> {
  const own = new Map(columns.map(({ name, field }) => [name, field]))
  return Object.fromEntries(Object.entries(chosen).filter(([name, field]) => own.has(name) && own.get(name) !== field))
}
