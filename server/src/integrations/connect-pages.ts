import { type FormField, textOf } from './connect-form.ts'
import { type Html, html, pageOf, scriptData } from './connect-layout.ts'

type Page = ReturnType<typeof pageOf>

/** A template as a person chooses it. */
export type Choice = { id: string; name: string; description: string; icon: string | null }

const picture = ({ icon }: Choice): Html => (icon === null ? html`` : html`<img src="${icon}" alt="">`)

/** What can be connected. */
export function choicePage(given: { workspaceName: string; choices: Choice[]; embedders: readonly string[] }): Page {
  const { workspaceName, choices, embedders } = given
  const items = choices.map(
    (choice) =>
      html`<li><a href="?template=${choice.id}">${picture(choice)}<span><strong>${choice.name}</strong><span class="dim">${choice.description}</span></span></a></li>`,
  )
  const content =
    choices.length > 0
      ? html`<p>Choose what to connect to ${workspaceName}.</p><ul class="choices">${items}</ul>`
      : html`<p>There is nothing that could be connected right now.</p>`
  return pageOf({ title: 'Connect an account', content: html`<h1>Connect an account</h1>${content}`, embedders })
}

export type Way = { type: 'oauth2' | 'keys' | 'none'; label: string }

/** The form of one template, or the button that leads to the vendor. */
export function formPage(given: {
  workspaceName: string
  choice: Choice
  ways: Way[]
  way: Way['type']
  settings: FormField[]
  credentials: FormField[]
  /** What the fields hold, by `config.name`; never secrets. */
  values: Record<string, unknown>
  /** What is wrong, by the same names. */
  faults: Record<string, string>
  notice: string | undefined
  /** Whether secrets are there already, so that empty fields keep them. */
  keepsSecrets: boolean
  hasOtherChoices: boolean
  embedders: readonly string[]
  origin: string
}): Page {
  const { choice, way, ways, notice, faults, hasOtherChoices } = given
  const fields = [
    ...given.settings.map((field) => fieldOf(field, `config.${field.name}`, given)),
    ...(way === 'keys' ? given.credentials.map((field) => fieldOf(field, `credentials.${field.name}`, given)) : []),
  ]
  const others = ways.filter(({ type }) => type !== way)
  const button = way === 'oauth2' ? `Continue to ${choice.name}` : 'Connect'
  const content = html`
<h1>${picture(choice)}Connect ${choice.name}</h1>
<p class="dim">${choice.name} will be connected to ${given.workspaceName}.</p>
${notice === undefined ? undefined : html`<div class="notice" role="alert">${notice}</div>`}
<form method="post" novalidate${way === 'oauth2' ? { html: ' data-leaves rel="opener"' } : undefined}>
<input type="hidden" name="template" value="${choice.id}"><input type="hidden" name="auth" value="${way}">
${fields}
<button>${button}</button>
</form>
${others.length === 0 ? undefined : html`<p class="ways">${others.map(({ type, label }) => html`<a href="?template=${choice.id}&amp;auth=${type}">${label}</a> `)}</p>`}
${hasOtherChoices ? html`<p class="ways"><a href="?">Connect something else</a></p>` : undefined}`
  const hasFaults = Object.keys(faults).length > 0 || notice !== undefined
  return pageOf({
    title: `${hasFaults ? 'Not connected yet: ' : ''}Connect ${choice.name}`,
    content,
    script: formScript(given.origin, given.embedders),
    embedders: given.embedders,
  })
}

function fieldOf(
  field: FormField,
  name: string,
  given: { values: Record<string, unknown>; faults: Record<string, string>; keepsSecrets: boolean },
): Html {
  const { kind, title, description, isRequired } = field
  const fault = given.faults[name]
  const keeps = kind === 'secret' && given.keepsSecrets
  const hint = [description, keeps ? 'Leave it empty to keep what is set.' : undefined].filter(Boolean).join(' ')
  const described = [hint === '' ? '' : `${name}-hint`, fault === undefined ? '' : `${name}-fault`]
    .filter(Boolean)
    .join(' ')
  const value = textOf(field, given.values[name] ?? field.initial)
  const about = html`id="${name}" name="${name}"${described === '' ? undefined : html` aria-describedby="${described}"`}${fault === undefined ? undefined : html` aria-invalid="true"`}${isRequired && !keeps ? html` required` : undefined}`
  const label = html`<label for="${name}">${title}${isRequired || kind === 'checkbox' ? undefined : html` <span class="dim">(optional)</span>`}</label>`
  const below = html`${hint === '' ? undefined : html`<p class="hint" id="${name}-hint">${hint}</p>`}`
  const wrong = html`${fault === undefined ? undefined : html`<p class="fault" id="${name}-fault">${title} ${fault}.</p>`}`
  if (kind === 'checkbox')
    return html`<div class="field"><label for="${name}"><input type="checkbox" value="on" ${about}${value === 'true' ? html` checked` : undefined}>${title}</label>${below}${wrong}</div>`
  return html`<div class="field">${label}${below}${controlOf(field, about, value)}${wrong}</div>`
}

