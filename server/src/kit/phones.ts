/** Country calling codes of one and two digits (ITU-T E.164); all others have three. */
const shortCodes = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

const digitsOf = (phone: string): string => phone.replace(/\D/g, '')

/** The number without its country: `+1 407 978 0655` → `4079780655`. */
export function nationalNumber(phone: string): string {
  const digits = digitsOf(phone)
  if (!phone.trim().startsWith('+')) return digits.replace(/^0+/, '')
  const [code = digits.slice(0, 3)] = shortCodes.exec(digits) ?? []
  return digits.slice(code.length)
}

/** What tells one phone from another, however it is written. */
export const phoneKey = (phone: string): string =>
  phone.trim().startsWith('+') ? `+${digitsOf(phone)}` : nationalNumber(phone)

/** Whether two ways of writing are one number: with both countries known they must agree, too. */
export const isSamePhone = (left: string, right: string): boolean => {
  const [a, b] = [phoneKey(left), phoneKey(right)]
  return a.startsWith('+') && b.startsWith('+') ? a === b : nationalNumber(left) === nationalNumber(right)
}
