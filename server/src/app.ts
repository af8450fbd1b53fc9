import { join } from 'node:path'
import { createAdLeads } from './ad-leads/ad-leads.ts'
import { createAccess } from './api/access.ts'
import { createAuth } from './api/auth.ts'
import { consoleRoutes } from './api/console.ts'
import { healthRoutes } from './api/health.ts'
import { createIdempotency, deleteOldIdempotencyKeys } from './api/idempotency.ts'
import { createMetrics } from './api/metrics.ts'
import { describeRoutes, docsRoutes } from './api/openapi.ts'
import { createRateLimits } from './api/rate-limit.ts'
import { closeServer, createServer, type Routes, type Server } from './api/server.ts'
import { createCalls } from './calls/calls.ts'
import { callRoutes } from './calls/routes.ts'
import type { Config } from './config.ts'
import { connectors as listed } from './connectors/index.ts'
import type { Database } from './db/database.ts'
import { createEmail, type Email } from './email/email.ts'
import { emailRoutes } from './email/routes.ts'
import { createEngine } from './engine/engine.ts'
import type { Engine } from './engine/types.ts'
import { createEventTypes } from './events/event-types.ts'
import { createEvents, type Events } from './events/events.ts'
import { eventRoutes } from './events/routes.ts'
import { createManager, type IntegrationManager } from './flows/manager.ts'
import { watchPublishing } from './flows/published.ts'
import { flowRoutes } from './flows/routes.ts'
import { createForms } from './forms/forms.ts'
import { formRoutes } from './forms/routes.ts'
import { createExports } from './imports/exports.ts'
import { createImports } from './imports/imports.ts'
import { importRoutes } from './imports/routes.ts'
import { arrivalRoutes } from './inbound/arrival-routes.ts'
import { createInbound } from './inbound/inbound.ts'
import { inboundRoutes, webhookSettingsRoutes } from './inbound/routes.ts'
import { agentConnectorRoutes } from './integrations/agent-connector-routes.ts'
import { agentRoutes } from './integrations/agent-routes.ts'
import { connectPageRoutes, connectSessionRoutes } from './integrations/connect-routes.ts'
import { type Connections, createConnections } from './integrations/connections.ts'
import { createOAuth } from './integrations/oauth.ts'
import type { OAuthClient } from './integrations/oauth-client.ts'
import { applicationRoutes, oauthRoutes } from './integrations/oauth-routes.ts'
import { operationRoutes } from './integrations/operation-routes.ts'
import { integrationRoutes } from './integrations/routes.ts'
import { shortFormRoutes } from './integrations/short-form-routes.ts'
import { transferRoutes } from './integrations/transfer-routes.ts'
import { trafficRecorder } from './kit/record.ts'
import { createLeads, type Leads } from './leads/leads.ts'
import { mergeRoutes } from './leads/merge-routes.ts'
import { leadRoutes } from './leads/routes.ts'
import type { Clock } from './lib/clock.ts'
import type { Log } from './lib/log.ts'
import { createSafeAgent, createSafeDial } from './lib/safe-fetch.ts'
import { tracer } from './lib/tracing.ts'
import type { Vault } from './lib/vault.ts'
import { within } from './lib/within.ts'
import { createPipelines } from './pipelines/pipelines.ts'
import { pipelineRoutes } from './pipelines/routes.ts'
import { createPipelineStatistics } from './pipelines/statistics.ts'
import { bookingRoutes } from './scheduling/booking-routes.ts'
import { consultationRoutes } from './scheduling/consultation-routes.ts'
import { appointmentPageRoutes } from './scheduling/page-routes.ts'
import { schedulingRoutes } from './scheduling/routes.ts'
import { createScheduling } from './scheduling/scheduling.ts'
import { serviceRoutes } from './services/routes.ts'
import { createServices, type Services } from './services/services.ts'
import { smsRoutes } from './sms/routes.ts'
import { createSms, type Messages } from './sms/sms.ts'
import { createLocalFiles } from './storage/local-files.ts'
import { fileLinkRoutes, fileRoutes } from './storage/routes.ts'
import { createStorage, type Storage } from './storage/storage.ts'
import { type ConnectorEntry, createCatalogue } from './templates/catalogue.ts'
import { templateRoutes } from './templates/routes.ts'
import { createTemplates } from './templates/templates.ts'
import { createFunctionRequests } from './tools/function-requests.ts'
import { toolRoutes } from './tools/routes.ts'
import { createTools } from './tools/tools.ts'
import { hearAppointments } from './vendor-news/appointments.ts'
import { calcomAppointment } from './vendor-news/calcom.ts'
import { hearCalendly } from './vendor-news/calendly.ts'
import { hearFacebook } from './vendor-news/facebook.ts'
import { hearGoHighLevel } from './vendor-news/gohighlevel.ts'
import { housecallProAppointment } from './vendor-news/housecall-pro.ts'
import { createReplies } from './vendor-news/replies.ts'
import { createResponder } from './vendor-news/responder.ts'
import { hearRetell } from './vendor-news/retell.ts'
import { version } from './version.ts'
import { deliveryRoutes, eventTraceRoutes, webhookRoutes } from './webhooks/routes.ts'
import type { Trials } from './webhooks/trial.ts'
import { createWebhooks } from './webhooks/webhooks.ts'
import { apiKeyRoutes } from './workspaces/api-key-routes.ts'
import { createApiKeys, createChangeNotice } from './workspaces/api-keys.ts'
import { listenForChanges } from './workspaces/changes.ts'
import { createDirectory } from './workspaces/directory.ts'
import { defineErasure } from './workspaces/erasure.ts'
import { memberRoutes } from './workspaces/member-routes.ts'
import { createMembers } from './workspaces/members.ts'
import { deleteExpiredSessions } from './workspaces/queries.ts'
import { workspaceRoutes } from './workspaces/routes.ts'
import { sessionRoutes } from './workspaces/session-routes.ts'
import { createSessions } from './workspaces/sessions.ts'
import { createWorkspaces } from './workspaces/workspaces.ts'

