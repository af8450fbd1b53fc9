import { randomBytes } from 'node:crypto'

/** HTML that may stand in a page as it is. */
export type Html = { readonly html: string }

/** Builds HTML. What is put in is escaped unless it is `Html` itself. */
export function html(parts: TemplateStringsArray, ...values: (string | number | undefined | Html | Html[])[]): Html {
  return { html: parts.map((part, at) => part + (at < values.length ? inserted(values[at]) : '')).join('') }
}

function inserted(value: string | number | undefined | Html | Html[]): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map(({ html }) => html).join('')
  return typeof value === 'object' ? value.html : escaped(String(value))
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character]!)

/** Data for a script, which cannot end the script it stands in. */
export const scriptData = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')

const style = `
:root { color-scheme: light dark; --ink: #1c2127; --dim: #5a6472; --paper: #fff; --line: #d5dae1; --accent: #1a56c4; --on: #fff; --bad: #b3261e; --good: #17713a }
@media (prefers-color-scheme: dark) { :root { --ink: #eceff3; --dim: #a3adba; --paper: #15181c; --line: #3a424d; --accent: #8ab4ff; --on: #10141a; --bad: #ff9d94; --good: #7ddc9d } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 30rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .5rem }
p { margin: 0 0 1rem } .dim, .hint { color: var(--dim) } .hint { font-size: .875rem; margin: .15rem 0 .35rem }
label, legend { font-weight: 600; display: block } .field { margin: 0 0 1rem }
input:not([type=checkbox]), select, textarea { width: 100%; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--dim); border-radius: .4rem; padding: .55rem .65rem; min-height: 2.75rem }
input[type=checkbox] { width: 1.25rem; height: 1.25rem; vertical-align: middle; margin: 0 .5rem 0 0 }
[aria-invalid=true] { border-color: var(--bad) } .fault { color: var(--bad); margin: .25rem 0 0; font-size: .9rem }
.notice { border: 1px solid var(--line); border-left: .3rem solid var(--bad); border-radius: .4rem; padding: .75rem 1rem; margin: 0 0 1rem; overflow-wrap: anywhere }
.notice.good { border-left-color: var(--good) }
button, .button { display: inline-block; font: inherit; font-weight: 600; text-decoration: none; background: var(--accent); color: var(--on); border: 0; border-radius: .4rem; padding: .65rem 1.1rem; min-height: 2.75rem; cursor: pointer }
a { color: var(--accent) } :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
ul.choices { list-style: none; margin: 0; padding: 0 } ul.choices li { margin: 0 0 .5rem }
ul.choices a { display: flex; gap: .85rem; align-items: center; border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; text-decoration: none; color: inherit; min-height: 3.25rem }
ul.choices img, h1 img { width: 2rem; height: 2rem; object-fit: contain } h1 img { vertical-align: middle; margin-right: .6rem }
ul.choices strong { display: block } .ways { margin: 1.25rem 0 0 }
`

/** A whole page, and the policy it is to be served with: nothing runs, loads or frames it but what the hub says. */
export function pageOf(given: {
  title: string
  content: Html
  script?: string | undefined
  /** Origins whose pages may show it within theirs. */
  embedders?: readonly string[] | undefined
  /** Goes there by itself. */
  forwardTo?: string | undefined
}): { text: string; headers: Record<string, string> } {
  const nonce = randomBytes(16).toString('base64')
  const { embedders = [], forwardTo } = given
  const forward = forwardTo === undefined ? undefined : html`<meta http-equiv="refresh" content="0;url=${forwardTo}">`
  // In a block, since names such as `top` are the window's own outside of one.
  const script = given.script === undefined ? '' : `<script nonce="${nonce}">{${given.script}}</script>`
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">${forward}<title>${given.title}</title><style nonce="${nonce}">${{ html: style }}</style></head>
<body><main>${given.content}</main>${{ html: script }}</body></html>
`
  return {
    text: page.html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': [
        "default-src 'none'",
        `style-src 'nonce-${nonce}'`,
        `script-src 'nonce-${nonce}'`,
        "img-src 'self' data: https:",
        "form-action 'self'",
        "base-uri 'none'",
        `frame-ancestors ${embedders.length > 0 ? ["'self'", ...embedders].join(' ') : "'self'"}`,
      ].join('; '),
    },
  }
}
