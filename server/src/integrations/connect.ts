import { ApiError } from '../api/errors.ts'
import { isEncrypted } from '../kit/auth.ts'
import type { Auth } from '../kit/connector.ts'
import type { Templates } from '../templates/templates.ts'
import { fieldsOf, readForm } from './connect-form.ts'
import { type Choice, choicePage, formPage, leavingPage, outcomePage, type Way } from './connect-pages.ts'
import type { ConnectSessions, SessionRow } from './connect-sessions.ts'
import type { Integrations } from './integrations.ts'
import type { OAuthApplications } from './oauth-applications.ts'
import type { Finished, SignIns } from './oauth-sign-ins.ts'
import { withParameters } from './return-urls.ts'
import type { Integration } from './schema.ts'

/** What surrounds a request to the page. */
export type Surroundings = {
  /** Where the hub is reached. */
  publicUrl: string
  /** Where a provider sends people back to. */
  redirectUriOf(provider: string): string
  /** The secret of this browser, made when it is first asked for. */
  browser(): string
}
export type Served = { status: number; text: string; headers: Record<string, string> }

type Session = SessionRow & { workspaceName: string }
type Wanted = { template?: string | undefined; auth?: string | undefined }
type Again = { values: Record<string, unknown>; faults: Record<string, string>; notice: string | undefined }

const wordsOf: Record<Way['type'], string> = {
  oauth2: 'Sign in there instead',
  keys: 'Enter a key instead',
  none: 'Connect without signing in',
}

export type ConnectPage = ReturnType<typeof createConnectPage>