/** How long a stop waits for each part that closes after the deadline of what was in flight. */
const closeMs = 5_000

export type App = {
  server: Server
  engine: Engine
  /** Publishing from within the process. */
  events: Events
  /** Leads, within transactions of the process itself. */
  leads: Leads
  /** Keeping files from within the process. */
  storage: Storage
  /** Events in connected calendars, and tests of accounts, from within the process. */
  services: Services
  /** Tests of endpoints, from within the process. */
  trials: Trials
  /** The core flows, from within the process. */
  manager: IntegrationManager
  /** Calling vendors from within the process. */
  open: Connections['open']
  /** Sending e-mail from within the process. */
  email: Email
  /** Sending SMS from within the process. */
  sms: Messages
  /** Connects a workspace to what needs no person to sign in. */
  connectReadyAccounts: Connections['connectReadyAccounts']
  /** Starts the engine and listens. Answers the URL. */
  start(): Promise<string>
  /** Starts the engine only: requests come from this process, by `server.inject`. */
  run(): Promise<void>
  /** Takes no more requests and work, and lets what is in flight end within the deadline. The database stays open. */
  stop(deadlineMs: number): Promise<void>
}

/** Wires the hub together. Nothing runs before `start`. */
export async function createApp(options: {
  config: Config
  database: Database
  vault: Vault
  log: Log
  clock: Clock
  /** What can be connected; the hub's own connectors unless given. */
  connectors?: readonly ConnectorEntry[] | undefined
  /** As which application the hub signs in at a provider that the sandbox stands in for. */
  sandboxClient?: ((provider: string) => OAuthClient | undefined) | undefined
}): Promise<App> {
  const { config, database, vault, log, clock, connectors = ownConnectors } = options
  const role = config.TENON_ROLE
  const engine = createEngine({ database, log, clock, role, retentionDays: config.TENON_RETENTION_DAYS })

  const limits = createRateLimits({ config, clock })
  const directory = createDirectory({ database, clock, log })
  const { authenticate, forget } = createAuth({ config, directory, clock, log })
  const changed = createChangeNotice(forget)

  const workspaces = createWorkspaces({ database, clock, engine, changed })
  const members = createMembers({ database, clock })
  const apiKeys = createApiKeys({ database, clock, changed })
  const sessions = createSessions({ database, clock, limits })
  const eventTypes = createEventTypes({ database, clock, families: connectors.map(({ id }) => id) })
  const events = createEvents({ database, engine, eventTypes })

  const catalogue = createCatalogue(connectors)
  const templates = createTemplates({ database, catalogue, clock })
  const traffic = trafficOf(config)
  const oauth = createOAuth({
    ...{ config, database, engine, vault, templates, catalogue, traffic, clock, log },
    sandboxClient: options.sandboxClient,
  })
  const publicUrl = () => config.TENON_PUBLIC_URL ?? addressOf(server, config)
  const localFiles = createLocalFiles({ folder: join(config.TENON_DATA, 'files'), vault, publicUrl })
  const connections = createConnections({
    ...{ database, engine, eventTypes, vault, templates, traffic, localFiles, clock, log },
    credentials: oauth.credentials,
    revoke: oauth.revoke,
    retentionDays: config.TENON_RETENTION_DAYS,
  })
  const connecting = oauth.connectWith(connections.integrations)
  const sms = createSms({
    ...{ database, engine, connections, templates, clock },
    retentionDays: config.TENON_RETENTION_DAYS,
  })
  const email = createEmail({
    ...{ database, engine, connections, templates, clock, log },
    retentionDays: config.TENON_RETENTION_DAYS,
  })
  const inbound = createInbound({
    ...{ database, engine, eventTypes, templates, connections, vault, clock, log },
    applications: oauth.applications,
    sharedSecrets: new Map(config.CALENDAR_WEBHOOK_SECRET ? [['calendly', config.CALENDAR_WEBHOOK_SECRET]] : []),
    hear: async (tx, workspaceId, events) => {
      await sms.hear(tx, workspaceId, events)
      await email.hear(tx, workspaceId, events)
    },
    publicUrl,
  })

  const pipelines = createPipelines({ database, clock })
  const watched = watchPublishing(engine)
  const leads = createLeads({
    database,
    engine: watched,
    pipelines,
    operationsOf: connections.operationsOfEvents,
    clock,
  })
  const storage = createStorage({ config, database, engine, runner: connections.runner, templates, clock, log })
  const services = createServices({
    ...{ database, engine, connections, templates, clock },
    retentionDays: config.TENON_RETENTION_DAYS,
  })
  // Whoever asks, from within or over HTTP: the results are kept.
  const files = {
    ...storage,
    upload: services.kept('uploadFile', storage.upload),
    remove: services.kept('deleteFile', storage.remove),
  }
  const scheduling = createScheduling({
    ...{ database, engine: watched, runner: connections.runner, vault, leads, publicUrl, clock, log },
    sendMail: email.send,
    staff: [config.CONSULTANT_EMAIL, config.SALES_EMAIL].filter((address) => address !== undefined),
  })

  const forms = createForms({
    ...{ database, events, clock },
    captureLead: async (tx, workspaceId, person) => (await leads.upsert(tx, workspaceId, person)).lead,
  })
  const { findPlaced } = scheduling
  const calls = createCalls({ database, engine, templates, connections, leads, findPlaced, clock, log })
  inbound.react('retell', hearRetell(calls))
  const replies = createReplies({ engine, leads, responder: createResponder(config), log })
  inbound.react('gohighlevel', hearGoHighLevel({ leads, bookings: scheduling.bookings, replies, log }))

  const appointments = { bookings: scheduling.bookings, log }
  inbound.react('calcom', hearAppointments({ system: 'calcom', read: calcomAppointment, ...appointments }))
  inbound.react(
    'housecall-pro',
    hearAppointments({ system: 'housecall-pro', read: housecallProAppointment, ...appointments }),
  )
  inbound.react('calendly', hearCalendly({ leads, bookings: scheduling.bookings, log }))

  const tools = createTools({ database, scheduling, clock })
  const functions = createFunctionRequests({ database, templates, vault, clock })
  const { consultations } = scheduling
  const manager = createManager({
    ...{ database, engine: watched, leads, clock },
    noteEngagement: email.noteEngagement,
    requestConsultation: (tx, workspaceId, lead, wish) =>
      consultations.request(tx, workspaceId, { ...wish, timezone: wish.timezone ?? lead.timezone }),
  })
  const adLeads = createAdLeads({
    ...{ database, engine, runner: connections.runner, clock, log },
    connectors: ['facebook'],
    capture: manager.captureIn,
  })
  inbound.react('facebook', hearFacebook(adLeads))
  const imports = createImports({ database, engine, leads, clock, log })
  const exports = createExports({ database, engine, leads, clock, log })

  const webhooks = createWebhooks({
    ...{ config, database, engine, events, eventTypes, vault, clock, log },
    operationsOf: connections.operationsOf,
  })

  const trials = { run: services.keptTrial(webhooks.trials.run) }

  defineErasure(engine, database)
  engine.define('housekeeping', {
    delivers: false,
    run: async () => {
      await deleteOldIdempotencyKeys(database.hub, clock.now())
      await deleteExpiredSessions(database.hub, new Date(clock.now()))
    },
  })
  engine.every('17 * * * *', 'housekeeping')

  const access = createAccess({ authenticate, limits })
  const idempotency = createIdempotency({ database, vault, clock, log })
  const server = createServer({ config, log, clock, guards: [access, idempotency] })
  const metrics = createMetrics({ config, engine, authenticate })
  metrics.measureRequests(server)
  const tracing = tracer()
  if (tracing) (await import('./api/request-traces.ts')).traceRequests(server, tracing)

  const secure = config.TENON_PUBLIC_URL?.startsWith('https:') ?? false
  /** Everything under `/api`. */
  const api: Routes[] = [
    sessionRoutes({ sessions, secure }),
    workspaceRoutes({ workspaces }),
    memberRoutes({ members }),
    apiKeyRoutes({ apiKeys }),
    eventRoutes({ events, eventTypes }),
    eventTraceRoutes(webhooks),
    flowRoutes({ manager }),
    agentRoutes(connections),
    agentConnectorRoutes(connections),
    callRoutes({ calls }),
    inboundRoutes(inbound),
    emailRoutes({ email }),
    smsRoutes({ sms }),
    applicationRoutes(connecting),
    connectSessionRoutes(connecting),
    fileRoutes({ storage: files, limit: config.TENON_FILE_LIMIT }),
    formRoutes({ forms, upload: storage.upload, fileLimit: config.TENON_FILE_LIMIT }),
    docsRoutes,
  ]
  /** What vendors and older programs reach at the root as well. */
  const alsoAtRoot: Routes[] = [
    webhookRoutes({ ...webhooks, trials }),
    deliveryRoutes(webhooks),
    templateRoutes({ templates }),
    integrationRoutes(connections),
    shortFormRoutes(services),
    serviceRoutes(services),
    operationRoutes(connections),
    transferRoutes(connections),
    oauthRoutes(connecting),
    webhookSettingsRoutes(inbound),
    leadRoutes({ leads }),
    schedulingRoutes(scheduling),
    bookingRoutes(scheduling),
    toolRoutes({ tools, functions }),
    mergeRoutes({ leads }),
    importRoutes({ imports, exports }),
    pipelineRoutes({ pipelines, statistics: createPipelineStatistics({ database, pipelines, clock }) }),
    consultationRoutes({ consultations, take: manager.handleConsultationScheduling }),
    arrivalRoutes({ inbound, publicUrl: config.TENON_PUBLIC_URL, clock }),
  ]
  const atRoot = [healthRoutes({ database, engine, role, version }), metrics.metricsRoutes]
  // A package brings the console within it; in a checkout it is built next door.
  const console =
    consoleRoutes(join(import.meta.dirname, '../console')) ??
    consoleRoutes(join(import.meta.dirname, '../../console/dist'))

  describeRoutes(server, { version, url: config.TENON_PUBLIC_URL })
  for (const routes of atRoot) server.register(routes)
  if (role !== 'worker') {
    for (const routes of [...api, ...alsoAtRoot]) server.register(routes, { prefix: '/api' })
    for (const routes of alsoAtRoot) server.register(routes)
    server.register(connectPageRoutes(connecting))
    server.register(appointmentPageRoutes(scheduling))
    server.register(fileLinkRoutes({ follow: localFiles.follow, clock }))
    if (console) server.register(console)
  }
  await server.ready()

  let listener: ReturnType<typeof listenForChanges> | undefined
  async function run(): Promise<void> {
    await engine.start()
    listener = listenForChanges({ database, log, onChange: forget })
  }

  return {
    server,
    engine,
    events,
    leads,
    storage: files,
    services,
    trials,
    manager,
    open: connections.open,
    email,
    sms,
    connectReadyAccounts: connections.connectReadyAccounts,
    run,
    start: async () => {
      await run()
      return await server.listen({ port: config.PORT, host: config.HOST })
    },
    stop: async (deadlineMs) => {
      // Requests first, since they make work; both share the deadline.
      const startedAt = performance.now()
      await closeServer(server, deadlineMs)
      try {
        await engine.stop(Math.max(0, deadlineMs - (performance.now() - startedAt)))
      } catch (error) {
        // Without its database it cannot hand back what it holds; the leases end by themselves.
        log.warn({ err: error }, 'the engine did not stop cleanly')
      }
      await listener?.stop()
      await within(webhooks.close(), closeMs)
      await within(connections.close(), closeMs)
      await within(Promise.all([traffic.agent.destroy(), traffic.overrideAgent.destroy()]), closeMs)
    },
  }
}

