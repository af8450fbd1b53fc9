/** What a check of `tenon doctor` found. A warning can wait; a problem cannot. */
export type Finding = { check: string; status: 'ok' | 'warning' | 'problem'; message: string; fix?: string }

export const fine = (check: string, message: string): Finding => ({ check, status: 'ok', message })
export const warning = (check: string, message: string, fix: string): Finding => ({
  check,
  status: 'warning',
  message,
  fix,
})
export const problem = (check: string, message: string, fix: string): Finding => ({
  check,
  status: 'problem',
  message,
  fix,
})

/** Says a number of bytes for people. */
export function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${units[power]}`
}
