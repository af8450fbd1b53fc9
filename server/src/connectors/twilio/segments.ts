/** The characters of GSM 03.38; each takes one place. */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** Those of its extension take two. */
const extended = new Set('\f^{}\\[~]|€')

export type Segments = { encoding: 'gsm7' | 'ucs2'; segments: number }

/**
 * Counts the messages that a text fills: 160 places of GSM-7 in one, 153 in each of several; 70 and 67 of UCS-2 as soon as one character
 * is not of GSM-7. A character of two places is never cut in half.
 */
export function segmentsOf(text: string): Segments {
  const characters = [...text]
  const isGsm = characters.every((one) => basic.has(one) || extended.has(one))
  const widths = characters.map((one) => (isGsm ? (extended.has(one) ? 2 : 1) : one.length))
  const [alone, each] = isGsm ? [160, 153] : [70, 67]
  const total = widths.reduce((sum, width) => sum + width, 0)
  return { encoding: isGsm ? 'gsm7' : 'ucs2', segments: total <= alone ? 1 : fill(widths, each) }
}

function fill(widths: readonly number[], each: number): number {
  let segments = 1
  let used = 0
  for (const width of widths) {
    if (used + width > each) {
      segments += 1
      used = 0
    }
    used += width
  }
  return segments
}
