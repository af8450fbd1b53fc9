import { connectors } from '../../connectors/index.ts'
import { clientVariables } from '../../integrations/oauth-applications.ts'
import { isEncrypted } from '../../kit/auth.ts'
import type { CapabilityName, Repeat } from '../../kit/capabilities.ts'
import type { AnyConnector, Auth, Category, Webhook } from '../../kit/connector.ts'
import { operations, repeatOf } from '../../kit/operations.ts'
import { defaultRateLimit } from '../../kit/pace.ts'
import { offeredOperations } from '../../kit/result.ts'

/** In the order in which people look for them. */
const categories: { [Name in Category]: string } = {
  crm: 'CRM',
  field_service: 'Field service',
  calendar: 'Calendars',
  email: 'E-mail',
  sms: 'SMS',
  voice: 'Voice',
  payments: 'Payments',
  advertising: 'Advertising',
  analytics: 'Analytics',
  storage: 'Storage',
  automation: 'Automation',
}

const repeats: { [Name in Repeat]: string } = {
  safe: 'done again: a second time changes nothing',
  key: 'done again with the same key, which the vendor knows',
  lookup: 'looked for at the vendor, and done again only where it is not there',
  never: 'left `unknown` until a person looks',
}

type Listed = { connector: AnyConnector; folder: string }

/** Writes the page about the connectors from their own definitions. */
export async function connectorsPage(): Promise<string> {
  const all = await Promise.all(connectors.map(async ({ folder, load }) => ({ connector: await load(), folder })))
  const order = Object.keys(categories)
  const listed = all.sort(
    (one, other) => order.indexOf(one.connector.category) - order.indexOf(other.connector.category),
  )
  const rows = listed.map(({ connector }) => {
    const { name, category, auth } = connector
    const cells = [`[${name}](#${anchorOf(name)})`, categories[category], auth.map(waysIn).join(', ')]
    return `| ${[...cells, capabilitiesOf(connector).join(', '), connector.webhook ? 'yes' : ''].join(' | ')} |`
  })
  return `<!-- Generated from server/src/connectors by \`npm run generate\`. Do not edit. -->

# Connectors

What each connector offers, as its own definition says. What operations take and answer stands in the API's reference at \`/api/docs\`; how they are called and logged, in
[integrations.md](integrations.md).

| connector | for | connects by | capabilities | webhooks |
|---|---|---|---|---|
${rows.join('\n')}

**Pace** is what the hub keeps to by itself, shared by all of its processes, and for each integration by itself; what a vendor says beyond it (\`Retry-After\`) is heeded as well.

**After a failure** says what the hub does where a connection broke, and nobody knows whether the vendor acted. What only reads is always read again. An operation that the
vendor refused is not done again.

${listed.map(sectionOf).join('\n')}`
}

function sectionOf({ connector, folder }: Listed): string {
  const { name, description, docs, apiVersion, http, webhook } = connector
  const { requests, perMs } = http.rateLimit ?? defaultRateLimit
  const facts = [
    `**Connects by** ${connector.auth.map(wayInWords).join('; or by ')}.`,
    ...settingsWords(connector),
    `**Pace**: ${requests} requests in ${spanOf(perMs)}, ${http.concurrency ?? 8} at a time.`,
    `**Webhooks**: ${webhook ? webhookWords(webhook) : 'none'}.`,
  ]
  const rows = offeredOperations(connector).map((operation) => {
    const { title, writes, lists } = operations[operation]
    const after = writes ? repeats[repeatOf(connector, operation)] : 'read again'
    return `| \`${operation}\` | ${title}${lists ? ', page by page' : ''} | ${after} |`
  })
  return `## ${name}

${description} API version ${apiVersion}. [Setting it up](../server/src/connectors/${folder}/setup.md) · [the vendor's documentation](${docs})

${facts.map((fact) => `- ${fact}`).join('\n')}

| operation | what it does | after a failure |
|---|---|---|
${rows.join('\n')}
`
}

const anchorOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-')

const capabilitiesOf = (connector: AnyConnector): CapabilityName[] => [
  ...new Set(offeredOperations(connector).map((operation) => operations[operation].capability)),
]

const waysIn = ({ type }: Auth): string => (type === 'oauth2' ? 'sign-in' : type === 'keys' ? 'keys' : 'nothing')

function wayInWords(auth: Auth): string {
  if (auth.type === 'none') return 'nothing that is secret'
  if (auth.type === 'keys') {
    const titles = Object.values(auth.fields.properties).map((field) => (field as { title?: string }).title)
    return `${titles.join(', ')} (pasted, and sealed)`
  }
  const { id } = clientVariables(auth.provider)
  const scopes = auth.scopes.map((scope) => `\`${scope}\``).join(', ')
  return `signing in (OAuth 2, the operator's application: \`${id}\`${scopes === '' ? '' : `; scopes ${scopes}`})`
}

function settingsWords({ settings }: AnyConnector): string[] {
  const names = Object.entries(settings.properties).map(
    ([name, field]) => `\`${name}\`${isEncrypted(field) ? ' (sealed)' : ''}`,
  )
  return names.length === 0 ? [] : [`**Settings**: ${names.join(', ')}.`]
}

function webhookWords({ secret, subscribe, renew, route }: Webhook): string {
  const source =
    secret === 'generated'
      ? 'a secret that the hub makes for each integration'
      : secret === 'application'
        ? "the secret of the operator's application"
        : 'setting' in secret
          ? `the setting \`${secret.setting}\``
          : `the credential \`${secret.credential}\`${secret.orApplication ? ", or the secret of the operator's application" : ''}`
  return [
    `proven with ${source}`,
    route ? 'one address for all accounts, or one for each integration' : 'an address for each integration',
    subscribe ? `the hub subscribes by itself${renew ? ' and renews that' : ''}` : 'a person enters the address there',
  ].join('; ')
}

function spanOf(ms: number): string {
  if (ms % 3_600_000 === 0) return ms === 3_600_000 ? 'an hour' : `${ms / 3_600_000} hours`
  if (ms % 60_000 === 0) return ms === 60_000 ? 'a minute' : `${ms / 60_000} minutes`
  return ms === 1_000 ? 'a second' : `${ms / 1_000} seconds`
}