/** The page on which a tenant's person connects an account; whoever has its link is let in. */
export function createConnectPage(deps: {
  sessions: ConnectSessions
  templates: Templates
  integrations: Pick<Integrations, 'create' | 'update' | 'get'>
  applications: Pick<OAuthApplications, 'find'>
  signIns: SignIns
  /** Origins that may embed the page, besides that of the return URL. */
  embedOrigins: readonly string[]
}) {
  const { sessions, templates, integrations, applications, signIns, embedOrigins } = deps

  const embeddersOf = ({ returnUrl }: Pick<SessionRow, 'returnUrl'>): string[] => [
    ...new Set([...embedOrigins, ...(returnUrl === null ? [] : [new URL(returnUrl).origin])]),
  ]

  async function choicesOf({ templates: allowed }: SessionRow): Promise<Choice[]> {
    const active = await templates.list({ active: true })
    return active.filter(({ id }) => allowed === null || allowed.includes(id))
  }

  /** The integration that this session connects (again), if it is of this template. */
  async function presentOf(session: SessionRow, templateId: string): Promise<Integration | undefined> {
    if (session.integrationId === null) return undefined
    try {
      const found = await integrations.get(session.workspaceId, session.integrationId)
      return found.templateId === templateId ? found : undefined
    } catch (error) {
      if (error instanceof ApiError && error.code === 'NOT_FOUND') return undefined
      throw error
    }
  }

  /** Ways in that work here: a sign-in needs the operator's application. */
  async function waysOf(auths: readonly Auth[]): Promise<Auth[]> {
    const usable = await Promise.all(
      auths.map(async (auth) => auth.type !== 'oauth2' || (await applications.find(auth.provider)) !== undefined),
    )
    return auths.filter((_, at) => usable[at])
  }

  async function form(session: Session, wanted: Wanted, { publicUrl }: Surroundings, again?: Again): Promise<Served> {
    const choices = await choicesOf(session)
    const embedders = embeddersOf(session)
    const { workspaceName } = session
    const only = choices.length === 1 ? choices[0]!.id : undefined
    const choice = choices.find(({ id }) => id === (wanted.template ?? only))
    const connector = choice && (await templates.find(choice.id))
    if (!choice || !connector) return served(200, choicePage({ workspaceName, choices, embedders }))
    const ways = await waysOf(connector.auth)
    const way = ways.find(({ type }) => type === wanted.auth) ?? ways[0]
    if (!way) {
      const message = `The operator of this service has not set up ${choice.name} yet. Please tell them.`
      return served(
        409,
        outcomePage({ vendor: choice.name, outcome: { status: 'failed' }, message, listeners: [], embedders }),
      )
    }
    const present = await presentOf(session, choice.id)
    const stored = Object.entries(present?.config ?? {}).map(([name, value]) => [`config.${name}`, value])
    const page = formPage({
      workspaceName,
      choice,
      way: way.type,
      ways: ways.map(({ type }) => ({ type, label: wordsOf[type] })),
      settings: fieldsOf(connector.settings),
      credentials: way.type === 'keys' ? fieldsOf(way.fields, { allSecret: true }) : [],
      values: again?.values ?? Object.fromEntries(stored),
      faults: again?.faults ?? {},
      notice: again?.notice,
      keepsSecrets: present?.hasCredentials ?? false,
      hasOtherChoices: choices.length > 1,
      embedders,
      origin: new URL(publicUrl).origin,
    })
    return served(again ? 400 : 200, page)
  }

  /** How a session that is done shows itself, also when its link is opened again. */
  async function done(session: Session, { publicUrl }: Surroundings): Promise<Served> {
    const { workspaceId, id, connectedIntegrationId, returnUrl } = session
    const integration = await integrations.get(workspaceId, connectedIntegrationId!)
    const outcome = { status: 'connected', integrationId: integration.id } as const
    const embedders = embeddersOf(session)
    return served(
      200,
      outcomePage({
        vendor: integration.templateName,
        outcome,
        message: accountWords(integration.accountName),
        returnTo: returnUrl === null ? undefined : withParameters(returnUrl, { ...outcome, connectSessionId: id }),
        listeners: [new URL(publicUrl).origin, ...embedders],
        embedders,
      }),
    )
  }

  async function submit(
    session: Session,
    token: string,
    entries: URLSearchParams,
    around: Surroundings,
  ): Promise<Served> {
    const { workspaceId } = session
    const wanted = { template: entries.get('template') ?? undefined, auth: entries.get('auth') ?? undefined }
    const choice = (await choicesOf(session)).find(({ id }) => id === wanted.template)
    const connector = choice && (await templates.find(choice.id))
    const way = connector && (await waysOf(connector.auth)).find(({ type }) => type === wanted.auth)
    if (!choice || !connector || !way) return form(session, wanted, around)

    const fields = fieldsOf(connector.settings)
    const config = readForm(fields, 'config', entries)
    const given = way.type === 'keys' ? readForm(fieldsOf(way.fields, { allSecret: true }), 'credentials', entries) : {}
    const credentials = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]))
    // What a person entered is shown again, but for what is secret.
    const shown = fields.filter(({ name }) => !isEncrypted(connector.settings.properties[name]))
    const values = Object.fromEntries(shown.map(({ name }) => [`config.${name}`, config[name] ?? '']))
    try {
      const present = await presentOf(session, choice.id)
      if (way.type === 'oauth2') {
        if (present && Object.keys(config).length > 0) await integrations.update(workspaceId, present.id, { config })
        const { url } = await signIns.begin(workspaceId, {
          provider: way.provider,
          templateId: choice.id,
          integrationId: present?.id,
          agentId: session.agentId ?? undefined,
          ...(present ? {} : { config }),
          connectSessionId: session.id,
          connectToken: token,
          browser: around.browser(),
          redirectUri: around.redirectUriOf(way.provider),
        })
        return served(200, leavingPage(choice.name, url))
      }
      const hasCredentials = Object.keys(credentials).length > 0
      const input = { config, ...(way.type === 'keys' && (hasCredentials || !present) ? { credentials } : {}) }
      const made = present
        ? await integrations.update(workspaceId, present.id, input)
        : await integrations.create(workspaceId, {
            templateId: choice.id,
            authType: way.type,
            ...input,
            ...(session.agentId === null ? {} : { agentId: session.agentId }),
          })
      const isConnected = made.status === 'active'
      await sessions.note(workspaceId, session.id, { integrationId: made.id, isConnected })
      if (isConnected) return { status: 303, text: '', headers: { location: `/connect/${token}` } }
      const notice = made.errorMessage ?? `${choice.name} could not be reached with this.`
      return await form({ ...session, integrationId: made.id }, wanted, around, { values, faults: {}, notice })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const faults = Object.fromEntries(
        (error.details ?? []).map(({ field, message }) => [
          field.replace(/^body\./, '').replace(/^(config|credentials)\.([^.[]+).*$/, '$1.$2'),
          message,
        ]),
      )
      const isNamed = Object.keys(faults).some((name) => entries.has(name))
      return form(session, wanted, around, { values, faults, notice: isNamed ? undefined : error.message })
    }
  }

  const gone = (): Served =>
    served(
      404,
      outcomePage({
        vendor: undefined,
        outcome: { status: 'failed' },
        message: 'This link is not valid, or not any more. Ask for a new one where you got it.',
        listeners: [],
        embedders: embedOrigins,
      }),
    )

  /** Lets in whoever has the token of a session that is open. */
  async function within(
    token: string,
    serve: (session: Session) => Promise<Served>,
    around: Surroundings,
  ): Promise<Served> {
    const session = await sessions.open(token)
    if (!session) return gone()
    return session.connectedIntegrationId === null ? serve(session) : done(session, around)
  }

  return {
    show: (token: string, wanted: Wanted, around: Surroundings): Promise<Served> =>
      within(token, (session) => form(session, wanted, around), around),

    submit: (token: string, entries: URLSearchParams, around: Surroundings): Promise<Served> =>
      within(token, (session) => submit(session, token, entries, around), around),

    /** Ends a session's sign-in at a vendor, and shows how it ended. */
    async finished(finished: Finished & { connectSessionId: string }, publicUrl: string): Promise<Served> {
      const { workspaceId, connectSessionId, vendor, connectToken, integrationId } = finished
      const session = await sessions.find(workspaceId, connectSessionId)
      if (!session) return gone()
      if (integrationId !== undefined)
        await sessions.note(workspaceId, session.id, { integrationId, isConnected: finished.status === 'connected' })
      const outcome =
        finished.status === 'connected'
          ? { status: finished.status, integrationId: finished.integrationId }
          : { status: finished.status, errorCode: finished.errorCode, error: finished.error }
      const { returnUrl } = session
      return served(
        200,
        outcomePage({
          vendor,
          outcome,
          message: messageOf(finished),
          returnTo: returnUrl === null ? undefined : withParameters(returnUrl, { ...outcome, connectSessionId }),
          againAt: connectToken === undefined ? undefined : `/connect/${connectToken}`,
          listeners: [new URL(publicUrl).origin, ...embeddersOf(session)],
          embedders: embeddersOf(session),
        }),
      )
    },
  }
}

/** How a sign-in ended, in a sentence for the person who did it. */
export const messageOf = (finished: Finished): string =>
  finished.status === 'failed'
    ? finished.error
    : finished.warning === undefined
      ? accountWords(finished.accountName)
      : `The account is connected, but a first test failed: ${finished.warning}`

const accountWords = (name: string | null): string =>
  name === null ? 'The account works.' : `The account ${name} works.`

const served = (status: number, page: { text: string; headers: Record<string, string> }): Served => ({
  status,
  ...page,
})