/** The hub's own connectors, whose guides and logos stand in their folders. */
const ownConnectors: readonly ConnectorEntry[] = listed.map(({ folder, ...entry }) => ({
  ...entry,
  folder: join(import.meta.dirname, 'connectors', folder),
}))

/** How vendors are reached: at public addresses, or at what stands in for them. */
function trafficOf(config: Config) {
  const { TENON_ALLOW_LOOPBACK: allowLoopback, TENON_ALLOW_ADDRESSES: allow, TENON_RECORD_TRAFFIC: file } = config
  return {
    agent: createSafeAgent({ allowLoopback, allow }),
    overrides: config.TENON_VENDOR_OVERRIDES,
    // The operator chose these, so they may be on this machine.
    overrideAgent: createSafeAgent({ allowLoopback: true, allow }),
    dial: createSafeDial({ allowLoopback, allow }),
    overrideDial: createSafeDial({ allowLoopback: true, allow }),
    record: file === undefined ? undefined : trafficRecorder(file),
  }
}

/** Where the server listens, as a URL; where it is told to, while it does not listen itself. */
function addressOf({ server }: Server, { HOST, PORT }: Config): string {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : PORT
  const host = ['0.0.0.0', '::'].includes(HOST) ? '127.0.0.1' : HOST
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
