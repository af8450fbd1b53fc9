import { relative } from 'node:path'
import type { Config } from './config.ts'
import { version } from './version.ts'
import { type FirstSignIn, firstSignInFile } from './workspaces/bootstrap.ts'
import { sandboxKeyFile } from './workspaces/sandbox-workspace.ts'

type Started = {
  config: Config
  url: string
  first: FirstSignIn | undefined
  /** Whether a first start leaves what it made in the data folder. */
  hasFile: boolean
  sandboxUrl: string | undefined
  /** The workspace that is connected to the sandbox, with its key where that is known, and what it is connected to. */
  trial: { apiKey: string | undefined; names: string[] } | undefined
}

/** What the person who started the hub reads first: where to sign in, and one command that shows what the hub does. */
export function greeting(started: Started): string[] {
  const { config, url } = started
  const title = [`Tenon ${version} is ready at ${url}`, '']
  if (config.TENON_ROLE === 'worker')
    return [...title, '  It delivers; requests are answered by processes with TENON_ROLE=api or all.']
  return [
    ...title,
    ...signIn(started),
    `  Reference      ${url}/api/docs`,
    ...sandboxLines(started),
    ...firstSteps(started),
  ]
}

function signIn({ config, first, hasFile }: Started): string[] {
  const file = placeOf(firstSignInFile(config.TENON_DATA))
  if (first)
    return [
      `  Sign in        ${first.email} / ${first.password}`,
      `  API key        ${first.apiKey}`,
      `                 (shown this once; also in ${file}, which you can delete)`,
    ]
  if (hasFile) return [`  Sign in        the first password and API key are in ${file}, unless it was deleted`]
  if (config.TENON_ADMIN_KEY) return ['  Platform admin by TENON_ADMIN_KEY']
  return ['  Nobody can make a workspace yet: set TENON_ADMIN_KEY']
}

function sandboxLines({ sandboxUrl, trial }: Started): string[] {
  if (sandboxUrl === undefined) return []
  const place = `  Sandbox        ${sandboxUrl} stands in for the vendors; TENON_SANDBOX=off reaches the real ones`
  if (!trial) return [place]
  return [place, `                 the workspace "Sandbox" is connected to ${trial.names.join(', ')}`]
}

/** An event, where it does the most: in the workspace that is connected to something. */
function firstSteps({ config, url, first, hasFile, trial }: Started): string[] {
  const send = (file: string) => [
    `    curl -X POST ${url}/api/events -H "Authorization: Bearer ${keyIn(file)}" \\`,
    `      -H "Content-Type: application/json" \\`,
    `      -d '{"type":"lead.captured","payload":{"email":"ada@example.com","name":"Ada Lovelace","source":"curl"}}'`,
  ]
  if (trial?.apiKey !== undefined) {
    const file = sandboxKeyFile(config.TENON_DATA)
    return [
      '',
      '  Publish an event; it becomes a contact in HubSpot and a call to Zapier, both of the sandbox:',
      '',
      ...send(file),
      '',
      '  See what it did in the console, or here:',
      '',
      `    curl "${url}/api/integrations/logs" -H "Authorization: Bearer ${keyIn(file)}"`,
    ]
  }
  if (!first && !hasFile) return []
  return ['', '  Publish an event:', '', ...send(firstSignInFile(config.TENON_DATA))]
}

const placeOf = (file: string): string => relative(process.cwd(), file) || '.'
const keyIn = (file: string): string => `$(node -p 'JSON.parse(fs.readFileSync("${placeOf(file)}")).apiKey')`
