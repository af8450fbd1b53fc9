/** Plain text as the HTML of a vendor's rich text field. */
export const toHtml = (text: string): string => escapeHtml(text).replace(/\r?\n/g, '<br>')

/** Text that stands for itself in HTML, in an attribute, too. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** What a person reads in a rich text field. */
export const fromHtml = (html: string): string =>
  html
    .replace(/<br\s*\/?>|<\/(p|div|li)>(?=.)/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]+));/gi, (whole, decimal, hex, name) => {
      if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    })
    .trim()
