import type { IncomingMessage } from 'node:http'

/** The page on which a person allows the hub in, in place of the vendor's. */
export function consentPage(options: {
  vendorName: string
  application: string
  scopes: string[]
  account: string
}): string {
  const { vendorName, application, scopes, account } = options
  const list = scopes.map((scope) => `<li><code>${escapeHtml(scope)}</code></li>`).join('')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox: allow access to ${escapeHtml(vendorName)}</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  main { max-width: 26rem; margin: 10vh auto; padding: 0 1rem }
  .note { font-size: .875rem; opacity: .75 }
  label { display: block; margin: 1rem 0 }
  input { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; margin-top: .25rem }
  button { font: inherit; padding: .5rem 1rem; margin-right: .5rem }
</style>
<main>
  <p class="note">This is the sandbox of your hub, not ${escapeHtml(vendorName)}. Nothing leaves this machine.</p>
  <h1>${escapeHtml(vendorName)}</h1>
  <p><b>${escapeHtml(application)}</b> asks for access${scopes.length > 0 ? ' to:' : '.'}</p>
  <ul>${list}</ul>
  <form method="post">
    <label>Account <input name="account" value="${escapeHtml(account)}" required maxlength="200"></label>
    <button name="decision" value="allow">Allow sandbox access</button>
    <button name="decision" value="deny" formnovalidate>Deny</button>
  </form>
</main>
</html>
`
}

const mostBytes = 10_000

/** Reads what the person chose. */
export async function readDecision(
  request: IncomingMessage,
  fallback: string,
): Promise<{ allow: boolean; account: string }> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > mostBytes) return { allow: false, account: fallback }
    chunks.push(chunk)
  }
  const fields = new URLSearchParams(Buffer.concat(chunks).toString())
  const account = fields.get('account')?.trim().slice(0, 200) || fallback
  return { allow: fields.get('decision') === 'allow', account }
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