function controlOf({ kind, options, isRequired }: FormField, about: Html, value: string): Html {
  if (kind === 'secret') return html`<input type="password" autocomplete="off" spellcheck="false" ${about}>`
  if (kind === 'number') return html`<input inputmode="decimal" value="${value}" ${about}>`
  if (kind === 'lines' || kind === 'json')
    return html`<textarea rows="4" spellcheck="false" ${about}>${value}</textarea>`
  if (kind !== 'choice') return html`<input value="${value}" ${about}>`
  const shown = options.map(
    (option) =>
      html`<option value="${option.value}"${option.value === value ? html` selected` : undefined}>${option.title}</option>`,
  )
  return html`<select ${about}>${isRequired && value !== '' ? undefined : html`<option value="">–</option>`}${shown}</select>`
}

/** Where the vendor's own page takes over. A page of its own, since a redirect would be held against the form's policy. */
export const leavingPage = (vendor: string, url: string): Page =>
  pageOf({
    title: `On to ${vendor}`,
    content: html`<h1>On to ${vendor}</h1><p><a class="button" href="${url}" rel="noreferrer">Continue to ${vendor}</a></p>`,
    forwardTo: url,
  })

export type Outcome = {
  status: 'connected' | 'failed'
  integrationId?: string | undefined
  errorCode?: string | undefined
  error?: string | undefined
}

/** How it ended. Tells the page that opened or embeds it, and goes back where there is a place to go back to. */
export function outcomePage(given: {
  vendor: string | undefined
  outcome: Outcome
  /** A sentence for a person. */
  message: string
  returnTo?: string | undefined
  /** Where another try begins. */
  againAt?: string | undefined
  /** Who may hear of it. */
  listeners: readonly string[]
  embedders?: readonly string[]
}): Page {
  const { vendor, outcome, message, returnTo, againAt, listeners } = given
  const isConnected = outcome.status === 'connected'
  const heading = isConnected
    ? `${vendor ?? 'The account'} is connected`
    : `${vendor ?? 'The account'} was not connected`
  const back =
    returnTo === undefined
      ? undefined
      : html`<p><a href="${returnTo}" target="_top">Back to ${new URL(returnTo).host}</a></p>`
  const again =
    againAt === undefined || isConnected ? undefined : html`<p><a class="button" href="${againAt}">Try again</a></p>`
  const content = html`<h1>${heading}</h1><div class="notice${isConnected ? ' good' : ''}" role="status">${message}</div>${again}${back}${isConnected && !returnTo ? html`<p class="dim">You can close this window.</p>` : undefined}`
  const data = {
    message: { type: 'tenon.connect', ...outcome },
    listeners,
    returnTo: isConnected ? returnTo : undefined,
  }
  const script = `const d=${scriptData(data)};const top=window.parent===window;for(const o of d.listeners){window.opener?.postMessage(d.message,o);if(!top)window.parent.postMessage(d.message,o)}
if(window.opener&&d.message.status==='connected')setTimeout(()=>window.close(),800);else if(top&&d.returnTo)location.replace(d.returnTo)`
  return pageOf({ title: heading, content, script, embedders: given.embedders })
}

/**
 * Vendors do not let themselves be embedded, so an embedded page goes to them in a window of its own, and passes on what that window
 * tells. Some vendors cut the tie between the windows; then a look at the page tells how it went.
 */
const formScript = (origin: string, embedders: readonly string[]): string =>
  `const d=${scriptData({ origin, embedders })};let left=false;
if(window.parent!==window){const f=document.querySelector('form[data-leaves]');if(f){f.target='_blank';f.addEventListener('submit',()=>{left=true})}
addEventListener('message',e=>{if(e.origin!==d.origin||e.data?.type!=='tenon.connect')return;if(e.data.status==='connected')return location.reload();for(const o of d.embedders)window.parent.postMessage(e.data,o)})
addEventListener('focus',()=>{if(left)location.reload()})}
document.querySelector('[aria-invalid=true]')?.focus()`
