/*
 * Google shows descriptions of events as HTML, and people's own arrive as such.
 */

/** Text that reads the same where HTML is expected. Line breaks stay, since Google shows them. */
export const toHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** What a person reads in HTML. */
export const fromHtml = (html: string): string =>
  html
    .replace(/<br\s*\/?>|<\/(p|div|li)>/gi, '\n')
    .replace(/<\/?[a-z][^<>]*>/gi, '')
    .replace(/&(lt|gt|quot|nbsp|amp|#39);/g, (_, name: string) => entities[name] ?? '')

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', nbsp: ' ', amp: '&', '#39': "'" }
