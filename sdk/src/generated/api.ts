// Generated from server/openapi.json by `npm run generate`. Do not edit.

export type CalendarEvent = {
  /** By which it is changed and deleted here. */
  id: string
  /** By which the vendor knows it. */
  externalId: string
  integrationId: string
  calendarId: string | null
  title: string
  startTime: string
  endTime: string
}

export type File = {
  id: string
  /** By which the file is known: `POST /api/files/link` with it. */
  key: string
  folder: string
  /** As it was called where it came from. */
  name: string
  /** By its content where that tells, else as it was declared. */
  contentType: string
  /** Bytes. */
  size: number
  sha256: string | null
  integrationId: string | null
  createdAt: string
}

export type InboundWebhook = {
  id: string
  connector: string
  integrationId: string | null
  method: string
  path: string
  /** received: waits to be processed; processed: its events were published; duplicate: all of them were known; failed: see the reason; refused: its signature was not good; unmatched: it names no account of this hub. */
  status: "received" | "processed" | "refused" | "unmatched" | "failed" | "duplicate"
  reason: string | null
  /** Its signature was found good. */
  isVerified: boolean
  routingKey: string | null
  bytes: number
  eventIds: string[] | null
  receivedAt: string
  processedAt: string | null
}

export type Link = {
  url: string
  expiresAt: string
}

export type ServiceResult = {
  id: string
  /** One of createCalendarEvent, updateCalendarEvent, deleteCalendarEvent, uploadFile, deleteFile, testEmailConnection, testSMSConnection, testCalendarConnection, testStorageConnection, testWebhook. */
  service: string
  /** `unknown` while it is under way, and where nobody can say whether the vendor did it. */
  status: "success" | "failed" | "unknown"
  integrationId: string | null
  externalId: string | null
  /** What it answered. */
  data: unknown
  error: string | null
  errorCode: string | null
  gracefulFail: boolean | null
  createdAt: string
  finishedAt: string | null
}

export type Submitted = {
  submissionId: string
  eventId: string
  leadId: string | null
  files: {
    field: string
    name: string
    stored: boolean
    fileId: string | null
    key: string | null
    error: string | null
    errorCode: string | null
  }[]
}

/** Every operation of the API, by its method and path. */
export type Operations = {
  /**
   * List the agents
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/agents': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
    }
    answer: {
      id: string
      name: string
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * Make an agent, or give it another name
   *
   * Needs the scope `integrations:write`.
   */
  'PUT /api/agents/{agentId}': {
    path: {
      agentId: string
    }
    body: {
      name: string
    }
    answer: {
      id: string
      name: string
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * What an agent can use: its own integrations, and those of the whole workspace
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/agents/{agentId}/integrations': {
    path: {
      agentId: string
    }
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * List the calendars that an agent can book in
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/agents/{agentId}/integrations/{connector}/calendars': {
    path: {
      agentId: string
      /** Such as `gohighlevel`. */
      connector: string
    }
    answer: {
      id: string
      name: string
      timezone?: string
      primary?: boolean
      writable?: boolean
    }[]
  }
  /**
   * List the pipelines of deals
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/agents/{agentId}/integrations/{connector}/pipelines': {
    path: {
      agentId: string
      /** Such as `gohighlevel`. */
      connector: string
    }
    answer: {
      id: string
      name: string
      stages: {
        id: string
        name: string
      }[]
    }[]
  }
  /**
   * One pipeline with its stages
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/agents/{agentId}/integrations/{connector}/pipelines/{pipelineId}': {
    path: {
      agentId: string
      /** Such as `gohighlevel`. */
      connector: string
      pipelineId: string
    }
    answer: {
      id: string
      name: string
      stages: {
        id: string
        name: string
      }[]
    }
  }
  /**
   * Ask the vendor whether the connection of an agent works
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/agents/{agentId}/integrations/{connector}/test': {
    path: {
      agentId: string
      /** Such as `gohighlevel`. */
      connector: string
    }
    answer: {
      success: boolean
      message: string
      errorCode: string | null
      accountName: string | null
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
    }
  }
  /**
   * List the workflows that a contact can be put into
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/agents/{agentId}/integrations/{connector}/workflows': {
    path: {
      agentId: string
      /** Such as `gohighlevel`. */
      connector: string
    }
    answer: {
      id: string
      name: string
    }[]
  }
  /**
   * Take in a completed assessment
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/assessments': {
    body: {
      email: string
      phone?: string | null
      firstName?: string | null
      lastName?: string | null
      name?: string | null
      company?: string | null
      jobTitle?: string | null
      address?: {
        street?: string | null
        city?: string | null
        state?: string | null
        postalCode?: string | null
        country?: string | null
      }
      timezone?: string | null
      /** Where the lead came from: assessment, newsletter, contact_form, booking, consultation, call, chat, social, import, api, or a name of your own. */
      source?: string
      tags?: string[]
      /** Fields of your own, any JSON; together at most 32 KiB. Null takes a field away. */
      customFields?: Record<string, unknown>
      /** By channel: email, sms, phone … */
      consent?: Record<string, {
        granted: boolean
        at?: string
        /** Where it was given, such as the name of a form. */
        source?: string
        /** The words that were agreed to. */
        text?: string
      }>
      assessmentId?: string
      /** Which assessment it was, such as strategic_readiness. */
      assessmentType?: string
      persona?: string
      /** Becomes the lead's score. */
      readinessScore?: number
      serviceRecommendation?: string
      /** Answers and scores, any JSON; at most 128 KiB. */
      assessmentResults?: Record<string, unknown>
      /** When it was completed, where that is not now. */
      timestamp?: string
    }
    answer: {
      leadId: string
      stored: {
        /** Whether the lead is new. */
        created: boolean
        status: string
        activityId: string
        events: {
          id: string
          type: string
        }[]
      }
      /** What each integration is told, as far as one wants to hear it. */
      queued: {
        integrationId: string
        name: string
        template: string
        /** What waits for an integration that is not active arrives when it is. */
        status: string
        event: string
        eventId: string
        operations: string[]
      }[]
      /** How many deliveries to webhook endpoints are queued. */
      endpoints: number
      requestId?: string
      occurredAt: string
    }
  }
  /**
   * List calls
   *
   * Needs the scope `events:read`.
   */
  'GET /api/calls': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      agentId?: string
      status?: "started" | "ended" | "completed"
    }
    answer: {
      id: string
      callId: string
      agentId: string
      /** api, or the connector whose webhooks told of it. */
      source: string
      status: "started" | "ended" | "completed"
      customerName: string | null
      customerPhone: string | null
      customerEmail: string | null
      callOutcome: string | null
      callSummary: string | null
      callSentiment: string | null
      recordingUrl: string | null
      startedAt: string
      endedAt: string | null
      durationSeconds: number | null
      appointmentBooked: Record<string, unknown> | null
      leadId: string | null
      eventId: string | null
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * Take a finished call to everything that is connected
   *
   * Fields may be written in snake case as well. The same call again answers the first, adds what was not known yet, and does nothing twice.
   *
   * Needs the scope `events:write`.
   */
  'POST /api/calls': {
    body: {
      callId: string
      agentId: string
      customerName?: string | null
      customerPhone?: string | null
      customerEmail?: string | null
      callOutcome: string
      callSummary?: string | null
      callSentiment?: string | null
      transcript?: string | null
      recordingUrl?: string | null
      startedAt: string
      endedAt: string
      durationSeconds?: number
      appointmentBooked?: {
        title: string
        /** Such as `2026-02-20`. */
        date: string
        /** Such as `14:00`. */
        time: string
        /** An IANA time zone. */
        timezone: string
        durationMinutes: number
        notes?: string | null
      } | null
    }
    answer: {
      id: string
      callId: string
      agentId: string
      /** api, or the connector whose webhooks told of it. */
      source: string
      status: "started" | "ended" | "completed"
      customerName: string | null
      customerPhone: string | null
      customerEmail: string | null
      callOutcome: string | null
      callSummary: string | null
      callSentiment: string | null
      recordingUrl: string | null
      startedAt: string
      endedAt: string | null
      durationSeconds: number | null
      appointmentBooked: Record<string, unknown> | null
      leadId: string | null
      eventId: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * One call, with what became of it at each integration
   *
   * Needs the scope `events:read`.
   */
  'GET /api/calls/{id}': {
    path: {
      /** The call's id, or the caller's own. */
      id: string
    }
    answer: {
      id: string
      callId: string
      agentId: string
      /** api, or the connector whose webhooks told of it. */
      source: string
      status: "started" | "ended" | "completed"
      customerName: string | null
      customerPhone: string | null
      customerEmail: string | null
      callOutcome: string | null
      callSummary: string | null
      callSentiment: string | null
      recordingUrl: string | null
      startedAt: string
      endedAt: string | null
      durationSeconds: number | null
      appointmentBooked: Record<string, unknown> | null
      leadId: string | null
      eventId: string | null
      createdAt: string
      updatedAt: string
      transcript: string | null
      deliveries: {
        integrationId: string
        status: "pending" | "retrying" | "delivered" | "failed" | "unknown"
        /** What is there of the call at this integration. */
        steps: Record<string, unknown>
        attempts: number
        errorCode: string | null
        error: string | null
        updatedAt: string
      }[]
      /** What was called at vendors because of it, latest first. */
      operations: {
        id: string
        integrationId: string
        integrationName: string | null
        operation: string
        direction: "inbound" | "outbound"
        status: "success" | "failed" | "unknown"
        at: string
        durationMs: number
        errorCode: string | null
        errorMessage: string | null
        vendorRequestId: string | null
        request: string | null
        response: string | null
        eventId: string | null
        callId: string | null
        /** Requests to the vendor that it took. */
        calls: number
      }[]
    }
  }
  /**
   * Take a call again to an integration that it did not reach
   *
   * What is there of it already is not done twice.
   *
   * Needs the scope `events:write`.
   */
  'POST /api/calls/{id}/integrations/{integrationId}/retry': {
    path: {
      /** The call's id, or the caller's own. */
      id: string
      integrationId: string
    }
    body: {
      /** Whether the steps whose outcome nobody knows were done, as a look at the vendor showed. Without it the hub looks where it can. */
      outcome?: "done" | "not_done"
    }
    answer: {
      id: string
      callId: string
      agentId: string
      /** api, or the connector whose webhooks told of it. */
      source: string
      status: "started" | "ended" | "completed"
      customerName: string | null
      customerPhone: string | null
      customerEmail: string | null
      callOutcome: string | null
      callSummary: string | null
      callSentiment: string | null
      recordingUrl: string | null
      startedAt: string
      endedAt: string | null
      durationSeconds: number | null
      appointmentBooked: Record<string, unknown> | null
      leadId: string | null
      eventId: string | null
      createdAt: string
      updatedAt: string
      transcript: string | null
      deliveries: {
        integrationId: string
        status: "pending" | "retrying" | "delivered" | "failed" | "unknown"
        /** What is there of the call at this integration. */
        steps: Record<string, unknown>
        attempts: number
        errorCode: string | null
        error: string | null
        updatedAt: string
      }[]
      /** What was called at vendors because of it, latest first. */
      operations: {
        id: string
        integrationId: string
        integrationName: string | null
        operation: string
        direction: "inbound" | "outbound"
        status: "success" | "failed" | "unknown"
        at: string
        durationMs: number
        errorCode: string | null
        errorMessage: string | null
        vendorRequestId: string | null
        request: string | null
        response: string | null
        eventId: string | null
        callId: string | null
        /** Requests to the vendor that it took. */
        calls: number
      }[]
    }
  }
  /**
   * List the links that still let somebody in; the links themselves are shown only when they are made
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/connect-sessions': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
    }
    answer: {
      id: string
      status: "open" | "connected" | "expired"
      templates: string[] | null
      agentId: string | null
      integrationId: string | null
      returnUrl: string | null
      createdAt: string
      expiresAt: string
    }[]
  }
  /**
   * Make a short-lived link with which a person connects an account without signing in
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/connect-sessions': {
    body: {
      /** What the person may choose from. Default: every active template. */
      templates?: string[]
      integrationId?: string
      agentId?: string
      /** Where the browser goes afterwards: below the public URL of the hub, or one of TENON_RETURN_URLS. */
      returnUrl?: string
      /** Default: 1800. */
      expiresInSeconds?: number
    }
    answer: {
      id: string
      status: "open" | "connected" | "expired"
      templates: string[] | null
      agentId: string | null
      integrationId: string | null
      returnUrl: string | null
      createdAt: string
      expiresAt: string
      /** Shown once. Whoever has it can connect an account until it expires. */
      url: string
    }
  }
  /**
   * Whether a link was used, and what it connected
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/connect-sessions/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      status: "open" | "connected" | "expired"
      templates: string[] | null
      agentId: string | null
      integrationId: string | null
      returnUrl: string | null
      createdAt: string
      expiresAt: string
    }
  }
  /**
   * Revoke a link: it lets nobody in any more
   *
   * Needs the scope `integrations:write`.
   */
  'DELETE /api/connect-sessions/{id}': {
    path: {
      id: string
    }
    answer: undefined
  }
  /**
   * Take in what somebody did with an e-mail
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/email-engagement': {
    body: {
      email: string
      action: "delivered" | "opened" | "open" | "clicked" | "click" | "replied" | "bounced" | "complained" | "unsubscribed"
      campaignId?: string
      stepId?: string
      /** The e-mail; each of its actions but opening and clicking is kept once. */
      sendId?: string
      subscriberId?: string
      /** What was clicked. */
      url?: string
      /** When it happened, where that is not now. */
      timestamp?: string
    }
    answer: {
      leadId: string
      stored: {
        /** Whether the lead is new. */
        created: boolean
        status: string
        activityId: string
        events: {
          id: string
          type: string
        }[]
      }
      /** What each integration is told, as far as one wants to hear it. */
      queued: {
        integrationId: string
        name: string
        template: string
        /** What waits for an integration that is not active arrives when it is. */
        status: string
        event: string
        eventId: string
        operations: string[]
      }[]
      /** How many deliveries to webhook endpoints are queued. */
      endpoints: number
      requestId?: string
      occurredAt: string
    }
  }
  /**
   * Fill a template or a draft in, without sending
   *
   * Needs the scope `email:read`.
   */
  'POST /api/email/preview': {
    body: {
      template?: string
      /** What the template speaks of, by name. */
      data?: Record<string, unknown>
      draft?: {
        subject: string
        html?: string | null
        text?: string | null
        description?: string | null
        /** Whether it stands within the template `layout`. Default: true. */
        usesLayout?: boolean
      }
    }
    answer: {
      subject: string
      html: string | null
      text: string | null
    }
  }
  /**
   * List the e-mails, sent and to be sent
   *
   * `status=kept` is the outbox of a workspace that has nothing to send with.
   *
   * Needs the scope `email:read`.
   */
  'GET /api/email/sends': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      status?: "queued" | "sending" | "sent" | "kept" | "failed" | "unknown"
      to?: string
      key?: string
    }
    answer: {
      id: string
      /** `queued`: waits for its turn or its next try · `sending` · `sent`: handed over · `kept`: in the outbox, since nothing is connected to send with · `failed` · `unknown`: the connection broke before anybody said whether it was taken */
      status: "queued" | "sending" | "sent" | "kept" | "failed" | "unknown"
      to: {
        email: string
        name: string | null
      }
      subject: string
      template: string | null
      key: string | null
      attempts: number
      integrationId: string | null
      messageId: string | null
      errorCode: string | null
      error: string | null
      createdAt: string
      sentAt: string | null
      /** What was reported of it: `delivered`, `opened`, `clicked`, `replied`, `bounced`, `complained`, `unsubscribed`, each with its first and last time. */
      engagement: Record<string, {
        first: string
        last: string
        count: number
      }>
    }[]
  }
  /**
   * Send an e-mail to one person
   *
   * Queued at once and sent by the integration that is the default for messaging, or else any that can send e-mail. Give a template with its data, or a subject with html or text.
   *
   * Needs the scope `email:write`.
   */
  'POST /api/email/sends': {
    body: {
      to: string | {
        email: string
        name?: string
      }
      template?: string
      /** What the template speaks of, by name. */
      data?: Record<string, unknown>
      subject?: string
      /** Sent as it is. */
      html?: string
      /** The plain text part; made from the HTML where it is left out. */
      text?: string
      from?: {
        email: string
        name?: string
      }
      replyTo?: {
        email: string
        name?: string
      }
      headers?: Record<string, string>
      categories?: string[]
      attachments?: {
        name: string
        type: string
        base64: string
      }[]
      /** Your own word for this mail: another one with the same key is not made. */
      key?: string
    }
    answer: {
      id: string
      /** `queued`: waits for its turn or its next try · `sending` · `sent`: handed over · `kept`: in the outbox, since nothing is connected to send with · `failed` · `unknown`: the connection broke before anybody said whether it was taken */
      status: "queued" | "sending" | "sent" | "kept" | "failed" | "unknown"
      to: {
        email: string
        name: string | null
      }
      subject: string
      template: string | null
      key: string | null
      attempts: number
      integrationId: string | null
      messageId: string | null
      errorCode: string | null
      error: string | null
      createdAt: string
      sentAt: string | null
      /** What was reported of it: `delivered`, `opened`, `clicked`, `replied`, `bounced`, `complained`, `unsubscribed`, each with its first and last time. */
      engagement: Record<string, {
        first: string
        last: string
        count: number
      }>
      html: string | null
      text: string | null
    }
  }
  /**
   * One e-mail, with what it says
   *
   * Needs the scope `email:read`.
   */
  'GET /api/email/sends/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      /** `queued`: waits for its turn or its next try · `sending` · `sent`: handed over · `kept`: in the outbox, since nothing is connected to send with · `failed` · `unknown`: the connection broke before anybody said whether it was taken */
      status: "queued" | "sending" | "sent" | "kept" | "failed" | "unknown"
      to: {
        email: string
        name: string | null
      }
      subject: string
      template: string | null
      key: string | null
      attempts: number
      integrationId: string | null
      messageId: string | null
      errorCode: string | null
      error: string | null
      createdAt: string
      sentAt: string | null
      /** What was reported of it: `delivered`, `opened`, `clicked`, `replied`, `bounced`, `complained`, `unsubscribed`, each with its first and last time. */
      engagement: Record<string, {
        first: string
        last: string
        count: number
      }>
      html: string | null
      text: string | null
    }
  }
  /**
   * Send again what was kept, failed, or is unknown
   *
   * Look at the vendor first where the outcome is unknown: it may have been sent.
   *
   * Needs the scope `email:write`.
   */
  'POST /api/email/sends/{id}/retry': {
    path: {
      id: string
    }
    answer: {
      id: string
      /** `queued`: waits for its turn or its next try · `sending` · `sent`: handed over · `kept`: in the outbox, since nothing is connected to send with · `failed` · `unknown`: the connection broke before anybody said whether it was taken */
      status: "queued" | "sending" | "sent" | "kept" | "failed" | "unknown"
      to: {
        email: string
        name: string | null
      }
      subject: string
      template: string | null
      key: string | null
      attempts: number
      integrationId: string | null
      messageId: string | null
      errorCode: string | null
      error: string | null
      createdAt: string
      sentAt: string | null
      /** What was reported of it: `delivered`, `opened`, `clicked`, `replied`, `bounced`, `complained`, `unsubscribed`, each with its first and last time. */
      engagement: Record<string, {
        first: string
        last: string
        count: number
      }>
      html: string | null
      text: string | null
    }
  }
  /**
   * List the templates
   *
   * Needs the scope `email:read`.
   */
  'GET /api/email/templates': {
    answer: {
      name: string
      description: string | null
      subject: string
      html: string | null
      text: string | null
      usesLayout: boolean
      /** The hub brings a template of this name along. */
      isBuiltIn: boolean
      /** This is what the workspace wrote. */
      isCustom: boolean
      updatedAt: string | null
    }[]
  }
  /**
   * One template
   *
   * Needs the scope `email:read`.
   */
  'GET /api/email/templates/{templateName}': {
    path: {
      templateName: string
    }
    answer: {
      name: string
      description: string | null
      subject: string
      html: string | null
      text: string | null
      usesLayout: boolean
      /** The hub brings a template of this name along. */
      isBuiltIn: boolean
      /** This is what the workspace wrote. */
      isCustom: boolean
      updatedAt: string | null
    }
  }
  /**
   * Write a template
   *
   * In Liquid. A template by the name of a built-in one counts in its place; `layout` stands around all others.
   *
   * Needs the scope `email:write`.
   */
  'PUT /api/email/templates/{templateName}': {
    path: {
      templateName: string
    }
    body: {
      subject: string
      html?: string | null
      text?: string | null
      description?: string | null
      /** Whether it stands within the template `layout`. Default: true. */
      usesLayout?: boolean
    }
    answer: {
      name: string
      description: string | null
      subject: string
      html: string | null
      text: string | null
      usesLayout: boolean
      /** The hub brings a template of this name along. */
      isBuiltIn: boolean
      /** This is what the workspace wrote. */
      isCustom: boolean
      updatedAt: string | null
    }
  }
  /**
   * Delete what the workspace wrote; a built-in template counts again
   *
   * Needs the scope `email:write`.
   */
  'DELETE /api/email/templates/{templateName}': {
    path: {
      templateName: string
    }
    answer: undefined
  }
  /**
   * List the catalogue of event types
   *
   * Needs the scope `events:read`.
   */
  'GET /api/event-types': {
    answer: {
      name: string
      description: string
      schema: unknown
      example: unknown
      builtIn: boolean
      aliases: string[]
    }[]
  }
  /**
   * Add an event type
   *
   * Needs the scope `events:write`.
   */
  'POST /api/event-types': {
    body: {
      name: string
      description?: string
      /** A JSON Schema that payloads are checked against; null accepts any. */
      schema?: unknown
      /** A payload that the schema accepts. */
      example?: unknown
    }
    answer: {
      name: string
      description: string
      schema: unknown
      example: unknown
      builtIn: boolean
      aliases: string[]
    }
  }
  /**
   * One event type
   *
   * Needs the scope `events:read`.
   */
  'GET /api/event-types/{name}': {
    path: {
      name: string
    }
    answer: {
      name: string
      description: string
      schema: unknown
      example: unknown
      builtIn: boolean
      aliases: string[]
    }
  }
  /**
   * Change an event type of the workspace
   *
   * Needs the scope `events:write`.
   */
  'PATCH /api/event-types/{name}': {
    path: {
      name: string
    }
    body: {
      description?: string
      /** A JSON Schema that payloads are checked against; null accepts any. */
      schema?: unknown
      /** A payload that the schema accepts. */
      example?: unknown
    }
    answer: {
      name: string
      description: string
      schema: unknown
      example: unknown
      builtIn: boolean
      aliases: string[]
    }
  }
  /**
   * Remove an event type of the workspace
   *
   * Needs the scope `events:write`.
   */
  'DELETE /api/event-types/{name}': {
    path: {
      name: string
    }
    answer: undefined
  }
  /**
   * List events
   *
   * Needs the scope `events:read`.
   */
  'GET /api/events': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      type?: string
      channel?: string
      /** Accepted at this time or later. */
      after?: string
      /** Accepted before this time. */
      before?: string
    }
    answer: {
      id: string
      type: string
      payload: unknown
      occurredAt: string
      createdAt: string
      channels: string[] | null
    }[]
  }
  /**
   * Publish an event
   *
   * Needs the scope `events:write`.
   */
  'POST /api/events': {
    body: {
      type: string
      /** Any JSON up to 256 KiB; of known types, what their schema asks for. */
      payload: unknown
      /** When it happened, where that is not now. */
      occurredAt?: string
      /** Endpoints that name channels hear only events that share one. */
      channels?: string[]
    }
    answer: {
      id: string
      type: string
      occurredAt: string
      createdAt: string
    }
  }
  /**
   * Publish up to 1,000 events, all or none
   *
   * Needs the scope `events:write`.
   */
  'POST /api/events/batch': {
    body: {
      events: {
        type: string
        /** Any JSON up to 256 KiB; of known types, what their schema asks for. */
        payload: unknown
        /** When it happened, where that is not now. */
        occurredAt?: string
        /** Endpoints that name channels hear only events that share one. */
        channels?: string[]
      }[]
    }
    answer: {
      events: {
        id: string
        type: string
        occurredAt: string
        createdAt: string
      }[]
    }
  }
  /**
   * One event with its deliveries and their attempts
   *
   * Needs the scope `events:read`.
   */
  'GET /api/events/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      type: string
      payload: unknown
      occurredAt: string
      createdAt: string
      channels: string[] | null
      deliveries: {
        id: string
        /** Whether the event goes to an endpoint, or becomes operations of an integration. */
        kind: "webhook" | "integration"
        eventId: string
        eventType: string | null
        /** The endpoint, or the integration. */
        endpointId: string
        endpointName: string | null
        status: "pending" | "retrying" | "delivered" | "dead" | "cancelled"
        attempts: number
        nextAttemptAt: string | null
        lastAttemptAt: string | null
        lastStatusCode: number | null
        reason: string | null
        /** Oldest first. */
        attemptList: {
          /** 1 is the first; a replay counts from 1 again. */
          attempt: number
          at: string
          durationMs: number
          statusCode: number | null
          outcome: "delivered" | "retry" | "dead"
          error: string | null
          response: string | null
        }[]
        /** What an integration did because of it, oldest first. */
        operations: {
          id: string
          integrationId: string
          integrationName: string | null
          operation: string
          direction: "inbound" | "outbound"
          status: "success" | "failed" | "unknown"
          at: string
          durationMs: number
          errorCode: string | null
          errorMessage: string | null
          vendorRequestId: string | null
          request: string | null
          response: string | null
          eventId: string | null
          callId: string | null
          /** Requests to the vendor that it took. */
          calls: number
        }[]
      }[]
    }
  }
  /**
   * List files
   *
   * Needs the scope `files:read`.
   */
  'GET /api/files': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      folder?: string
    }
    answer: File[]
  }
  /**
   * Store a file
   *
   * As `multipart/form-data` with one file, or as the whole body with its Content-Type, and its name in the query.
   *
   * Needs the scope `files:write`.
   */
  'POST /api/files': {
    query?: {
      folder?: string
      /** Of a file that is sent as the whole body. */
      name?: string
    }
    answer: File
  }
  /**
   * Delete a file by its key
   *
   * Needs the scope `files:write`.
   */
  'DELETE /api/files': {
    query: {
      key: string
    }
    answer: null
  }
  /**
   * Make a link to a file by its key
   *
   * Needs the scope `files:read`.
   */
  'POST /api/files/link': {
    body: {
      key: string
      /** Seconds that the link works. Default: 3600. */
      expiresInSeconds?: number
      /** Saves it under its name instead of showing it. */
      download?: boolean
    }
    answer: Link
  }
  /**
   * Get a file
   *
   * Needs the scope `files:read`.
   */
  'GET /api/files/{id}': {
    path: {
      id: string
    }
    answer: File
  }
  /**
   * Delete a file
   *
   * Needs the scope `files:write`.
   */
  'DELETE /api/files/{id}': {
    path: {
      id: string
    }
    answer: null
  }
  /**
   * Make a link to a file
   *
   * Needs the scope `files:read`.
   */
  'POST /api/files/{id}/link': {
    path: {
      id: string
    }
    body: {
      /** Seconds that the link works. Default: 3600. */
      expiresInSeconds?: number
      /** Saves it under its name instead of showing it. */
      download?: boolean
    } | null
    answer: Link
  }
  /**
   * Submit a form
   *
   * As JSON, or as `multipart/form-data`, whose files are stored where a storage is connected. A file that cannot be stored is told of, and the submission counts all the same.
   *
   * Needs the scope `events:write`.
   */
  'POST /api/forms/{formId}/submissions': {
    path: {
      formId: string
    }
    body: {
      email?: string
      phone?: string
      firstName?: string
      lastName?: string
      name?: string
      company?: string
      formName?: string
      pageUrl?: string
      /** What was entered, by the name of the field. */
      fields?: Record<string, unknown>
    } | null
    answer: Submitted
  }
  /**
   * List what vendors sent
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/inbound-webhooks': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      connector?: string
      after?: string
      before?: string
      integrationId?: string
      status?: "received" | "processed" | "refused" | "unmatched" | "failed" | "duplicate"
    }
    answer: InboundWebhook[]
  }
  /**
   * List what names no account of this hub, and what was refused for it
   *
   * For the platform admin.
   */
  'GET /api/inbound-webhooks/unmatched': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      connector?: string
      after?: string
      before?: string
      status?: "unmatched" | "refused"
    }
    answer: InboundWebhook[]
  }
  /**
   * One webhook that no integration has
   *
   * For the platform admin.
   */
  'GET /api/inbound-webhooks/unmatched/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      connector: string
      integrationId: string | null
      method: string
      path: string
      /** received: waits to be processed; processed: its events were published; duplicate: all of them were known; failed: see the reason; refused: its signature was not good; unmatched: it names no account of this hub. */
      status: "received" | "processed" | "refused" | "unmatched" | "failed" | "duplicate"
      reason: string | null
      /** Its signature was found good. */
      isVerified: boolean
      routingKey: string | null
      bytes: number
      eventIds: string[] | null
      receivedAt: string
      processedAt: string | null
      url: string
      /** Secrets and signatures are left out. */
      headers: Record<string, string>
      body: string
      /** base64 where the body is not UTF-8. */
      bodyEncoding: "text" | "base64"
    }
  }
  /**
   * One inbound webhook with its headers and its body
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/inbound-webhooks/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      connector: string
      integrationId: string | null
      method: string
      path: string
      /** received: waits to be processed; processed: its events were published; duplicate: all of them were known; failed: see the reason; refused: its signature was not good; unmatched: it names no account of this hub. */
      status: "received" | "processed" | "refused" | "unmatched" | "failed" | "duplicate"
      reason: string | null
      /** Its signature was found good. */
      isVerified: boolean
      routingKey: string | null
      bytes: number
      eventIds: string[] | null
      receivedAt: string
      processedAt: string | null
      url: string
      /** Secrets and signatures are left out. */
      headers: Record<string, string>
      body: string
      /** base64 where the body is not UTF-8. */
      bodyEncoding: "text" | "base64"
    }
  }
  /**
   * Process an inbound webhook again
   *
   * The events of one that was processed are published anew, with ids of their own.
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/inbound-webhooks/{id}/replay': {
    path: {
      id: string
    }
    answer: InboundWebhook
  }
  /**
   * List the integrations, and what each can do
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      templateId?: string
      status?: "pending" | "active" | "error" | "reauth_required" | "disconnected"
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * Connect an account
   *
   * Tests the connection: the answer has the status active, or error and what the vendor said. An account that is connected by signing in at the vendor is pending until then.
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations': {
    body: {
      templateId: string
      name?: string
      description?: string | null
      agentId?: string | null
      authType?: "oauth2" | "keys" | "none"
      /** What the template's configSchema asks for. */
      config?: Record<string, unknown>
      /** What the template's auth asks for. Sealed at once, and never shown again. */
      credentials?: Record<string, string>
      isActive?: boolean
      defaultFor?: string[]
      /** Whether it hears of leads, assessments and bookings from the beginning, as far as it can do something about them. Default: true. */
      defaultSubscriptions?: boolean
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Configure Google Calendar with tokens that are there already: made, or put in place of the account that is there, and tested
   *
   * The refresh token must belong to the application of this hub (`GOOGLE_CLIENT_ID`). A person without tokens signs in: `GET /api/integrations/oauth/google/authorize`.
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/calendar': {
    body: {
      /** Renewed at once, and again before it ends. */
      accessToken?: string
      /** With which the hub renews the access token; it must come from the application of this hub. */
      refreshToken: string
      /** Default: "primary". */
      calendarId?: string
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * When hosts can be booked
   *
   * By their rules, minus bookings, holds and what connected calendars say is busy. A calendar that cannot be read makes the slots of its host unconfirmed.
   *
   * Needs the scope `scheduling:read`.
   */
  'GET /api/integrations/calendar/available-slots': {
    query?: {
      /** Hosts, joined by commas. Default: all that are active. */
      hostIds?: string
      /** The hosts that this agent books. */
      agentId?: string
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode?: "any" | "round_robin" | "all"
      /** Default: now. */
      from?: string
      /** Default: a week after from; at most 62 days. */
      to?: string
      /** One whole day, in place of from and to. */
      date?: string
      /** An IANA name. */
      timezone?: string
      /** Default: each host's slot length. */
      durationMinutes?: number
      /** Default: 1000. */
      limit?: number
    }
    answer: {
      /** degraded: a connected calendar could not be read, so what it says is not known. */
      status: "complete" | "degraded"
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode: "any" | "round_robin" | "all"
      from: string
      to: string
      timezone: string
      slots: {
        startsAt: string
        endsAt: string
        /** Who is free then: each alone, or in the mode all together. */
        hostIds: string[]
      }[]
      /** Free as far as is known: a connected calendar of the host could not be read. */
      unconfirmedSlots: {
        startsAt: string
        endsAt: string
        /** Who is free then: each alone, or in the mode all together. */
        hostIds: string[]
      }[]
      degraded: {
        providerId: string
        integrationId: string
        hostId: string
        errorCode: string
        error: string
        knownAsOf: string | null
      }[]
      /** There are more slots than were asked for. */
      isTruncated: boolean
    }
  }
  /**
   * List bookings, those that begin last first
   *
   * Needs the scope `scheduling:read`.
   */
  'GET /api/integrations/calendar/bookings': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      hostId?: string
      status?: "confirmed" | "cancelled" | "no_show"
      email?: string
      /** Begins at this time or later. */
      after?: string
      /** Begins before this time. */
      before?: string
    }
    answer: {
      id: string
      /** Grows with every change. */
      version: number
      status: "confirmed" | "cancelled" | "no_show"
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode: "any" | "round_robin" | "all"
      hostIds: string[]
      decision: string | null
      startsAt: string
      endsAt: string
      title: string
      name: string | null
      email: string | null
      phone: string | null
      timezone: string | null
      notes: string | null
      location: string | null
      meetingUrl: string | null
      customFields: Record<string, unknown>
      source: string
      integrationId: string | null
      externalId: string | null
      /** It was made elsewhere, at a time that was taken here. */
      isClashing: boolean
      cancelReason: string | null
      cancelledBy: string | null
      cancelledAt: string | null
      /** How it stands at each connected calendar. */
      confirmations: {
        providerId: string
        integrationId: string
        status: "pending" | "confirmed" | "refused" | "unknown" | "cancelled"
        externalId: string | null
        compensation: "kept" | "cancelled" | null
        errorCode: string | null
        error: string | null
        updatedAt: string
      }[]
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * Book a slot, or what was held
   *
   * A time that is taken answers 409 with the next free slots. Connected calendars hear of it afterwards.
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/integrations/calendar/bookings': {
    body: {
      /** Who may be booked. Default: all that are active. */
      hostIds?: string[]
      /** Books the hosts of this agent. */
      agentId?: string
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode?: "any" | "round_robin" | "all"
      startsAt?: string
      /** Default: the host's slot length. */
      durationMinutes?: number
      /** Books what was held, in place of hosts and time. */
      holdId?: string
      title?: string
      name?: string | null
      email?: string | null
      phone?: string | null
      timezone?: string | null
      notes?: string | null
      location?: string | null
      meetingUrl?: string | null
      customFields?: Record<string, unknown>
      /** Where it came from. Default: api. */
      source?: string
      /** Requests with the same key are one booking. */
      key?: string
      /** Books outside of the rules of the host, but never at a time that is taken. */
      force?: boolean
    }
    answer: {
      id: string
      /** Grows with every change. */
      version: number
      status: "confirmed" | "cancelled" | "no_show"
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode: "any" | "round_robin" | "all"
      hostIds: string[]
      decision: string | null
      startsAt: string
      endsAt: string
      title: string
      name: string | null
      email: string | null
      phone: string | null
      timezone: string | null
      notes: string | null
      location: string | null
      meetingUrl: string | null
      customFields: Record<string, unknown>
      source: string
      integrationId: string | null
      externalId: string | null
      /** It was made elsewhere, at a time that was taken here. */
      isClashing: boolean
      cancelReason: string | null
      cancelledBy: string | null
      cancelledAt: string | null
      /** How it stands at each connected calendar. */
      confirmations: {
        providerId: string
        integrationId: string
        status: "pending" | "confirmed" | "refused" | "unknown" | "cancelled"
        externalId: string | null
        compensation: "kept" | "cancelled" | null
        errorCode: string | null
        error: string | null
        updatedAt: string
      }[]
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * One booking, and how it stands at each connected calendar
   *
   * Needs the scope `scheduling:read`.
   */
  'GET /api/integrations/calendar/bookings/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      /** Grows with every change. */
      version: number
      status: "confirmed" | "cancelled" | "no_show"
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode: "any" | "round_robin" | "all"
      hostIds: string[]
      decision: string | null
      startsAt: string
      endsAt: string
      title: string
      name: string | null
      email: string | null
      phone: string | null
      timezone: string | null
      notes: string | null
      location: string | null
      meetingUrl: string | null
      customFields: Record<string, unknown>
      source: string
      integrationId: string | null
      externalId: string | null
      /** It was made elsewhere, at a time that was taken here. */
      isClashing: boolean
      cancelReason: string | null
      cancelledBy: string | null
      cancelledAt: string | null
      /** How it stands at each connected calendar. */
      confirmations: {
        providerId: string
        integrationId: string
        status: "pending" | "confirmed" | "refused" | "unknown" | "cancelled"
        externalId: string | null
        compensation: "kept" | "cancelled" | null
        errorCode: string | null
        error: string | null
        updatedAt: string
      }[]
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Change what a booking is about
   *
   * Needs the scope `scheduling:write`.
   */
  'PATCH /api/integrations/calendar/bookings/{id}': {
    path: {
      id: string
    }
    body: {
      title?: string
      name?: string | null
      email?: string | null
      phone?: string | null
      timezone?: string | null
      notes?: string | null
      location?: string | null
      meetingUrl?: string | null
      customFields?: Record<string, unknown>
    }
    answer: {
      id: string
      /** Grows with every change. */
      version: number
      status: "confirmed" | "cancelled" | "no_show"
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode: "any" | "round_robin" | "all"
      hostIds: string[]
      decision: string | null
      startsAt: string
      endsAt: string
      title: string
      name: string | null
      email: string | null
      phone: string | null
      timezone: string | null
      notes: string | null
      location: string | null
      meetingUrl: string | null
      customFields: Record<string, unknown>
      source: string
      integrationId: string | null
      externalId: string | null
      /** It was made elsewhere, at a time that was taken here. */
      isClashing: boolean
      cancelReason: string | null
      cancelledBy: string | null
      cancelledAt: string | null
      /** How it stands at each connected calendar. */
      confirmations: {
        providerId: string
        integrationId: string
        status: "pending" | "confirmed" | "refused" | "unknown" | "cancelled"
        externalId: string | null
        compensation: "kept" | "cancelled" | null
        errorCode: string | null
        error: string | null
        updatedAt: string
      }[]
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Call a booking off; once more changes nothing
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/integrations/calendar/bookings/{id}/cancel': {
    path: {
      id: string
    }
    body: {
      reason?: string
      cancelledBy?: "attendee" | "host" | "system"
    } | null
    answer: {
      id: string
      /** Grows with every change. */
      version: number
      status: "confirmed" | "cancelled" | "no_show"
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode: "any" | "round_robin" | "all"
      hostIds: string[]
      decision: string | null
      startsAt: string
      endsAt: string
      title: string
      name: string | null
      email: string | null
      phone: string | null
      timezone: string | null
      notes: string | null
      location: string | null
      meetingUrl: string | null
      customFields: Record<string, unknown>
      source: string
      integrationId: string | null
      externalId: string | null
      /** It was made elsewhere, at a time that was taken here. */
      isClashing: boolean
      cancelReason: string | null
      cancelledBy: string | null
      cancelledAt: string | null
      /** How it stands at each connected calendar. */
      confirmations: {
        providerId: string
        integrationId: string
        status: "pending" | "confirmed" | "refused" | "unknown" | "cancelled"
        externalId: string | null
        compensation: "kept" | "cancelled" | null
        errorCode: string | null
        error: string | null
        updatedAt: string
      }[]
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Note that the attendee did not come
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/integrations/calendar/bookings/{id}/no-show': {
    path: {
      id: string
    }
    answer: {
      id: string
      /** Grows with every change. */
      version: number
      status: "confirmed" | "cancelled" | "no_show"
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode: "any" | "round_robin" | "all"
      hostIds: string[]
      decision: string | null
      startsAt: string
      endsAt: string
      title: string
      name: string | null
      email: string | null
      phone: string | null
      timezone: string | null
      notes: string | null
      location: string | null
      meetingUrl: string | null
      customFields: Record<string, unknown>
      source: string
      integrationId: string | null
      externalId: string | null
      /** It was made elsewhere, at a time that was taken here. */
      isClashing: boolean
      cancelReason: string | null
      cancelledBy: string | null
      cancelledAt: string | null
      /** How it stands at each connected calendar. */
      confirmations: {
        providerId: string
        integrationId: string
        status: "pending" | "confirmed" | "refused" | "unknown" | "cancelled"
        externalId: string | null
        compensation: "kept" | "cancelled" | null
        errorCode: string | null
        error: string | null
        updatedAt: string
      }[]
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Move a booking to another time
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/integrations/calendar/bookings/{id}/reschedule': {
    path: {
      id: string
    }
    body: {
      startsAt: string
      /** Default: as long as before. */
      durationMinutes?: number
      /** Default: the same hosts. */
      hostIds?: string[]
      /** Books outside of the rules of the host, but never at a time that is taken. */
      force?: boolean
    }
    answer: {
      id: string
      /** Grows with every change. */
      version: number
      status: "confirmed" | "cancelled" | "no_show"
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode: "any" | "round_robin" | "all"
      hostIds: string[]
      decision: string | null
      startsAt: string
      endsAt: string
      title: string
      name: string | null
      email: string | null
      phone: string | null
      timezone: string | null
      notes: string | null
      location: string | null
      meetingUrl: string | null
      customFields: Record<string, unknown>
      source: string
      integrationId: string | null
      externalId: string | null
      /** It was made elsewhere, at a time that was taken here. */
      isClashing: boolean
      cancelReason: string | null
      cancelledBy: string | null
      cancelledAt: string | null
      /** How it stands at each connected calendar. */
      confirmations: {
        providerId: string
        integrationId: string
        status: "pending" | "confirmed" | "refused" | "unknown" | "cancelled"
        externalId: string | null
        compensation: "kept" | "cancelled" | null
        errorCode: string | null
        error: string | null
        updatedAt: string
      }[]
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Ask for a consultation
   *
   * The first preferred time that is free is booked; where none is, others are offered by mail.
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/integrations/calendar/consultation-request': {
    body: {
      email: string
      firstName?: string | null
      lastName?: string | null
      phone?: string | null
      company?: string | null
      /** An IANA name. */
      timezone?: string
      /** What the consultation is about. */
      service?: string
      /** The first of them that is free is booked. */
      preferredTimes?: string[]
      message?: string
      source?: string
    }
    answer: {
      requestId: string
      leadId: string
    }
  }
  /**
   * List requests for a consultation
   *
   * Needs the scope `scheduling:read`.
   */
  'GET /api/integrations/calendar/consultation-requests': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      /** offered: none of the preferred times suited, and others were offered by mail. */
      status?: "requested" | "scheduled" | "offered" | "closed"
    }
    answer: {
      id: string
      /** offered: none of the preferred times suited, and others were offered by mail. */
      status: "requested" | "scheduled" | "offered" | "closed"
      email: string
      firstName: string | null
      lastName: string | null
      phone: string | null
      company: string | null
      service: string | null
      preferredTimes: string[]
      timezone: string | null
      message: string | null
      source: string | null
      offered: {
        startsAt: string
        endsAt: string
        /** Who is free then: each alone, or in the mode all together. */
        hostIds: string[]
      }[]
      bookingId: string | null
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * One request, and the booking that it became or the times that were offered
   *
   * Needs the scope `scheduling:read`.
   */
  'GET /api/integrations/calendar/consultation-requests/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      /** offered: none of the preferred times suited, and others were offered by mail. */
      status: "requested" | "scheduled" | "offered" | "closed"
      email: string
      firstName: string | null
      lastName: string | null
      phone: string | null
      company: string | null
      service: string | null
      preferredTimes: string[]
      timezone: string | null
      message: string | null
      source: string | null
      offered: {
        startsAt: string
        endsAt: string
        /** Who is free then: each alone, or in the mode all together. */
        hostIds: string[]
      }[]
      bookingId: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Close a request without a booking
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/integrations/calendar/consultation-requests/{id}/close': {
    path: {
      id: string
    }
    answer: {
      id: string
      /** offered: none of the preferred times suited, and others were offered by mail. */
      status: "requested" | "scheduled" | "offered" | "closed"
      email: string
      firstName: string | null
      lastName: string | null
      phone: string | null
      company: string | null
      service: string | null
      preferredTimes: string[]
      timezone: string | null
      message: string | null
      source: string | null
      offered: {
        startsAt: string
        endsAt: string
        /** Who is free then: each alone, or in the mode all together. */
        hostIds: string[]
      }[]
      bookingId: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Book a time for a request by hand
   *
   * Whoever asked and the staff hear of it as if the hub had found the time.
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/integrations/calendar/consultation-requests/{id}/schedule': {
    path: {
      id: string
    }
    body: {
      startsAt: string
      /** Who may have it, best first. Default: anybody. */
      hostIds?: string[]
    }
    answer: {
      id: string
      /** offered: none of the preferred times suited, and others were offered by mail. */
      status: "requested" | "scheduled" | "offered" | "closed"
      email: string
      firstName: string | null
      lastName: string | null
      phone: string | null
      company: string | null
      service: string | null
      preferredTimes: string[]
      timezone: string | null
      message: string | null
      source: string | null
      offered: {
        startsAt: string
        endsAt: string
        /** Who is free then: each alone, or in the mode all together. */
        hostIds: string[]
      }[]
      bookingId: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Make an event in the connected calendar
   *
   * In the integration that is the default for `calendar`, or else any that can. Without one the answer is 409 with `gracefulFail`: the flow may carry on.
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/calendar/events': {
    body: {
      title: string
      /** ISO 8601 with its offset: 2026-02-20T14:00:00Z. */
      startTime: string
      endTime: string
      /** IANA name, by which the vendor shows it. */
      timezone?: string
      description?: string
      location?: string
      /** The vendor invites them, where the integration says so. */
      attendees?: (string | {
        email: string
        name?: string
      })[]
      /** In minutes before. */
      reminders?: number[]
      /** Default: the integration's. */
      calendarId?: string
      /** Default: the integration that is the default for `calendar`, or one that can. */
      integrationId?: string
      idempotencyKey?: string
    }
    answer: CalendarEvent
  }
  /**
   * Change an event, in the calendar in which it was made
   *
   * Needs the scope `integrations:write`.
   */
  'PATCH /api/integrations/calendar/events/{id}': {
    path: {
      id: string
    }
    body: {
      title?: string
      /** ISO 8601 with its offset: 2026-02-20T14:00:00Z. */
      startTime?: string
      endTime?: string
      /** IANA name, by which the vendor shows it. */
      timezone?: string
      description?: string
      location?: string
      /** The vendor invites them, where the integration says so. */
      attendees?: (string | {
        email: string
        name?: string
      })[]
      /** In minutes before. */
      reminders?: number[]
    }
    answer: CalendarEvent
  }
  /**
   * Cancel an event, in the calendar in which it was made
   *
   * Needs the scope `integrations:write`.
   */
  'DELETE /api/integrations/calendar/events/{id}': {
    path: {
      id: string
    }
    body: {
      reason?: string
    } | null
    answer: null
  }
  /**
   * Keep a slot for somebody who is about to book it
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/integrations/calendar/holds': {
    body: {
      /** Who may be booked. Default: all that are active. */
      hostIds?: string[]
      /** Books the hosts of this agent. */
      agentId?: string
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode?: "any" | "round_robin" | "all"
      startsAt: string
      /** Default: the host's slot length. */
      durationMinutes?: number
      /** How long to keep it. Default: 300. */
      seconds?: number
    }
    answer: {
      id: string
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode: "any" | "round_robin" | "all"
      hostIds: string[]
      startsAt: string
      endsAt: string
      expiresAt: string
    }
  }
  /**
   * One hold, and when it runs out or ran out
   *
   * Needs the scope `scheduling:read`.
   */
  'GET /api/integrations/calendar/holds/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      /** any: the first of the hosts who is free; round_robin: the one whose turn it is; all: all of them together. */
      mode: "any" | "round_robin" | "all"
      hostIds: string[]
      startsAt: string
      endsAt: string
      expiresAt: string
    }
  }
  /**
   * Give a held slot back
   *
   * Needs the scope `scheduling:write`.
   */
  'DELETE /api/integrations/calendar/holds/{id}': {
    path: {
      id: string
    }
    answer: undefined
  }
  /**
   * List hosts
   *
   * Needs the scope `scheduling:read`.
   */
  'GET /api/integrations/calendar/hosts': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      agentId?: string
      isActive?: boolean
    }
    answer: {
      id: string
      name: string
      email: string | null
      agentId: string | null
      timezone: string
      weekly: Record<string, {
        from: string
        to: string
      }[]>
      overrides: {
        date: string
        hours: {
          from: string
          to: string
        }[]
      }[]
      /** When the host is away, whatever the hours say. */
      outOfOffice: {
        from: string
        to: string
        reason?: string
      }[]
      /** How long a slot is, where nothing else is asked for. */
      slotMinutes: number
      /** From the start of one slot to that of the next. */
      stepMinutes: number
      /** Kept free before a booking; added to what the booking before keeps free. */
      bufferBeforeMinutes: number
      /** Kept free after a booking. */
      bufferAfterMinutes: number
      /** How long ahead a slot must be booked. */
      minimumNoticeMinutes: number
      /** How many days after today can be booked. */
      horizonDays: number
      maxPerDay: number | null
      maxPerWeek: number | null
      /** Minutes before the start at which the attendee is reminded. */
      reminders: number[]
      location: string | null
      /** Round robin books weight 2 twice as often as 1. */
      weight: number
      isActive: boolean
      lastBookedAt: string | null
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * Add a host: somebody, or something, who can be booked
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/integrations/calendar/hosts': {
    body: {
      name: string
      /** An IANA name. */
      timezone: string
      email?: string | null
      agentId?: string | null
      /** Hours of each weekday by the clock of the host's zone; a day that is left out is closed. */
      weekly?: {
        monday?: {
          from: string
          to: string
        }[]
        tuesday?: {
          from: string
          to: string
        }[]
        wednesday?: {
          from: string
          to: string
        }[]
        thursday?: {
          from: string
          to: string
        }[]
        friday?: {
          from: string
          to: string
        }[]
        saturday?: {
          from: string
          to: string
        }[]
        sunday?: {
          from: string
          to: string
        }[]
      }
      /** Hours of single dates in place of those of the weekday; without hours the day is closed. */
      overrides?: {
        date: string
        hours: {
          from: string
          to: string
        }[]
      }[]
      /** When the host is away, whatever the hours say. */
      outOfOffice?: {
        from: string
        to: string
        reason?: string
      }[]
      /** How long a slot is, where nothing else is asked for. */
      slotMinutes?: number
      /** From the start of one slot to that of the next. */
      stepMinutes?: number
      /** Kept free before a booking; added to what the booking before keeps free. */
      bufferBeforeMinutes?: number
      /** Kept free after a booking. */
      bufferAfterMinutes?: number
      /** How long ahead a slot must be booked. */
      minimumNoticeMinutes?: number
      /** How many days after today can be booked. */
      horizonDays?: number
      maxPerDay?: number | null
      maxPerWeek?: number | null
      /** Minutes before the start at which the attendee is reminded. */
      reminders?: number[]
      location?: string | null
      /** Round robin books weight 2 twice as often as 1. */
      weight?: number
      isActive?: boolean
    }
    answer: {
      id: string
      name: string
      email: string | null
      agentId: string | null
      timezone: string
      weekly: Record<string, {
        from: string
        to: string
      }[]>
      overrides: {
        date: string
        hours: {
          from: string
          to: string
        }[]
      }[]
      /** When the host is away, whatever the hours say. */
      outOfOffice: {
        from: string
        to: string
        reason?: string
      }[]
      /** How long a slot is, where nothing else is asked for. */
      slotMinutes: number
      /** From the start of one slot to that of the next. */
      stepMinutes: number
      /** Kept free before a booking; added to what the booking before keeps free. */
      bufferBeforeMinutes: number
      /** Kept free after a booking. */
      bufferAfterMinutes: number
      /** How long ahead a slot must be booked. */
      minimumNoticeMinutes: number
      /** How many days after today can be booked. */
      horizonDays: number
      maxPerDay: number | null
      maxPerWeek: number | null
      /** Minutes before the start at which the attendee is reminded. */
      reminders: number[]
      location: string | null
      /** Round robin books weight 2 twice as often as 1. */
      weight: number
      isActive: boolean
      lastBookedAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * One host with its rules
   *
   * Needs the scope `scheduling:read`.
   */
  'GET /api/integrations/calendar/hosts/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      name: string
      email: string | null
      agentId: string | null
      timezone: string
      weekly: Record<string, {
        from: string
        to: string
      }[]>
      overrides: {
        date: string
        hours: {
          from: string
          to: string
        }[]
      }[]
      /** When the host is away, whatever the hours say. */
      outOfOffice: {
        from: string
        to: string
        reason?: string
      }[]
      /** How long a slot is, where nothing else is asked for. */
      slotMinutes: number
      /** From the start of one slot to that of the next. */
      stepMinutes: number
      /** Kept free before a booking; added to what the booking before keeps free. */
      bufferBeforeMinutes: number
      /** Kept free after a booking. */
      bufferAfterMinutes: number
      /** How long ahead a slot must be booked. */
      minimumNoticeMinutes: number
      /** How many days after today can be booked. */
      horizonDays: number
      maxPerDay: number | null
      maxPerWeek: number | null
      /** Minutes before the start at which the attendee is reminded. */
      reminders: number[]
      location: string | null
      /** Round robin books weight 2 twice as often as 1. */
      weight: number
      isActive: boolean
      lastBookedAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Change a host or its rules; a list that is given replaces the one before
   *
   * Needs the scope `scheduling:write`.
   */
  'PATCH /api/integrations/calendar/hosts/{id}': {
    path: {
      id: string
    }
    body: {
      name?: string
      email?: string | null
      agentId?: string | null
      /** An IANA name. */
      timezone?: string
      /** Hours of each weekday by the clock of the host's zone; a day that is left out is closed. */
      weekly?: {
        monday?: {
          from: string
          to: string
        }[]
        tuesday?: {
          from: string
          to: string
        }[]
        wednesday?: {
          from: string
          to: string
        }[]
        thursday?: {
          from: string
          to: string
        }[]
        friday?: {
          from: string
          to: string
        }[]
        saturday?: {
          from: string
          to: string
        }[]
        sunday?: {
          from: string
          to: string
        }[]
      }
      /** Hours of single dates in place of those of the weekday; without hours the day is closed. */
      overrides?: {
        date: string
        hours: {
          from: string
          to: string
        }[]
      }[]
      /** When the host is away, whatever the hours say. */
      outOfOffice?: {
        from: string
        to: string
        reason?: string
      }[]
      /** How long a slot is, where nothing else is asked for. */
      slotMinutes?: number
      /** From the start of one slot to that of the next. */
      stepMinutes?: number
      /** Kept free before a booking; added to what the booking before keeps free. */
      bufferBeforeMinutes?: number
      /** Kept free after a booking. */
      bufferAfterMinutes?: number
      /** How long ahead a slot must be booked. */
      minimumNoticeMinutes?: number
      /** How many days after today can be booked. */
      horizonDays?: number
      maxPerDay?: number | null
      maxPerWeek?: number | null
      /** Minutes before the start at which the attendee is reminded. */
      reminders?: number[]
      location?: string | null
      /** Round robin books weight 2 twice as often as 1. */
      weight?: number
      isActive?: boolean
    }
    answer: {
      id: string
      name: string
      email: string | null
      agentId: string | null
      timezone: string
      weekly: Record<string, {
        from: string
        to: string
      }[]>
      overrides: {
        date: string
        hours: {
          from: string
          to: string
        }[]
      }[]
      /** When the host is away, whatever the hours say. */
      outOfOffice: {
        from: string
        to: string
        reason?: string
      }[]
      /** How long a slot is, where nothing else is asked for. */
      slotMinutes: number
      /** From the start of one slot to that of the next. */
      stepMinutes: number
      /** Kept free before a booking; added to what the booking before keeps free. */
      bufferBeforeMinutes: number
      /** Kept free after a booking. */
      bufferAfterMinutes: number
      /** How long ahead a slot must be booked. */
      minimumNoticeMinutes: number
      /** How many days after today can be booked. */
      horizonDays: number
      maxPerDay: number | null
      maxPerWeek: number | null
      /** Minutes before the start at which the attendee is reminded. */
      reminders: number[]
      location: string | null
      /** Round robin books weight 2 twice as often as 1. */
      weight: number
      isActive: boolean
      lastBookedAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Remove a host who has no bookings ahead
   *
   * Needs the scope `scheduling:write`.
   */
  'DELETE /api/integrations/calendar/hosts/{id}': {
    path: {
      id: string
    }
    answer: undefined
  }
  /**
   * List the connected calendars of hosts
   *
   * Needs the scope `scheduling:read`.
   */
  'GET /api/integrations/calendar/providers': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      hostId?: string
    }
    answer: {
      id: string
      hostId: string
      integrationId: string
      calendarId: string | null
      busyCalendarIds: string[] | null
      /** Whether what is busy there cannot be booked here. */
      readsBusy: boolean
      /** Whether bookings are written there. */
      receivesBookings: boolean
      /** What becomes of a booking that this calendar refuses: it is kept and shown as refused, or cancelled. */
      onRefusal: "keep" | "cancel"
      /** How long to wait for what it says is busy. */
      deadlineMs: number
      status: "unread" | "current" | "stale" | "failing"
      fetchedAt: string | null
      failedAt: string | null
      errorCode: string | null
      errorMessage: string | null
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * Connect an integration's calendar to a host
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/integrations/calendar/providers': {
    body: {
      hostId: string
      integrationId: string
      calendarId?: string | null
      busyCalendarIds?: string[] | null
      /** Whether what is busy there cannot be booked here. */
      readsBusy?: boolean
      /** Whether bookings are written there. */
      receivesBookings?: boolean
      /** What becomes of a booking that this calendar refuses: it is kept and shown as refused, or cancelled. */
      onRefusal?: "keep" | "cancel"
      /** How long to wait for what it says is busy. */
      deadlineMs?: number
    }
    answer: {
      id: string
      hostId: string
      integrationId: string
      calendarId: string | null
      busyCalendarIds: string[] | null
      /** Whether what is busy there cannot be booked here. */
      readsBusy: boolean
      /** Whether bookings are written there. */
      receivesBookings: boolean
      /** What becomes of a booking that this calendar refuses: it is kept and shown as refused, or cancelled. */
      onRefusal: "keep" | "cancel"
      /** How long to wait for what it says is busy. */
      deadlineMs: number
      status: "unread" | "current" | "stale" | "failing"
      fetchedAt: string | null
      failedAt: string | null
      errorCode: string | null
      errorMessage: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * One connected calendar, and how well it is known
   *
   * Needs the scope `scheduling:read`.
   */
  'GET /api/integrations/calendar/providers/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      hostId: string
      integrationId: string
      calendarId: string | null
      busyCalendarIds: string[] | null
      /** Whether what is busy there cannot be booked here. */
      readsBusy: boolean
      /** Whether bookings are written there. */
      receivesBookings: boolean
      /** What becomes of a booking that this calendar refuses: it is kept and shown as refused, or cancelled. */
      onRefusal: "keep" | "cancel"
      /** How long to wait for what it says is busy. */
      deadlineMs: number
      status: "unread" | "current" | "stale" | "failing"
      fetchedAt: string | null
      failedAt: string | null
      errorCode: string | null
      errorMessage: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Change what a connected calendar is used for
   *
   * Needs the scope `scheduling:write`.
   */
  'PATCH /api/integrations/calendar/providers/{id}': {
    path: {
      id: string
    }
    body: {
      calendarId?: string | null
      busyCalendarIds?: string[] | null
      /** Whether what is busy there cannot be booked here. */
      readsBusy?: boolean
      /** Whether bookings are written there. */
      receivesBookings?: boolean
      /** What becomes of a booking that this calendar refuses: it is kept and shown as refused, or cancelled. */
      onRefusal?: "keep" | "cancel"
      /** How long to wait for what it says is busy. */
      deadlineMs?: number
    }
    answer: {
      id: string
      hostId: string
      integrationId: string
      calendarId: string | null
      busyCalendarIds: string[] | null
      /** Whether what is busy there cannot be booked here. */
      readsBusy: boolean
      /** Whether bookings are written there. */
      receivesBookings: boolean
      /** What becomes of a booking that this calendar refuses: it is kept and shown as refused, or cancelled. */
      onRefusal: "keep" | "cancel"
      /** How long to wait for what it says is busy. */
      deadlineMs: number
      status: "unread" | "current" | "stale" | "failing"
      fetchedAt: string | null
      failedAt: string | null
      errorCode: string | null
      errorMessage: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Use a calendar no longer
   *
   * Needs the scope `scheduling:write`.
   */
  'DELETE /api/integrations/calendar/providers/{id}': {
    path: {
      id: string
    }
    answer: undefined
  }
  /**
   * Try an account of Google Calendar without keeping it
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/calendar/test': {
    body: {
      /** Used as it is: one that has ended is told of as any that is refused. */
      accessToken: string
      /** With which the hub renews the access token; it must come from the application of this hub. */
      refreshToken: string
      /** Default: "primary". */
      calendarId?: string
    }
    answer: {
      success: boolean
      message: string
      errorCode: string | null
      accountName: string | null
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
    }
  }
  /**
   * Show leads that may be one person, and why
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/duplicates': {
    query?: {
      /** Most groups to answer. Default: 50. */
      limit?: number
    }
    answer: {
      /** One phone, addresses of one mailbox, or one name in one company. */
      reason: "phone" | "email" | "name_and_company"
      value: string
      leads: {
        id: string
        email: string | null
        phone: string | null
        firstName: string | null
        lastName: string | null
        name: string | null
        company: string | null
        jobTitle: string | null
        address: {
          street: string | null
          city: string | null
          state: string | null
          postalCode: string | null
          country: string | null
        }
        timezone: string | null
        timezoneSource: string | null
        source: string
        ownerId: string | null
        pipelineId: string
        status: string
        statusChangedAt: string
        amountMinor: number | null
        currency: string | null
        score: number | null
        persona: string | null
        tags: string[]
        customFields: Record<string, unknown>
        consent: Record<string, unknown>
        externalIds: Record<string, string>
        version: number
        lastActivityAt: string
        createdAt: string
        updatedAt: string
      }[]
    }[]
  }
  /**
   * List exports
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/exports': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
    }
    answer: {
      id: string
      status: "running" | "completed" | "failed"
      filter: Record<string, unknown>
      /** Leads written so far. */
      done: number
      error: string | null
      createdBy: string | null
      createdAt: string
      finishedAt: string | null
    }[]
  }
  /**
   * Write leads to a file
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/integrations/crm/exports': {
    body: {
      /** Words that name, e-mail, phone or company contain. Where nobody has them as they are spelt, those most alike are found. */
      q?: string
      status?: string
      pipelineId?: string
      /** Where the lead came from: assessment, newsletter, contact_form, booking, consultation, call, chat, social, import, api, or a name of your own. */
      source?: string
      ownerId?: string
      /** A tag; several joined by commas must all be there. */
      tag?: string
      scoreMin?: number
      scoreMax?: number
      /** Known since this time or later. */
      createdAfter?: string
      /** Known before this time. */
      createdBefore?: string
      /** With an activity at this time or later. */
      activeAfter?: string
      /** Without an activity since this time. */
      activeBefore?: string
      /** A JSON object of custom fields and their values: {"plan":"pro"}. */
      custom?: string
    }
    answer: {
      id: string
      status: "running" | "completed" | "failed"
      filter: Record<string, unknown>
      /** Leads written so far. */
      done: number
      error: string | null
      createdBy: string | null
      createdAt: string
      finishedAt: string | null
    }
  }
  /**
   * See how far an export is
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/exports/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      status: "running" | "completed" | "failed"
      filter: Record<string, unknown>
      /** Leads written so far. */
      done: number
      error: string | null
      createdBy: string | null
      createdAt: string
      finishedAt: string | null
    }
  }
  /**
   * List imports
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/imports': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
    }
    answer: {
      id: string
      name: string
      status: "running" | "completed" | "cancelled" | "failed"
      mapping: Record<string, string | null>
      /** Rows of the file. */
      total: number
      /** Rows looked at so far. */
      done: number
      created: number
      updated: number
      /** Rows that said nothing new. */
      unchanged: number
      /** Rows that were not taken in; `…/errors` has them. */
      failed: number
      error: string | null
      createdBy: string | null
      createdAt: string
      finishedAt: string | null
    }[]
  }
  /**
   * Take in a file of leads; the body is the file, as text/csv
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/integrations/crm/imports': {
    query?: {
      name?: string
      /** What stands between cells; found out where it is not given. */
      delimiter?: string
      /** A JSON object: which field each column is, {"Mail":"email","Plan":"customFields.plan","Note":null}. Columns that it leaves out are told by their names, and custom fields otherwise. */
      mapping?: string
      /** Where the lead came from: assessment, newsletter, contact_form, booking, consultation, call, chat, social, import, api, or a name of your own. */
      source?: string
      tag?: string
      /** Whether `lead.captured` tells of each row, and integrations hear of it. Default: false. */
      publish?: boolean
    }
    answer: {
      id: string
      name: string
      status: "running" | "completed" | "cancelled" | "failed"
      mapping: Record<string, string | null>
      /** Rows of the file. */
      total: number
      /** Rows looked at so far. */
      done: number
      created: number
      updated: number
      /** Rows that said nothing new. */
      unchanged: number
      /** Rows that were not taken in; `…/errors` has them. */
      failed: number
      error: string | null
      createdBy: string | null
      createdAt: string
      finishedAt: string | null
    }
  }
  /**
   * See how a file of leads would be read, and change nothing; its beginning, whole lines, is enough
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/integrations/crm/imports/preview': {
    query?: {
      /** What stands between cells; found out where it is not given. */
      delimiter?: string
      /** A JSON object: which field each column is, {"Mail":"email","Plan":"customFields.plan","Note":null}. Columns that it leaves out are told by their names, and custom fields otherwise. */
      mapping?: string
    }
    answer: {
      /** What stands between cells, as given or as found out. */
      delimiter: string
      columns: {
        name: string
        field: string | null
        /** What its first cells say. */
        examples: string[]
      }[]
    }
  }
  /**
   * See how far an import is
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/imports/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      name: string
      status: "running" | "completed" | "cancelled" | "failed"
      mapping: Record<string, string | null>
      /** Rows of the file. */
      total: number
      /** Rows looked at so far. */
      done: number
      created: number
      updated: number
      /** Rows that said nothing new. */
      unchanged: number
      /** Rows that were not taken in; `…/errors` has them. */
      failed: number
      error: string | null
      createdBy: string | null
      createdAt: string
      finishedAt: string | null
    }
  }
  /**
   * Stop an import; what was taken in stays
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/integrations/crm/imports/{id}/cancel': {
    path: {
      id: string
    }
    answer: {
      id: string
      name: string
      status: "running" | "completed" | "cancelled" | "failed"
      mapping: Record<string, string | null>
      /** Rows of the file. */
      total: number
      /** Rows looked at so far. */
      done: number
      created: number
      updated: number
      /** Rows that said nothing new. */
      unchanged: number
      /** Rows that were not taken in; `…/errors` has them. */
      failed: number
      error: string | null
      createdBy: string | null
      createdAt: string
      finishedAt: string | null
    }
  }
  /**
   * Search leads
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/leads': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      /** Words that name, e-mail, phone or company contain. Where nobody has them as they are spelt, those most alike are found. */
      q?: string
      status?: string
      pipelineId?: string
      /** Where the lead came from: assessment, newsletter, contact_form, booking, consultation, call, chat, social, import, api, or a name of your own. */
      source?: string
      ownerId?: string
      /** A tag; several joined by commas must all be there. */
      tag?: string
      scoreMin?: number
      scoreMax?: number
      /** Known since this time or later. */
      createdAfter?: string
      /** Known before this time. */
      createdBefore?: string
      /** With an activity at this time or later. */
      activeAfter?: string
      /** Without an activity since this time. */
      activeBefore?: string
      /** A JSON object of custom fields and their values: {"plan":"pro"}. */
      custom?: string
      /** By when it became known (the default), changed or last did something, by score, or by name. */
      sort?: "created" | "updated" | "activity" | "score" | "name"
      /** Default: names from A on, everything else from the newest or greatest on. */
      order?: "asc" | "desc"
    }
    answer: {
      id: string
      email: string | null
      phone: string | null
      firstName: string | null
      lastName: string | null
      name: string | null
      company: string | null
      jobTitle: string | null
      address: {
        street: string | null
        city: string | null
        state: string | null
        postalCode: string | null
        country: string | null
      }
      timezone: string | null
      timezoneSource: string | null
      source: string
      ownerId: string | null
      pipelineId: string
      status: string
      statusChangedAt: string
      amountMinor: number | null
      currency: string | null
      score: number | null
      persona: string | null
      tags: string[]
      customFields: Record<string, unknown>
      consent: Record<string, unknown>
      externalIds: Record<string, string>
      version: number
      lastActivityAt: string
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * Add a lead that is not known yet; POST /api/leads captures one whether it is known or not
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/integrations/crm/leads': {
    body: {
      email?: string | null
      phone?: string | null
      firstName?: string | null
      lastName?: string | null
      name?: string | null
      company?: string | null
      jobTitle?: string | null
      address?: {
        street?: string | null
        city?: string | null
        state?: string | null
        postalCode?: string | null
        country?: string | null
      }
      timezone?: string | null
      ownerId?: string | null
      amountMinor?: number | null
      currency?: string | null
      score?: number | null
      persona?: string | null
      /** Fields of your own, any JSON; together at most 32 KiB. Null takes a field away. */
      customFields?: Record<string, unknown>
      /** By channel: email, sms, phone … */
      consent?: Record<string, {
        granted: boolean
        at?: string
        /** Where it was given, such as the name of a form. */
        source?: string
        /** The words that were agreed to. */
        text?: string
      }>
      /** What other systems call this lead, by system: { "gohighlevel": "abc" }. */
      externalIds?: Record<string, string>
      /** Where the lead came from: assessment, newsletter, contact_form, booking, consultation, call, chat, social, import, api, or a name of your own. */
      source?: string
      tags?: string[]
      pipelineId?: string
      status?: string
    }
    answer: {
      id: string
      email: string | null
      phone: string | null
      firstName: string | null
      lastName: string | null
      name: string | null
      company: string | null
      jobTitle: string | null
      address: {
        street: string | null
        city: string | null
        state: string | null
        postalCode: string | null
        country: string | null
      }
      timezone: string | null
      timezoneSource: string | null
      source: string
      ownerId: string | null
      pipelineId: string
      status: string
      statusChangedAt: string
      amountMinor: number | null
      currency: string | null
      score: number | null
      persona: string | null
      tags: string[]
      customFields: Record<string, unknown>
      consent: Record<string, unknown>
      externalIds: Record<string, string>
      version: number
      lastActivityAt: string
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Get a lead
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/leads/{email}': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    answer: {
      id: string
      email: string | null
      phone: string | null
      firstName: string | null
      lastName: string | null
      name: string | null
      company: string | null
      jobTitle: string | null
      address: {
        street: string | null
        city: string | null
        state: string | null
        postalCode: string | null
        country: string | null
      }
      timezone: string | null
      timezoneSource: string | null
      source: string
      ownerId: string | null
      pipelineId: string
      status: string
      statusChangedAt: string
      amountMinor: number | null
      currency: string | null
      score: number | null
      persona: string | null
      tags: string[]
      customFields: Record<string, unknown>
      consent: Record<string, unknown>
      externalIds: Record<string, string>
      version: number
      lastActivityAt: string
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Change a lead; fields left out stay, null empties
   *
   * Needs the scope `leads:write`.
   */
  'PATCH /api/integrations/crm/leads/{email}': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    body: {
      email?: string | null
      phone?: string | null
      firstName?: string | null
      lastName?: string | null
      name?: string | null
      company?: string | null
      jobTitle?: string | null
      address?: {
        street?: string | null
        city?: string | null
        state?: string | null
        postalCode?: string | null
        country?: string | null
      }
      timezone?: string | null
      ownerId?: string | null
      amountMinor?: number | null
      currency?: string | null
      score?: number | null
      persona?: string | null
      /** Fields of your own, any JSON; together at most 32 KiB. Null takes a field away. */
      customFields?: Record<string, unknown>
      /** By channel: email, sms, phone … */
      consent?: Record<string, {
        granted: boolean
        at?: string
        /** Where it was given, such as the name of a form. */
        source?: string
        /** The words that were agreed to. */
        text?: string
      }>
      /** What other systems call this lead, by system: { "gohighlevel": "abc" }. */
      externalIds?: Record<string, string>
      /** Where the lead came from: assessment, newsletter, contact_form, booking, consultation, call, chat, social, import, api, or a name of your own. */
      source?: string
      /** All tags, in place of those that are there. */
      tags?: string[]
      /** Refuses the change where the lead was changed since; `If-Match` says the same. */
      version?: number
    }
    answer: {
      id: string
      email: string | null
      phone: string | null
      firstName: string | null
      lastName: string | null
      name: string | null
      company: string | null
      jobTitle: string | null
      address: {
        street: string | null
        city: string | null
        state: string | null
        postalCode: string | null
        country: string | null
      }
      timezone: string | null
      timezoneSource: string | null
      source: string
      ownerId: string | null
      pipelineId: string
      status: string
      statusChangedAt: string
      amountMinor: number | null
      currency: string | null
      score: number | null
      persona: string | null
      tags: string[]
      customFields: Record<string, unknown>
      consent: Record<string, unknown>
      externalIds: Record<string, string>
      version: number
      lastActivityAt: string
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Delete a lead with its timeline
   *
   * Needs the scope `leads:write`.
   */
  'DELETE /api/integrations/crm/leads/{email}': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    answer: undefined
  }
  /**
   * Read a lead's timeline, latest first
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/leads/{email}/activities': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      type?: string
    }
    answer: {
      id: string
      leadId: string
      type: string
      title: string
      body: string | null
      data: Record<string, unknown>
      actor: string | null
      eventId: string | null
      occurredAt: string
      /** What integrations did because of it. */
      operations: {
        id: string
        integrationId: string
        operation: string
        status: string
        at: string
        errorCode: string | null
        errorMessage: string | null
      }[]
    }[]
  }
  /**
   * Add to a lead's timeline
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/integrations/crm/leads/{email}/activities': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    body: {
      type: string
      title: string
      body?: string | null
      data?: Record<string, unknown>
      occurredAt?: string
      /** An activity with a key that is there is not added again. */
      key?: string
    }
    answer: {
      id: string
      leadId: string
      type: string
      title: string
      body: string | null
      data: Record<string, unknown>
      actor: string | null
      eventId: string | null
      occurredAt: string
      /** What integrations did because of it. */
      operations: {
        id: string
        integrationId: string
        operation: string
        status: string
        at: string
        errorCode: string | null
        errorMessage: string | null
      }[]
    }
  }
  /**
   * Show who may be the same person as this lead
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/leads/{email}/duplicates': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    answer: {
      /** One phone, addresses of one mailbox, or one name in one company. */
      reason: "phone" | "email" | "name_and_company"
      value: string
      leads: {
        id: string
        email: string | null
        phone: string | null
        firstName: string | null
        lastName: string | null
        name: string | null
        company: string | null
        jobTitle: string | null
        address: {
          street: string | null
          city: string | null
          state: string | null
          postalCode: string | null
          country: string | null
        }
        timezone: string | null
        timezoneSource: string | null
        source: string
        ownerId: string | null
        pipelineId: string
        status: string
        statusChangedAt: string
        amountMinor: number | null
        currency: string | null
        score: number | null
        persona: string | null
        tags: string[]
        customFields: Record<string, unknown>
        consent: Record<string, unknown>
        externalIds: Record<string, string>
        version: number
        lastActivityAt: string
        createdAt: string
        updatedAt: string
      }[]
    }[]
  }
  /**
   * Forget a person: the lead, its timeline, and what events and operations said of it
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/integrations/crm/leads/{email}/erase': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    answer: {
      events: number
    }
  }
  /**
   * Everything that is kept about a person
   *
   * Of any length: it is sent as it is read. Where reading fails on the way the connection is cut, and what came is not whole.
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/leads/{email}/export': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    answer: {
      lead: {
        id: string
        email: string | null
        phone: string | null
        firstName: string | null
        lastName: string | null
        name: string | null
        company: string | null
        jobTitle: string | null
        address: {
          street: string | null
          city: string | null
          state: string | null
          postalCode: string | null
          country: string | null
        }
        timezone: string | null
        timezoneSource: string | null
        source: string
        ownerId: string | null
        pipelineId: string
        status: string
        statusChangedAt: string
        amountMinor: number | null
        currency: string | null
        score: number | null
        persona: string | null
        tags: string[]
        customFields: Record<string, unknown>
        consent: Record<string, unknown>
        externalIds: Record<string, string>
        version: number
        lastActivityAt: string
        createdAt: string
        updatedAt: string
      }
      activities: {
        id: string
        leadId: string
        type: string
        title: string
        body: string | null
        data: Record<string, unknown>
        actor: string | null
        eventId: string | null
        occurredAt: string
        /** What integrations did because of it. */
        operations: {
          id: string
          integrationId: string
          operation: string
          status: string
          at: string
          errorCode: string | null
          errorMessage: string | null
        }[]
      }[]
      statusChanges: {
        id: string
        pipelineId: string
        from: string | null
        to: string
        at: string
        secondsBefore: number | null
        amountMinor: number | null
        currency: string | null
        reason: string | null
        changedBy: string | null
      }[]
      /** Leads that were merged into it, as they were. */
      merged: unknown[]
      /** Bookings by the address, or by the phone where there was no address. */
      bookings: Record<string, unknown>[]
      /** Requests for consultations. */
      consultationRequests: Record<string, unknown>[]
      /** Calls of voice agents with the person, with what was said. */
      calls: Record<string, unknown>[]
      /** E-mails to the person; of attachments their names. */
      mails: Record<string, unknown>[]
      /** SMS to the person. */
      messages: Record<string, unknown>[]
      /** Numbers that want no SMS. */
      optOuts: Record<string, unknown>[]
      /** What vendors call what was entered into forms of advertisements. */
      adLeads: Record<string, unknown>[]
      /** Rows of imported files that name the person and were not taken in. */
      importErrors: Record<string, unknown>[]
      /** Events of the timeline, and others that name the person; forms that were submitted are among them. */
      events: {
        id: string
        type: string
        payload: unknown
        occurredAt: string
      }[]
      /** What vendors were asked and answered that names the person. */
      operations: Record<string, unknown>[]
      /** Vendors' webhooks that name the person, as they came. */
      webhooks: Record<string, unknown>[]
      /** Results of services that name the person. */
      results: Record<string, unknown>[]
    }
  }
  /**
   * Merge another lead into this one; it can be undone
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/integrations/crm/leads/{email}/merge': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    body: {
      /** The lead that goes: its id or its e-mail address. */
      from: string
      /** Taken from the lead that goes; of the others it gives only what this one lacks. */
      fields?: ("email" | "phone" | "name" | "company" | "jobTitle" | "address" | "timezone" | "ownerId" | "amount" | "score" | "persona" | "source" | "status")[]
    }
    answer: {
      lead: {
        id: string
        email: string | null
        phone: string | null
        firstName: string | null
        lastName: string | null
        name: string | null
        company: string | null
        jobTitle: string | null
        address: {
          street: string | null
          city: string | null
          state: string | null
          postalCode: string | null
          country: string | null
        }
        timezone: string | null
        timezoneSource: string | null
        source: string
        ownerId: string | null
        pipelineId: string
        status: string
        statusChangedAt: string
        amountMinor: number | null
        currency: string | null
        score: number | null
        persona: string | null
        tags: string[]
        customFields: Record<string, unknown>
        consent: Record<string, unknown>
        externalIds: Record<string, string>
        version: number
        lastActivityAt: string
        createdAt: string
        updatedAt: string
      }
      mergeId: string
    }
  }
  /**
   * List what was merged into a lead
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/leads/{email}/merges': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    answer: {
      id: string
      mergedLeadId: string
      name: string | null
      email: string | null
      fields: string[]
      mergedBy: string | null
      mergedAt: string
      undoneAt: string | null
    }[]
  }
  /**
   * Note something
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/integrations/crm/leads/{email}/notes': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    body: {
      text: string
    }
    answer: {
      id: string
      leadId: string
      type: string
      title: string
      body: string | null
      data: Record<string, unknown>
      actor: string | null
      eventId: string | null
      occurredAt: string
      /** What integrations did because of it. */
      operations: {
        id: string
        integrationId: string
        operation: string
        status: string
        at: string
        errorCode: string | null
        errorMessage: string | null
      }[]
    }
  }
  /**
   * List the changes of a lead's status, oldest first
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/leads/{email}/status': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    answer: {
      id: string
      pipelineId: string
      from: string | null
      to: string
      at: string
      secondsBefore: number | null
      amountMinor: number | null
      currency: string | null
      reason: string | null
      changedBy: string | null
    }[]
  }
  /**
   * Move a lead to another status, by the rules of its pipeline
   *
   * Needs the scope `leads:write`.
   */
  'PUT /api/integrations/crm/leads/{email}/status': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    body: {
      status: string
      pipelineId?: string
      reason?: string
      /** Kept as a note beside the change. */
      notes?: string
      amountMinor?: number
      currency?: string
      version?: number
    }
    answer: {
      id: string
      email: string | null
      phone: string | null
      firstName: string | null
      lastName: string | null
      name: string | null
      company: string | null
      jobTitle: string | null
      address: {
        street: string | null
        city: string | null
        state: string | null
        postalCode: string | null
        country: string | null
      }
      timezone: string | null
      timezoneSource: string | null
      source: string
      ownerId: string | null
      pipelineId: string
      status: string
      statusChangedAt: string
      amountMinor: number | null
      currency: string | null
      score: number | null
      persona: string | null
      tags: string[]
      customFields: Record<string, unknown>
      consent: Record<string, unknown>
      externalIds: Record<string, string>
      version: number
      lastActivityAt: string
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Add and remove tags
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/integrations/crm/leads/{email}/tags': {
    path: {
      /** The lead's e-mail address, or its id. */
      email: string
    }
    body: {
      add?: string[]
      remove?: string[]
    }
    answer: {
      id: string
      email: string | null
      phone: string | null
      firstName: string | null
      lastName: string | null
      name: string | null
      company: string | null
      jobTitle: string | null
      address: {
        street: string | null
        city: string | null
        state: string | null
        postalCode: string | null
        country: string | null
      }
      timezone: string | null
      timezoneSource: string | null
      source: string
      ownerId: string | null
      pipelineId: string
      status: string
      statusChangedAt: string
      amountMinor: number | null
      currency: string | null
      score: number | null
      persona: string | null
      tags: string[]
      customFields: Record<string, unknown>
      consent: Record<string, unknown>
      externalIds: Record<string, string>
      version: number
      lastActivityAt: string
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Undo a merge
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/integrations/crm/merges/{id}/undo': {
    path: {
      id: string
    }
    answer: {
      lead: {
        id: string
        email: string | null
        phone: string | null
        firstName: string | null
        lastName: string | null
        name: string | null
        company: string | null
        jobTitle: string | null
        address: {
          street: string | null
          city: string | null
          state: string | null
          postalCode: string | null
          country: string | null
        }
        timezone: string | null
        timezoneSource: string | null
        source: string
        ownerId: string | null
        pipelineId: string
        status: string
        statusChangedAt: string
        amountMinor: number | null
        currency: string | null
        score: number | null
        persona: string | null
        tags: string[]
        customFields: Record<string, unknown>
        consent: Record<string, unknown>
        externalIds: Record<string, string>
        version: number
        lastActivityAt: string
        createdAt: string
        updatedAt: string
      }
      restored: {
        id: string
        email: string | null
        phone: string | null
        firstName: string | null
        lastName: string | null
        name: string | null
        company: string | null
        jobTitle: string | null
        address: {
          street: string | null
          city: string | null
          state: string | null
          postalCode: string | null
          country: string | null
        }
        timezone: string | null
        timezoneSource: string | null
        source: string
        ownerId: string | null
        pipelineId: string
        status: string
        statusChangedAt: string
        amountMinor: number | null
        currency: string | null
        score: number | null
        persona: string | null
        tags: string[]
        customFields: Record<string, unknown>
        consent: Record<string, unknown>
        externalIds: Record<string, string>
        version: number
        lastActivityAt: string
        createdAt: string
        updatedAt: string
      }
    }
  }
  /**
   * What a pipeline holds and what became of its leads
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/pipeline/stats': {
    query?: {
      pipelineId?: string
      /** From when on leads are looked at. Default: 90 days before `before`. */
      after?: string
      /** Until when. Default: now. */
      before?: string
      /** How long a lead may take from entering a stage to count as converted from it. Default: 30. */
      windowDays?: number
      /** Tells won, lost and amounts of each source or owner apart. */
      groupBy?: "source" | "owner"
    }
    answer: {
      pipelineId: string
      name: string
      after: string
      before: string
      windowDays: number
      /** Leads in the pipeline now. */
      total: number
      stages: {
        key: string
        name: string
        kind: string
        /** Leads that stand here now. */
        count: number
        /** By currency, since amounts of several cannot be added. */
        amounts: {
          /** Empty where leads have an amount without a currency. */
          currency: string
          amountMinor: number
          /** The amount times the stage's probability. */
          weightedMinor: number
        }[]
        averageSecondsInStage: number | null
        medianSecondsInStage: number | null
      }[]
      conversions: {
        from: string
        /** The stage after it in the order of the pipeline, or a later one. */
        to: string
        /** Leads that entered the stage in the range. */
        entered: number
        /** Those of them that came further (or were won) within the window. */
        converted: number
        rate: number | null
        /** Whether the window of all of them is over; until then the rate can still grow. */
        isComplete: boolean
      }[]
      outcomes: {
        /** Leads that became known in the range. */
        created: number
        /** Leads that were won in the range. */
        won: number
        lost: number
        winRate: number | null
      }
      velocity: {
        averageSecondsToWin: number | null
        perDay: {
          currency: string
          amountMinor: number | null
        }[]
      }
      groups: {
        key: string | null
        /** Leads that became known in the range. */
        created: number
        /** Leads that were won in the range. */
        won: number
        lost: number
        winRate: number | null
      }[]
      /** By day in UTC, without gaps. */
      overTime: {
        day: string
        created: number
        won: number
        lost: number
      }[]
    }
  }
  /**
   * List pipelines with their stages
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/pipelines': {
    answer: {
      id: string
      name: string
      /** Where leads go that name no pipeline. One is. */
      isDefault: boolean
      stages: {
        key: string
        name: string
        /** Whether a lead in it may still be won, was won, or was lost. */
        kind: "open" | "won" | "lost"
        /** How likely a lead in it is won, in per cent; weighs its amount. */
        probability: number
        /** The stages that may follow; null allows all. */
        next: string[] | null
        /** What a change to it must say. */
        requires: ("amount" | "reason")[]
      }[]
      version: number
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * Make a pipeline
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/integrations/crm/pipelines': {
    body: {
      name: string
      /** In order. New leads enter the first, which must be open. */
      stages: {
        key: string
        name: string
        /** Whether a lead in it may still be won, was won, or was lost. */
        kind?: "open" | "won" | "lost"
        /** How likely a lead in it is won, in per cent; weighs its amount. */
        probability?: number
        /** The stages that may follow; null allows all. */
        next?: string[] | null
        /** What a change to it must say. */
        requires?: ("amount" | "reason")[]
      }[]
      /** Makes it the default in place of the one that is. */
      isDefault?: boolean
    }
    answer: {
      id: string
      name: string
      /** Where leads go that name no pipeline. One is. */
      isDefault: boolean
      stages: {
        key: string
        name: string
        /** Whether a lead in it may still be won, was won, or was lost. */
        kind: "open" | "won" | "lost"
        /** How likely a lead in it is won, in per cent; weighs its amount. */
        probability: number
        /** The stages that may follow; null allows all. */
        next: string[] | null
        /** What a change to it must say. */
        requires: ("amount" | "reason")[]
      }[]
      version: number
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Get a pipeline
   *
   * Needs the scope `leads:read`.
   */
  'GET /api/integrations/crm/pipelines/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      name: string
      /** Where leads go that name no pipeline. One is. */
      isDefault: boolean
      stages: {
        key: string
        name: string
        /** Whether a lead in it may still be won, was won, or was lost. */
        kind: "open" | "won" | "lost"
        /** How likely a lead in it is won, in per cent; weighs its amount. */
        probability: number
        /** The stages that may follow; null allows all. */
        next: string[] | null
        /** What a change to it must say. */
        requires: ("amount" | "reason")[]
      }[]
      version: number
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Change a pipeline; stages that are given replace all that are there
   *
   * Needs the scope `leads:write`.
   */
  'PATCH /api/integrations/crm/pipelines/{id}': {
    path: {
      id: string
    }
    body: {
      name?: string
      /** In order. New leads enter the first, which must be open. */
      stages?: {
        key: string
        name: string
        /** Whether a lead in it may still be won, was won, or was lost. */
        kind?: "open" | "won" | "lost"
        /** How likely a lead in it is won, in per cent; weighs its amount. */
        probability?: number
        /** The stages that may follow; null allows all. */
        next?: string[] | null
        /** What a change to it must say. */
        requires?: ("amount" | "reason")[]
      }[]
      /** Another becomes the default in its own right. */
      isDefault?: true
      /** Refuses the change where the pipeline was changed since. */
      version?: number
    }
    answer: {
      id: string
      name: string
      /** Where leads go that name no pipeline. One is. */
      isDefault: boolean
      stages: {
        key: string
        name: string
        /** Whether a lead in it may still be won, was won, or was lost. */
        kind: "open" | "won" | "lost"
        /** How likely a lead in it is won, in per cent; weighs its amount. */
        probability: number
        /** The stages that may follow; null allows all. */
        next: string[] | null
        /** What a change to it must say. */
        requires: ("amount" | "reason")[]
      }[]
      version: number
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Delete a pipeline without leads
   *
   * Needs the scope `leads:write`.
   */
  'DELETE /api/integrations/crm/pipelines/{id}': {
    path: {
      id: string
    }
    answer: undefined
  }
  /**
   * Settle an operation whose outcome nobody knows
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/deliveries/{deliveryId}/reconcile': {
    path: {
      deliveryId: string
    }
    body: {
      /** What a person found out at the vendor. Without it the hub looks, where the operation can be looked up. */
      outcome?: "done" | "not_done"
    }
    answer: {
      subscriptionId: string
      operation: string
      status: "done" | "not_done" | "unknown"
      message: string
    }[]
  }
  /**
   * Configure e-mail over SendGrid: the account is made, or put in place of the one that is there, and tested
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/email': {
    body: {
      apiKey: string
      fromEmail: string
      fromName?: string
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Try an e-mail account without keeping it; a mail is sent where an address is given
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/email/test': {
    body: {
      apiKey: string
      fromEmail: string
      fromName?: string
      /** Where to send a mail to. */
      testTo?: string
    }
    answer: {
      success: boolean
      message: string
      errorCode: string | null
      accountName: string | null
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
    }
  }
  /**
   * Make an integration from such a file, and test it
   *
   * For the platform admin.
   */
  'POST /api/integrations/import': {
    body: {
      passphrase: string
      file: {
        format: "tenon-integration-1"
        templateId: string
        name: string
        exportedAt: string
        salt: string
        iv: string
        /** AES-256-GCM under a key that scrypt makes of the passphrase. */
        sealed: string
      }
      name?: string
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Search the operation log of all integrations
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/logs': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      operation?: string
      status?: "success" | "failed" | "unknown"
      eventId?: string
      callId?: string
      after?: string
      before?: string
      integrationId?: string
    }
    answer: {
      id: string
      integrationId: string
      integrationName: string | null
      operation: string
      direction: "inbound" | "outbound"
      status: "success" | "failed" | "unknown"
      at: string
      durationMs: number
      errorCode: string | null
      errorMessage: string | null
      vendorRequestId: string | null
      request: string | null
      response: string | null
      eventId: string | null
      callId: string | null
      /** Requests to the vendor that it took. */
      calls: number
    }[]
  }
  /**
   * List the applications with which this hub is known to vendors
   *
   * For the platform admin.
   */
  'GET /api/integrations/oauth/applications': {
    answer: {
      provider: string
      /** What it signs in for. */
      templates: string[]
      /** Where the client id comes from. */
      source: "console" | "environment" | "sandbox" | "none"
      clientId: string | null
      hasClientSecret: boolean
      hasWebhookSecret: boolean
      /** To be registered with the vendor. */
      redirectUri: string
      /** The environment variables that give it as well. */
      variables: string[]
      updatedAt: string | null
    }[]
  }
  /**
   * One application; its secrets never come back
   *
   * For the platform admin.
   */
  'GET /api/integrations/oauth/applications/{provider}': {
    path: {
      provider: string
    }
    answer: {
      provider: string
      /** What it signs in for. */
      templates: string[]
      /** Where the client id comes from. */
      source: "console" | "environment" | "sandbox" | "none"
      clientId: string | null
      hasClientSecret: boolean
      hasWebhookSecret: boolean
      /** To be registered with the vendor. */
      redirectUri: string
      /** The environment variables that give it as well. */
      variables: string[]
      updatedAt: string | null
    }
  }
  /**
   * Enter the client id and secret that a vendor gave the operator
   *
   * For the platform admin.
   */
  'PUT /api/integrations/oauth/applications/{provider}': {
    path: {
      provider: string
    }
    body: {
      clientId: string
      clientSecret?: string
      webhookSecret?: string | null
    }
    answer: {
      provider: string
      /** What it signs in for. */
      templates: string[]
      /** Where the client id comes from. */
      source: "console" | "environment" | "sandbox" | "none"
      clientId: string | null
      hasClientSecret: boolean
      hasWebhookSecret: boolean
      /** To be registered with the vendor. */
      redirectUri: string
      /** The environment variables that give it as well. */
      variables: string[]
      updatedAt: string | null
    }
  }
  /**
   * Forget what was entered; the environment counts again
   *
   * For the platform admin.
   */
  'DELETE /api/integrations/oauth/applications/{provider}': {
    path: {
      provider: string
    }
    answer: undefined
  }
  /**
   * Begin to connect an account by signing in at the vendor
   *
   * Sends a browser on to the vendor; with `Accept: application/json` answers the URL to open in the browser of the person who connects.
   *
   * Needs the scope `integrations:write`.
   */
  'GET /api/integrations/oauth/{provider}/authorize': {
    path: {
      provider: string
    }
    query?: {
      template?: string
      integrationId?: string
      /** Where the browser goes afterwards: below the public URL of the hub, or one of TENON_RETURN_URLS. */
      returnUrl?: string
      name?: string
      agentId?: string
    }
    answer: {
      /** To be opened in the browser of the person who connects, within ten minutes. */
      url: string
      expiresAt: string
    }
  }
  /**
   * List what became of what services were asked for
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/results': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      service?: "createCalendarEvent" | "updateCalendarEvent" | "deleteCalendarEvent" | "uploadFile" | "deleteFile" | "testEmailConnection" | "testSMSConnection" | "testCalendarConnection" | "testStorageConnection" | "testWebhook"
      status?: "success" | "failed" | "unknown"
    }
    answer: ServiceResult[]
  }
  /**
   * One result
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/results/{id}': {
    path: {
      id: string
    }
    answer: ServiceResult
  }
  /**
   * Configure SMS over Twilio: the account is made, or put in place of the one that is there, and tested
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/sms': {
    body: {
      accountSid: string
      authToken: string
      fromNumber: string
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Try an SMS account without keeping it; an SMS is sent where a number is given
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/sms/test': {
    body: {
      accountSid: string
      authToken: string
      fromNumber: string
      /** Whom to send an SMS to. */
      testTo?: string
    }
    answer: {
      success: boolean
      message: string
      errorCode: string | null
      accountName: string | null
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
    }
  }
  /**
   * Configure S3 storage: the account is made, or put in place of the one that is there, and tested
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/storage': {
    body: {
      accessKeyId: string
      secretAccessKey: string
      bucketName: string
      region?: string
      endpoint?: string
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Try a storage without keeping it: a file is listed, stored and deleted
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/storage/test': {
    body: {
      accessKeyId: string
      secretAccessKey: string
      bucketName: string
      region?: string
      endpoint?: string
    }
    answer: {
      success: boolean
      message: string
      errorCode: string | null
      accountName: string | null
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
    }
  }
  /**
   * List what can be connected
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/templates': {
    query?: {
      category?: "crm" | "calendar" | "email" | "sms" | "payments" | "automation" | "storage" | "advertising" | "analytics" | "voice" | "field_service"
      active?: boolean
    }
    answer: {
      id: string
      name: string
      category: "crm" | "calendar" | "email" | "sms" | "payments" | "automation" | "storage" | "advertising" | "analytics" | "voice" | "field_service"
      description: string
      icon: string | null
      apiVersion: string
      /** Whether new integrations of it can be made. */
      isActive: boolean
      authTypes: ("oauth2" | "keys" | "none")[]
      /** Families of operations that it offers. */
      capabilities: string[]
    }[]
  }
  /**
   * One template: its form, its setup guide and what it can do
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/templates/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      name: string
      category: "crm" | "calendar" | "email" | "sms" | "payments" | "automation" | "storage" | "advertising" | "analytics" | "voice" | "field_service"
      description: string
      icon: string | null
      apiVersion: string
      /** Whether new integrations of it can be made. */
      isActive: boolean
      authTypes: ("oauth2" | "keys" | "none")[]
      /** Families of operations that it offers. */
      capabilities: string[]
      /** The vendor's own documentation. */
      docs: string
      setupInstructions: string | null
      /** A JSON Schema (2020-12). Fields with `encrypted: true` are sealed and never come back. */
      configSchema: Record<string, unknown>
      /** The ways to sign in, the first offered first. */
      auth: {
        type: "oauth2" | "keys" | "none"
        provider: string | null
        scopes: string[]
        fields: Record<string, unknown> | null
      }[]
      operations: {
        /** Such as contacts.create. */
        name: string
        /** What it does, as a button says it. */
        title: string
        /** Whether something changes at the vendor. */
        writes: boolean
        /** Whether it answers many items. */
        lists: boolean
        /** What may be done after a call whose outcome nobody knows: repeat it, repeat it with the same key, look first, or nothing. */
        repeat: "safe" | "key" | "lookup" | "never"
        /** A JSON Schema (2020-12). Fields with `encrypted: true` are sealed and never come back. */
        input: Record<string, unknown>
      }[]
      limits: {
        requests: number
        /** So many requests in so many milliseconds. */
        perMs: number
        /** Calls under way at a time. */
        concurrency: number
      }
      webhooks: {
        /** Whether the hub makes the secret, the operator has it, or it is a setting or one of the credentials. */
        secret: "generated" | "application" | "setting" | "credential"
        setting: string | null
        /** Whether the hub makes the vendor call it, or a person does. */
        subscribes: boolean
      } | null
    }
  }
  /**
   * Describe, activate or deactivate a template
   *
   * For the platform admin.
   */
  'PATCH /api/integrations/templates/{id}': {
    path: {
      id: string
    }
    body: {
      displayName?: string | null
      description?: string | null
      icon?: string | null
      setupInstructions?: string | null
      isActive?: boolean
    }
    answer: {
      id: string
      name: string
      category: "crm" | "calendar" | "email" | "sms" | "payments" | "automation" | "storage" | "advertising" | "analytics" | "voice" | "field_service"
      description: string
      icon: string | null
      apiVersion: string
      /** Whether new integrations of it can be made. */
      isActive: boolean
      authTypes: ("oauth2" | "keys" | "none")[]
      /** Families of operations that it offers. */
      capabilities: string[]
      /** The vendor's own documentation. */
      docs: string
      setupInstructions: string | null
      /** A JSON Schema (2020-12). Fields with `encrypted: true` are sealed and never come back. */
      configSchema: Record<string, unknown>
      /** The ways to sign in, the first offered first. */
      auth: {
        type: "oauth2" | "keys" | "none"
        provider: string | null
        scopes: string[]
        fields: Record<string, unknown> | null
      }[]
      operations: {
        /** Such as contacts.create. */
        name: string
        /** What it does, as a button says it. */
        title: string
        /** Whether something changes at the vendor. */
        writes: boolean
        /** Whether it answers many items. */
        lists: boolean
        /** What may be done after a call whose outcome nobody knows: repeat it, repeat it with the same key, look first, or nothing. */
        repeat: "safe" | "key" | "lookup" | "never"
        /** A JSON Schema (2020-12). Fields with `encrypted: true` are sealed and never come back. */
        input: Record<string, unknown>
      }[]
      limits: {
        requests: number
        /** So many requests in so many milliseconds. */
        perMs: number
        /** Calls under way at a time. */
        concurrency: number
      }
      webhooks: {
        /** Whether the hub makes the secret, the operator has it, or it is a setting or one of the credentials. */
        secret: "generated" | "application" | "setting" | "credential"
        setting: string | null
        /** Whether the hub makes the vendor call it, or a person does. */
        subscribes: boolean
      } | null
    }
  }
  /**
   * List endpoints
   *
   * Needs the scope `webhooks:read`.
   */
  'GET /api/integrations/webhooks': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      isActive?: boolean
    }
    answer: {
      id: string
      name: string
      url: string
      events: string[]
      channels: string[] | null
      filter: Record<string, unknown> | null
      headers: Record<string, string>
      retryAttempts: number
      retryDelay: number
      retrySchedule: number[] | null
      rateLimit: number | null
      concurrency: number | null
      ordered: boolean
      timeout: number
      signatureAlgorithms: string[]
      signingPublicKey: string | null
      isActive: boolean
      disabledReason: string | null
      disabledAt: string | null
      totalCalls: number
      successfulCalls: number
      failedCalls: number
      lastSuccessAt: string | null
      lastFailureAt: string | null
      lastError: string | null
      /** paused: failed so often that it is left alone for a while; failing: the last try failed. */
      health: "healthy" | "failing" | "paused" | "disabled" | "unused"
      circuit: {
        state: "closed" | "open" | "half_open"
        pausedUntil: string | null
      }
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * Register an endpoint
   *
   * Needs the scope `webhooks:write`.
   */
  'POST /api/integrations/webhooks': {
    body: {
      name: string
      url: string
      /** Event types: exact, a family such as booking.*, or * for all. */
      events: string[]
      channels?: string[] | null
      filter?: Record<string, unknown> | null
      /** Sent with every delivery. Values that look like credentials are not shown again. */
      headers?: Record<string, string>
      /** How often a failed delivery is tried again. */
      retryAttempts?: number
      /** Milliseconds before the first retry; each further wait is twice as long, up to 12 hours. */
      retryDelay?: number
      retrySchedule?: number[] | null
      rateLimit?: number | null
      concurrency?: number | null
      /** One at a time in order of acceptance; a failed delivery holds up those behind it. */
      ordered?: boolean
      /** Milliseconds to wait for an answer. */
      timeout?: number
      /** hmac-sha256 always signs; ed25519 can sign as well. */
      signatureAlgorithms?: ("hmac-sha256" | "ed25519")[]
      isActive?: boolean
      /** whsec_ and base64, or 12 to 128 printable characters. One is made where none is given. */
      secret?: string
    }
    answer: {
      id: string
      name: string
      url: string
      events: string[]
      channels: string[] | null
      filter: Record<string, unknown> | null
      headers: Record<string, string>
      retryAttempts: number
      retryDelay: number
      retrySchedule: number[] | null
      rateLimit: number | null
      concurrency: number | null
      ordered: boolean
      timeout: number
      signatureAlgorithms: string[]
      signingPublicKey: string | null
      isActive: boolean
      disabledReason: string | null
      disabledAt: string | null
      totalCalls: number
      successfulCalls: number
      failedCalls: number
      lastSuccessAt: string | null
      lastFailureAt: string | null
      lastError: string | null
      /** paused: failed so often that it is left alone for a while; failing: the last try failed. */
      health: "healthy" | "failing" | "paused" | "disabled" | "unused"
      circuit: {
        state: "closed" | "open" | "half_open"
        pausedUntil: string | null
      }
      createdAt: string
      updatedAt: string
      /** Shown this once. */
      secret: string
    }
  }
  /**
   * List deliveries
   *
   * A page may be short and still have a next one, where what is asked for is rare.
   *
   * Needs the scope `webhooks:read`.
   */
  'GET /api/integrations/webhooks/deliveries': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      /** Whether the event goes to an endpoint, or becomes operations of an integration. */
      kind?: "webhook" | "integration"
      endpointId?: string
      eventId?: string
      status?: string
      type?: string
      /** The event was accepted at this time or later. */
      after?: string
      /** The event was accepted before this time. */
      before?: string
    }
    answer: {
      id: string
      /** Whether the event goes to an endpoint, or becomes operations of an integration. */
      kind: "webhook" | "integration"
      eventId: string
      eventType: string | null
      /** The endpoint, or the integration. */
      endpointId: string
      endpointName: string | null
      status: "pending" | "retrying" | "delivered" | "dead" | "cancelled"
      attempts: number
      nextAttemptAt: string | null
      lastAttemptAt: string | null
      lastStatusCode: number | null
      reason: string | null
    }[]
  }
  /**
   * One delivery with its attempts and its request
   *
   * Needs the scope `webhooks:read`.
   */
  'GET /api/integrations/webhooks/deliveries/{deliveryId}': {
    path: {
      deliveryId: string
    }
    answer: {
      id: string
      /** Whether the event goes to an endpoint, or becomes operations of an integration. */
      kind: "webhook" | "integration"
      eventId: string
      eventType: string | null
      /** The endpoint, or the integration. */
      endpointId: string
      endpointName: string | null
      status: "pending" | "retrying" | "delivered" | "dead" | "cancelled"
      attempts: number
      nextAttemptAt: string | null
      lastAttemptAt: string | null
      lastStatusCode: number | null
      reason: string | null
      /** Oldest first. */
      attemptList: {
        /** 1 is the first; a replay counts from 1 again. */
        attempt: number
        at: string
        durationMs: number
        statusCode: number | null
        outcome: "delivered" | "retry" | "dead"
        error: string | null
        response: string | null
      }[]
      /** What an integration did because of it, oldest first. */
      operations: {
        id: string
        integrationId: string
        integrationName: string | null
        operation: string
        direction: "inbound" | "outbound"
        status: "success" | "failed" | "unknown"
        at: string
        durationMs: number
        errorCode: string | null
        errorMessage: string | null
        vendorRequestId: string | null
        request: string | null
        response: string | null
        eventId: string | null
        callId: string | null
        /** Requests to the vendor that it took. */
        calls: number
      }[]
      request: {
        method: "POST"
        url: string
        /** As sent; signatures are of each attempt and shown as a description, credentials are hidden. */
        headers: Record<string, string>
        body: string
      } | null
    }
  }
  /**
   * Call off a delivery that waits
   *
   * Needs the scope `webhooks:write`.
   */
  'POST /api/integrations/webhooks/deliveries/{deliveryId}/cancel': {
    path: {
      deliveryId: string
    }
    answer: {
      id: string
      /** Whether the event goes to an endpoint, or becomes operations of an integration. */
      kind: "webhook" | "integration"
      eventId: string
      eventType: string | null
      /** The endpoint, or the integration. */
      endpointId: string
      endpointName: string | null
      status: "pending" | "retrying" | "delivered" | "dead" | "cancelled"
      attempts: number
      nextAttemptAt: string | null
      lastAttemptAt: string | null
      lastStatusCode: number | null
      reason: string | null
    }
  }
  /**
   * Send an ended delivery again
   *
   * Needs the scope `webhooks:write`.
   */
  'POST /api/integrations/webhooks/deliveries/{deliveryId}/replay': {
    path: {
      deliveryId: string
    }
    answer: {
      id: string
      /** Whether the event goes to an endpoint, or becomes operations of an integration. */
      kind: "webhook" | "integration"
      eventId: string
      eventType: string | null
      /** The endpoint, or the integration. */
      endpointId: string
      endpointName: string | null
      status: "pending" | "retrying" | "delivered" | "dead" | "cancelled"
      attempts: number
      nextAttemptAt: string | null
      lastAttemptAt: string | null
      lastStatusCode: number | null
      reason: string | null
    }
  }
  /**
   * Register an endpoint
   *
   * Needs the scope `webhooks:write`.
   */
  'POST /api/integrations/webhooks/endpoints': {
    body: {
      name: string
      url: string
      /** Event types: exact, a family such as booking.*, or * for all. */
      events: string[]
      channels?: string[] | null
      filter?: Record<string, unknown> | null
      /** Sent with every delivery. Values that look like credentials are not shown again. */
      headers?: Record<string, string>
      /** How often a failed delivery is tried again. */
      retryAttempts?: number
      /** Milliseconds before the first retry; each further wait is twice as long, up to 12 hours. */
      retryDelay?: number
      retrySchedule?: number[] | null
      rateLimit?: number | null
      concurrency?: number | null
      /** One at a time in order of acceptance; a failed delivery holds up those behind it. */
      ordered?: boolean
      /** Milliseconds to wait for an answer. */
      timeout?: number
      /** hmac-sha256 always signs; ed25519 can sign as well. */
      signatureAlgorithms?: ("hmac-sha256" | "ed25519")[]
      isActive?: boolean
      /** whsec_ and base64, or 12 to 128 printable characters. One is made where none is given. */
      secret?: string
    }
    answer: {
      id: string
      name: string
      url: string
      events: string[]
      channels: string[] | null
      filter: Record<string, unknown> | null
      headers: Record<string, string>
      retryAttempts: number
      retryDelay: number
      retrySchedule: number[] | null
      rateLimit: number | null
      concurrency: number | null
      ordered: boolean
      timeout: number
      signatureAlgorithms: string[]
      signingPublicKey: string | null
      isActive: boolean
      disabledReason: string | null
      disabledAt: string | null
      totalCalls: number
      successfulCalls: number
      failedCalls: number
      lastSuccessAt: string | null
      lastFailureAt: string | null
      lastError: string | null
      /** paused: failed so often that it is left alone for a while; failing: the last try failed. */
      health: "healthy" | "failing" | "paused" | "disabled" | "unused"
      circuit: {
        state: "closed" | "open" | "half_open"
        pausedUntil: string | null
      }
      createdAt: string
      updatedAt: string
      /** Shown this once. */
      secret: string
    }
  }
  /**
   * List replays
   *
   * Needs the scope `webhooks:read`.
   */
  'GET /api/integrations/webhooks/replays': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
    }
    answer: {
      id: string
      status: "running" | "completed" | "cancelled" | "failed"
      total: number | null
      /** Put back in their lanes. */
      done: number
      /** Left alone, since they still wait or are not to be sent again, or their event or endpoint is gone. */
      skipped: number
      error: string | null
      createdAt: string
      finishedAt: string | null
      filter: {
        endpointId?: string
        types?: string[]
        /** Which deliveries to send again. Default: dead. */
        status?: ("delivered" | "dead" | "cancelled")[]
        /** Of events accepted at this time or later. */
        after?: string
        /** Of events accepted before this time. Default: now. */
        before?: string
        /** Also delivers events that match but were never queued, since the endpoint was disabled or not there yet. */
        missed?: boolean
      }
    }[]
  }
  /**
   * Send many deliveries again
   *
   * Needs the scope `webhooks:write`.
   */
  'POST /api/integrations/webhooks/replays': {
    body: {
      endpointId?: string
      types?: string[]
      /** Which deliveries to send again. Default: dead. */
      status?: ("delivered" | "dead" | "cancelled")[]
      /** Of events accepted at this time or later. */
      after?: string
      /** Of events accepted before this time. Default: now. */
      before?: string
      /** Also delivers events that match but were never queued, since the endpoint was disabled or not there yet. */
      missed?: boolean
    }
    answer: {
      id: string
      status: "running" | "completed" | "cancelled" | "failed"
      total: number | null
      /** Put back in their lanes. */
      done: number
      /** Left alone, since they still wait or are not to be sent again, or their event or endpoint is gone. */
      skipped: number
      error: string | null
      createdAt: string
      finishedAt: string | null
      filter: {
        endpointId?: string
        types?: string[]
        /** Which deliveries to send again. Default: dead. */
        status?: ("delivered" | "dead" | "cancelled")[]
        /** Of events accepted at this time or later. */
        after?: string
        /** Of events accepted before this time. Default: now. */
        before?: string
        /** Also delivers events that match but were never queued, since the endpoint was disabled or not there yet. */
        missed?: boolean
      }
    }
  }
  /**
   * How far a replay has come
   *
   * Needs the scope `webhooks:read`.
   */
  'GET /api/integrations/webhooks/replays/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      status: "running" | "completed" | "cancelled" | "failed"
      total: number | null
      /** Put back in their lanes. */
      done: number
      /** Left alone, since they still wait or are not to be sent again, or their event or endpoint is gone. */
      skipped: number
      error: string | null
      createdAt: string
      finishedAt: string | null
      filter: {
        endpointId?: string
        types?: string[]
        /** Which deliveries to send again. Default: dead. */
        status?: ("delivered" | "dead" | "cancelled")[]
        /** Of events accepted at this time or later. */
        after?: string
        /** Of events accepted before this time. Default: now. */
        before?: string
        /** Also delivers events that match but were never queued, since the endpoint was disabled or not there yet. */
        missed?: boolean
      }
    }
  }
  /**
   * Stop a replay where it is
   *
   * Needs the scope `webhooks:write`.
   */
  'POST /api/integrations/webhooks/replays/{id}/cancel': {
    path: {
      id: string
    }
    answer: {
      id: string
      status: "running" | "completed" | "cancelled" | "failed"
      total: number | null
      /** Put back in their lanes. */
      done: number
      /** Left alone, since they still wait or are not to be sent again, or their event or endpoint is gone. */
      skipped: number
      error: string | null
      createdAt: string
      finishedAt: string | null
      filter: {
        endpointId?: string
        types?: string[]
        /** Which deliveries to send again. Default: dead. */
        status?: ("delivered" | "dead" | "cancelled")[]
        /** Of events accepted at this time or later. */
        after?: string
        /** Of events accepted before this time. Default: now. */
        before?: string
        /** Also delivers events that match but were never queued, since the endpoint was disabled or not there yet. */
        missed?: boolean
      }
    }
  }
  /**
   * Statistics of the workspace
   *
   * Needs the scope `webhooks:read`.
   */
  'GET /api/integrations/webhooks/stats': {
    query?: {
      /** Default: "24h". */
      window?: "1h" | "24h" | "7d" | "30d"
    }
    answer: {
      totals: {
        /** Events accepted in the workspace; of one endpoint, deliveries begun. */
        accepted: number
        delivered: number
        /** Attempts that failed. */
        failed: number
        /** Attempts that were retries. */
        retried: number
        /** Deliveries that failed for good. */
        exhausted: number
        successRate: number | null
        p50Ms: number | null
        p95Ms: number | null
      }
      /** Oldest first, without gaps. */
      series: {
        at: string
        delivered: number
        failed: number
        retried: number | null
        accepted: number
      }[]
      endpoints?: {
        total: number
        active: number
        disabled: number
        failing: number
        paused: number
      }
    }
  }
  /**
   * Statistics of one endpoint
   *
   * Needs the scope `webhooks:read`.
   */
  'GET /api/integrations/webhooks/stats/{endpointId}': {
    path: {
      endpointId: string
    }
    query?: {
      /** Default: "24h". */
      window?: "1h" | "24h" | "7d" | "30d"
    }
    answer: {
      totals: {
        /** Events accepted in the workspace; of one endpoint, deliveries begun. */
        accepted: number
        delivered: number
        /** Attempts that failed. */
        failed: number
        /** Attempts that were retries. */
        retried: number
        /** Deliveries that failed for good. */
        exhausted: number
        successRate: number | null
        p50Ms: number | null
        p95Ms: number | null
      }
      /** Oldest first, without gaps. */
      series: {
        at: string
        delivered: number
        failed: number
        retried: number | null
        accepted: number
      }[]
      endpoints?: {
        total: number
        active: number
        disabled: number
        failing: number
        paused: number
      }
    }
  }
  /**
   * Send a test event to an endpoint and wait for its answer
   *
   * Where the endpoint was disabled and accepts the test, it is enabled again.
   *
   * Needs the scope `webhooks:write`.
   */
  'POST /api/integrations/webhooks/test/{endpointId}': {
    path: {
      endpointId: string
    }
    body: {
      type?: string
      payload?: unknown
    } | null
    answer: {
      eventId: string
      delivered: boolean
      attempt: {
        /** 1 is the first; a replay counts from 1 again. */
        attempt: number
        at: string
        durationMs: number
        statusCode: number | null
        outcome: "delivered" | "retry" | "dead"
        error: string | null
        response: string | null
      } | null
    }
  }
  /**
   * One endpoint
   *
   * Needs the scope `webhooks:read`.
   */
  'GET /api/integrations/webhooks/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      name: string
      url: string
      events: string[]
      channels: string[] | null
      filter: Record<string, unknown> | null
      headers: Record<string, string>
      retryAttempts: number
      retryDelay: number
      retrySchedule: number[] | null
      rateLimit: number | null
      concurrency: number | null
      ordered: boolean
      timeout: number
      signatureAlgorithms: string[]
      signingPublicKey: string | null
      isActive: boolean
      disabledReason: string | null
      disabledAt: string | null
      totalCalls: number
      successfulCalls: number
      failedCalls: number
      lastSuccessAt: string | null
      lastFailureAt: string | null
      lastError: string | null
      /** paused: failed so often that it is left alone for a while; failing: the last try failed. */
      health: "healthy" | "failing" | "paused" | "disabled" | "unused"
      circuit: {
        state: "closed" | "open" | "half_open"
        pausedUntil: string | null
      }
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Change an endpoint
   *
   * Needs the scope `webhooks:write`.
   */
  'PATCH /api/integrations/webhooks/{id}': {
    path: {
      id: string
    }
    body: {
      name?: string
      url?: string
      /** Event types: exact, a family such as booking.*, or * for all. */
      events?: string[]
      channels?: string[] | null
      filter?: Record<string, unknown> | null
      /** Sent with every delivery. Values that look like credentials are not shown again. */
      headers?: Record<string, string>
      /** How often a failed delivery is tried again. */
      retryAttempts?: number
      /** Milliseconds before the first retry; each further wait is twice as long, up to 12 hours. */
      retryDelay?: number
      retrySchedule?: number[] | null
      rateLimit?: number | null
      concurrency?: number | null
      /** One at a time in order of acceptance; a failed delivery holds up those behind it. */
      ordered?: boolean
      /** Milliseconds to wait for an answer. */
      timeout?: number
      /** hmac-sha256 always signs; ed25519 can sign as well. */
      signatureAlgorithms?: ("hmac-sha256" | "ed25519")[]
      isActive?: boolean
    }
    answer: {
      id: string
      name: string
      url: string
      events: string[]
      channels: string[] | null
      filter: Record<string, unknown> | null
      headers: Record<string, string>
      retryAttempts: number
      retryDelay: number
      retrySchedule: number[] | null
      rateLimit: number | null
      concurrency: number | null
      ordered: boolean
      timeout: number
      signatureAlgorithms: string[]
      signingPublicKey: string | null
      isActive: boolean
      disabledReason: string | null
      disabledAt: string | null
      totalCalls: number
      successfulCalls: number
      failedCalls: number
      lastSuccessAt: string | null
      lastFailureAt: string | null
      lastError: string | null
      /** paused: failed so often that it is left alone for a while; failing: the last try failed. */
      health: "healthy" | "failing" | "paused" | "disabled" | "unused"
      circuit: {
        state: "closed" | "open" | "half_open"
        pausedUntil: string | null
      }
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Remove an endpoint; what waits for it ends
   *
   * Needs the scope `webhooks:write`.
   */
  'DELETE /api/integrations/webhooks/{id}': {
    path: {
      id: string
    }
    answer: undefined
  }
  /**
   * Give an endpoint a new secret; the one before goes on signing for a while
   *
   * Needs the scope `webhooks:write`.
   */
  'POST /api/integrations/webhooks/{id}/rotate-secret': {
    path: {
      id: string
    }
    body: {
      /** whsec_ and base64, or 12 to 128 printable characters. One is made where none is given. */
      secret?: string
      /** How long the secret before goes on signing, too. Default: 86400. */
      overlapSeconds?: number
    } | null
    answer: {
      secret: string
      previousExpiresAt: string | null
      signingPublicKey: string | null
    }
  }
  /**
   * Statistics of one endpoint
   *
   * Needs the scope `webhooks:read`.
   */
  'GET /api/integrations/webhooks/{id}/stats': {
    path: {
      id: string
    }
    query?: {
      /** Default: "24h". */
      window?: "1h" | "24h" | "7d" | "30d"
    }
    answer: {
      totals: {
        /** Events accepted in the workspace; of one endpoint, deliveries begun. */
        accepted: number
        delivered: number
        /** Attempts that failed. */
        failed: number
        /** Attempts that were retries. */
        retried: number
        /** Deliveries that failed for good. */
        exhausted: number
        successRate: number | null
        p50Ms: number | null
        p95Ms: number | null
      }
      /** Oldest first, without gaps. */
      series: {
        at: string
        delivered: number
        failed: number
        retried: number | null
        accepted: number
      }[]
      endpoints?: {
        total: number
        active: number
        disabled: number
        failing: number
        paused: number
      }
    }
  }
  /**
   * Send a test event to an endpoint and wait for its answer
   *
   * Where the endpoint was disabled and accepts the test, it is enabled again.
   *
   * Needs the scope `webhooks:write`.
   */
  'POST /api/integrations/webhooks/{id}/test': {
    path: {
      id: string
    }
    body: {
      type?: string
      payload?: unknown
    } | null
    answer: {
      eventId: string
      delivered: boolean
      attempt: {
        /** 1 is the first; a replay counts from 1 again. */
        attempt: number
        at: string
        durationMs: number
        statusCode: number | null
        outcome: "delivered" | "retry" | "dead"
        error: string | null
        response: string | null
      } | null
    }
  }
  /**
   * One integration
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Change an integration; settings and credentials are tested again
   *
   * Needs the scope `integrations:write`.
   */
  'PATCH /api/integrations/{id}': {
    path: {
      id: string
    }
    body: {
      name?: string
      description?: string | null
      agentId?: string | null
      /** The settings to change; those left out stay, null takes one away. */
      config?: Record<string, unknown>
      /** What the template's auth asks for. Sealed at once, and never shown again. */
      credentials?: Record<string, string>
      isActive?: boolean
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Disconnect and delete an integration; its log is kept
   *
   * Needs the scope `integrations:write`.
   */
  'DELETE /api/integrations/{id}': {
    path: {
      id: string
    }
    answer: undefined
  }
  /**
   * Make an integration the default of exactly these capabilities
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/{id}/default': {
    path: {
      id: string
    }
    body: {
      capabilities: string[]
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Switch an integration off; what waits for it stays
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/{id}/disable': {
    path: {
      id: string
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Forget the credentials; settings and history stay
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/{id}/disconnect': {
    path: {
      id: string
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Switch an integration on
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/{id}/enable': {
    path: {
      id: string
    }
    answer: {
      id: string
      templateId: string
      templateName: string
      agentId: string | null
      name: string
      description: string | null
      /** Enabled: a person can switch it off whatever its status is. */
      isActive: boolean
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      errorCode: string | null
      errorMessage: string | null
      nextStep: string | null
      authType: string
      /** Without the fields that are sealed. */
      config: Record<string, unknown>
      /** Sealed settings that are set. */
      sealedFields: string[]
      hasCredentials: boolean
      credentialsExpireAt: string | null
      accountName: string | null
      defaultFor: string[]
      capabilities: {
        capability: string
        operations: string[]
        /** Its settings and credentials are there. */
        configured: boolean
        /** It was seen to work with them. */
        tested: boolean
        /** It can be used now. */
        healthy: boolean
        /** Flows that need this capability choose this integration. */
        isDefault: boolean
      }[]
      lastTestedAt: string | null
      lastSuccessAt: string | null
      lastSyncAt: string | null
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Write an integration with its secrets into a file that a passphrase seals
   *
   * For the platform admin.
   */
  'POST /api/integrations/{id}/export': {
    path: {
      id: string
    }
    body: {
      passphrase: string
    }
    answer: {
      format: "tenon-integration-1"
      templateId: string
      name: string
      exportedAt: string
      salt: string
      iv: string
      /** AES-256-GCM under a key that scrypt makes of the passphrase. */
      sealed: string
    }
  }
  /**
   * How an integration is, and what to do
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/{id}/health': {
    path: {
      id: string
    }
    answer: {
      id: string
      name: string
      type: string
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
      isActive: boolean
      state: "healthy" | "degraded" | "failing" | "waiting" | "off"
      nextStep: string | null
      lastSync: string | null
      lastSuccessAt: string | null
      lastTestedAt: string | null
      errorCode: string | null
      errorMessage: string | null
      checks: {
        connection: {
          state: "ok" | "warning" | "failed" | "unknown" | "not_applicable"
          message: string
          nextStep: string | null
        }
        webhooks: {
          state: "ok" | "warning" | "failed" | "unknown" | "not_applicable"
          message: string
          nextStep: string | null
        }
        rateLimits: {
          state: "ok" | "warning" | "failed" | "unknown" | "not_applicable"
          message: string
          nextStep: string | null
        }
        credentials: {
          state: "ok" | "warning" | "failed" | "unknown" | "not_applicable"
          message: string
          nextStep: string | null
        }
      }
      window: {
        hours: number
        operations: number
        failed: number
        unknown: number
        successRate: number | null
        p50Ms: number | null
        p95Ms: number | null
        vendorCalls: number
      }
      deliveries: {
        waiting: number
        pausedUntil: string | null
        consecutiveFailures: number
      }
      pace: {
        requests: number
        perMs: number
        /** Share of what may be sent at once that is used up, 0 to 1. */
        used: number
      }
      tokenExpiresAt: string | null
    }
  }
  /**
   * Search the operation log of one integration
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/{id}/logs': {
    path: {
      id: string
    }
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      operation?: string
      status?: "success" | "failed" | "unknown"
      eventId?: string
      callId?: string
      after?: string
      before?: string
    }
    answer: {
      id: string
      integrationId: string
      integrationName: string | null
      operation: string
      direction: "inbound" | "outbound"
      status: "success" | "failed" | "unknown"
      at: string
      durationMs: number
      errorCode: string | null
      errorMessage: string | null
      vendorRequestId: string | null
      request: string | null
      response: string | null
      eventId: string | null
      callId: string | null
      /** Requests to the vendor that it took. */
      calls: number
    }[]
  }
  /**
   * What an integration can do, with the form of each input
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/{id}/operations': {
    path: {
      id: string
    }
    answer: {
      /** Such as contacts.create. */
      name: string
      /** What it does, as a button says it. */
      title: string
      /** Whether something changes at the vendor. */
      writes: boolean
      /** Whether it answers many items. */
      lists: boolean
      /** What may be done after a call whose outcome nobody knows: repeat it, repeat it with the same key, look first, or nothing. */
      repeat: "safe" | "key" | "lookup" | "never"
      /** A JSON Schema (2020-12). Fields with `encrypted: true` are sealed and never come back. */
      input: Record<string, unknown>
      /** Whether it can be called now. */
      available: boolean
    }[]
  }
  /**
   * Call an operation
   *
   * The body is the input of the operation. Answers what the operation answers; a list answers its first items.
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/{id}/operations/{operation}': {
    path: {
      id: string
      operation: string
    }
    query?: {
      /** Of lists: most items to answer. Default: 100. */
      limit?: number
      /** The call that causes it, for the log. */
      callId?: string
    }
    body: Record<string, unknown>
    answer: unknown
  }
  /**
   * List which events become which operations
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/{id}/subscriptions': {
    path: {
      id: string
    }
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
    }
    answer: {
      id: string
      integrationId: string
      events: string[]
      operation: string
      mapping: Record<string, unknown>
      filter: Record<string, unknown> | null
      isActive: boolean
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * Make events become an operation
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/{id}/subscriptions': {
    path: {
      id: string
    }
    body: {
      events: string[]
      operation: string
      /** The input of the operation: texts that start with $. are paths in { id, type, occurredAt, payload }, { "$value": … } is a constant, { "$path": "…", "$default": … } a path with a default; everything else is as it stands. */
      mapping: Record<string, unknown>
      filter?: Record<string, unknown> | null
      isActive?: boolean
    }
    answer: {
      id: string
      integrationId: string
      events: string[]
      operation: string
      mapping: Record<string, unknown>
      filter: Record<string, unknown> | null
      isActive: boolean
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Show what a mapping makes of an event, without calling the vendor
   *
   * Needs the scope `integrations:read`.
   */
  'POST /api/integrations/{id}/subscriptions/preview': {
    path: {
      id: string
    }
    body: {
      operation: string
      /** The input of the operation: texts that start with $. are paths in { id, type, occurredAt, payload }, { "$value": … } is a constant, { "$path": "…", "$default": … } a path with a default; everything else is as it stands. */
      mapping: Record<string, unknown>
      type?: string
      /** Default: the example of the type's catalogue entry. */
      payload?: unknown
    }
    answer: {
      input: unknown
      valid: boolean
      details: {
        field: string
        message: string
      }[]
    }
  }
  /**
   * One subscription
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/{id}/subscriptions/{subscriptionId}': {
    path: {
      id: string
      subscriptionId: string
    }
    answer: {
      id: string
      integrationId: string
      events: string[]
      operation: string
      mapping: Record<string, unknown>
      filter: Record<string, unknown> | null
      isActive: boolean
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Change a subscription
   *
   * Needs the scope `integrations:write`.
   */
  'PATCH /api/integrations/{id}/subscriptions/{subscriptionId}': {
    path: {
      id: string
      subscriptionId: string
    }
    body: {
      events?: string[]
      operation?: string
      /** The input of the operation: texts that start with $. are paths in { id, type, occurredAt, payload }, { "$value": … } is a constant, { "$path": "…", "$default": … } a path with a default; everything else is as it stands. */
      mapping?: Record<string, unknown>
      filter?: Record<string, unknown> | null
      isActive?: boolean
    }
    answer: {
      id: string
      integrationId: string
      events: string[]
      operation: string
      mapping: Record<string, unknown>
      filter: Record<string, unknown> | null
      isActive: boolean
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Remove a subscription
   *
   * Needs the scope `integrations:write`.
   */
  'DELETE /api/integrations/{id}/subscriptions/{subscriptionId}': {
    path: {
      id: string
      subscriptionId: string
    }
    answer: undefined
  }
  /**
   * How far the last sync has come
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/{id}/sync': {
    path: {
      id: string
    }
    answer: {
      id: string
      integrationId: string
      status: "running" | "completed" | "failed"
      operation: string
      pages: number
      changed: number
      deleted: number
      errorCode: string | null
      errorMessage: string | null
      startedAt: string
      finishedAt: string | null
    }
  }
  /**
   * Read what changed at the vendor since the last time
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/{id}/sync': {
    path: {
      id: string
    }
    answer: {
      id: string
      integrationId: string
      status: "running" | "completed" | "failed"
      operation: string
      pages: number
      changed: number
      deleted: number
      errorCode: string | null
      errorMessage: string | null
      startedAt: string
      finishedAt: string | null
    }
  }
  /**
   * Ask the vendor whether the connection works
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/{id}/test': {
    path: {
      id: string
    }
    answer: {
      success: boolean
      message: string
      errorCode: string | null
      accountName: string | null
      status: "pending" | "active" | "error" | "reauth_required" | "disconnected"
    }
  }
  /**
   * Where the vendor is to send webhooks, and whether it does
   *
   * Needs the scope `integrations:read`.
   */
  'GET /api/integrations/{id}/webhook': {
    path: {
      id: string
    }
    answer: {
      /** Where the vendor is to send webhooks of this integration. */
      url: string
      secretSource: "generated" | "application" | "setting" | "credential"
      /** There is something to verify webhooks with. */
      hasSecret: boolean
      subscription: {
        status: "active" | "failed"
        expiresAt: string | null
        errorMessage: string | null
      } | null
    }
  }
  /**
   * Make a new secret for the webhooks of an integration, and show it once
   *
   * What is signed with the one before is accepted until the next change.
   *
   * Needs the scope `integrations:write`.
   */
  'POST /api/integrations/{id}/webhook/rotate-secret': {
    path: {
      id: string
    }
    answer: {
      url: string
      /** Shown this once. */
      secret: string
    }
  }
  /**
   * Capture a lead, whether it is known already or not
   *
   * Needs the scope `leads:write`.
   */
  'POST /api/leads': {
    body: {
      email?: string | null
      phone?: string | null
      firstName?: string | null
      lastName?: string | null
      name?: string | null
      company?: string | null
      jobTitle?: string | null
      address?: {
        street?: string | null
        city?: string | null
        state?: string | null
        postalCode?: string | null
        country?: string | null
      }
      timezone?: string | null
      /** Where the lead came from: assessment, newsletter, contact_form, booking, consultation, call, chat, social, import, api, or a name of your own. */
      source?: string
      tags?: string[]
      /** Fields of your own, any JSON; together at most 32 KiB. Null takes a field away. */
      customFields?: Record<string, unknown>
      /** By channel: email, sms, phone … */
      consent?: Record<string, {
        granted: boolean
        at?: string
        /** Where it was given, such as the name of a form. */
        source?: string
        /** The words that were agreed to. */
        text?: string
      }>
      /** What the person wrote; stands in the timeline. */
      message?: string
      formName?: string
      pageUrl?: string
      /** Where the visit came from: utm_source, utm_campaign, gclid … */
      campaign?: Record<string, string>
      /** When it happened, where that is not now. */
      timestamp?: string
    }
    answer: {
      leadId: string
      stored: {
        /** Whether the lead is new. */
        created: boolean
        status: string
        activityId: string
        events: {
          id: string
          type: string
        }[]
      }
      /** What each integration is told, as far as one wants to hear it. */
      queued: {
        integrationId: string
        name: string
        template: string
        /** What waits for an integration that is not active arrives when it is. */
        status: string
        event: string
        eventId: string
        operations: string[]
      }[]
      /** How many deliveries to webhook endpoints are queued. */
      endpoints: number
      requestId?: string
      occurredAt: string
    }
  }
  /** Who is signed in */
  'GET /api/session': {
    answer: {
      person: {
        id: string
        email: string
        name: string
        platformAdmin: boolean
      }
      workspaces: {
        id: string
        name: string
        role: "owner" | "admin" | "member"
      }[]
    }
  }
  /** Sign in by password */
  'POST /api/session': {
    body: {
      email: string
      password: string
    }
    answer: {
      person: {
        id: string
        email: string
        name: string
        platformAdmin: boolean
      }
      workspaces: {
        id: string
        name: string
        role: "owner" | "admin" | "member"
      }[]
    }
  }
  /** Sign out */
  'DELETE /api/session': {
    answer: undefined
  }
  /** Change the password, and end the other sessions */
  'PATCH /api/session/password': {
    body: {
      currentPassword: string
      newPassword: string
    }
    answer: undefined
  }
  /**
   * Send somebody SMS again, who agreed
   *
   * Needs the scope `sms:write`.
   */
  'POST /api/sms/opt-ins': {
    body: {
      phone: string
    }
    answer: undefined
  }
  /**
   * List who gets no SMS
   *
   * Needs the scope `sms:read`.
   */
  'GET /api/sms/opt-outs': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
    }
    answer: {
      phone: string
      /** Whether a STOP said so, or a person entered it. */
      source: "message" | "person"
      createdAt: string
    }[]
  }
  /**
   * Send somebody no more SMS
   *
   * Needs the scope `sms:write`.
   */
  'POST /api/sms/opt-outs': {
    body: {
      phone: string
    }
    answer: undefined
  }
  /**
   * List the SMS, sent and to be sent
   *
   * Needs the scope `sms:read`.
   */
  'GET /api/sms/sends': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
      status?: "queued" | "sending" | "sent" | "failed" | "unknown"
      to?: string
    }
    answer: {
      id: string
      /** `sent`: the vendor took it · `unknown`: the connection broke before anybody said whether it was taken */
      status: "queued" | "sending" | "sent" | "failed" | "unknown"
      reported: string | null
      to: string
      from: string | null
      text: string
      mediaUrls: string[]
      segments: number | null
      key: string | null
      attempts: number
      integrationId: string | null
      messageId: string | null
      errorCode: string | null
      error: string | null
      createdAt: string
      sentAt: string | null
    }[]
  }
  /**
   * Send an SMS to one person
   *
   * Queued at once and sent by the integration that is the default for messaging, or else any that can send SMS; to nobody who answered STOP.
   *
   * Needs the scope `sms:write`.
   */
  'POST /api/sms/sends': {
    body: {
      to: string
      text: string
      from?: string
      mediaUrls?: string[]
      /** Your own word for this message: another one with the same key is not made. */
      key?: string
    }
    answer: {
      id: string
      /** `sent`: the vendor took it · `unknown`: the connection broke before anybody said whether it was taken */
      status: "queued" | "sending" | "sent" | "failed" | "unknown"
      reported: string | null
      to: string
      from: string | null
      text: string
      mediaUrls: string[]
      segments: number | null
      key: string | null
      attempts: number
      integrationId: string | null
      messageId: string | null
      errorCode: string | null
      error: string | null
      createdAt: string
      sentAt: string | null
    }
  }
  /**
   * One SMS, and what became of it
   *
   * Needs the scope `sms:read`.
   */
  'GET /api/sms/sends/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      /** `sent`: the vendor took it · `unknown`: the connection broke before anybody said whether it was taken */
      status: "queued" | "sending" | "sent" | "failed" | "unknown"
      reported: string | null
      to: string
      from: string | null
      text: string
      mediaUrls: string[]
      segments: number | null
      key: string | null
      attempts: number
      integrationId: string | null
      messageId: string | null
      errorCode: string | null
      error: string | null
      createdAt: string
      sentAt: string | null
    }
  }
  /**
   * Book an appointment
   *
   * Answers within a voice turn: a sentence to speak, and data beside it. What cannot be done is said with `ok: false`. Takes the fields themselves, or `{ name, call, args }` as Retell sends it.
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/tools/book-appointment': {
    body: {
      /** The agent that asks; chooses whose time is booked. */
      agent_id?: string
      /** The call in which this is asked; the same request of one call is done once. */
      call_id?: string
      /** An IANA time zone in which times are meant. Default: that of whoever's time is booked. */
      timezone?: string
      /** The name of the customer. */
      customer_name?: string
      /** A phone number, however it is written. */
      customer_phone?: string
      /** An e-mail address. */
      customer_email?: string
      /** A day, such as 2026-02-20, tomorrow or Monday. */
      appointment_date: string
      /** A time of day, such as 14:00 or 2:30 pm. */
      appointment_time: string
      /** How long the appointment is. Default: as long as slots are. */
      duration_minutes?: number | string
      /** What the appointment is. */
      title?: string
      /** What the appointment is about. */
      notes?: string
    }
    answer: {
      /** Whether what was asked for is done. */
      ok: boolean
      /** A sentence to speak. */
      message: string
      reason?: string
      /** False where a connected calendar did not answer in time, and could still object. */
      certain?: boolean
      booking_id?: string
      starts_at?: string
      ends_at?: string
      timezone?: string
      slots?: {
        starts_at: string
        ends_at: string
        spoken: string
        /** The appointment, where one of several is to be chosen. */
        booking_id?: string
      }[]
      alternatives?: {
        starts_at: string
        ends_at: string
        spoken: string
        /** The appointment, where one of several is to be chosen. */
        booking_id?: string
      }[]
      contact?: {
        id: string
        name: string | null
        email: string | null
        phone: string | null
        status: string
      }
    }
  }
  /**
   * Cancel an appointment
   *
   * Answers within a voice turn: a sentence to speak, and data beside it. What cannot be done is said with `ok: false`. Takes the fields themselves, or `{ name, call, args }` as Retell sends it.
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/tools/cancel-appointment': {
    body: {
      /** The agent that asks; chooses whose time is booked. */
      agent_id?: string
      /** The call in which this is asked; the same request of one call is done once. */
      call_id?: string
      /** An IANA time zone in which times are meant. Default: that of whoever's time is booked. */
      timezone?: string
      /** The id of the appointment, where it is known. */
      booking_id?: string
      /** A phone number, however it is written. */
      customer_phone?: string
      /** An e-mail address. */
      customer_email?: string
      /** Why it is cancelled. */
      reason?: string
    }
    answer: {
      /** Whether what was asked for is done. */
      ok: boolean
      /** A sentence to speak. */
      message: string
      reason?: string
      /** False where a connected calendar did not answer in time, and could still object. */
      certain?: boolean
      booking_id?: string
      starts_at?: string
      ends_at?: string
      timezone?: string
      slots?: {
        starts_at: string
        ends_at: string
        spoken: string
        /** The appointment, where one of several is to be chosen. */
        booking_id?: string
      }[]
      alternatives?: {
        starts_at: string
        ends_at: string
        spoken: string
        /** The appointment, where one of several is to be chosen. */
        booking_id?: string
      }[]
      contact?: {
        id: string
        name: string | null
        email: string | null
        phone: string | null
        status: string
      }
    }
  }
  /**
   * Say when an appointment can be booked
   *
   * Answers within a voice turn: a sentence to speak, and data beside it. What cannot be done is said with `ok: false`. Takes the fields themselves, or `{ name, call, args }` as Retell sends it.
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/tools/check-availability': {
    body: {
      /** The agent that asks; chooses whose time is booked. */
      agent_id?: string
      /** The call in which this is asked; the same request of one call is done once. */
      call_id?: string
      /** An IANA time zone in which times are meant. Default: that of whoever's time is booked. */
      timezone?: string
      /** A day, such as 2026-02-20, tomorrow or next Monday. Default: the next free times. */
      appointment_date?: string
      /** How long the appointment is. Default: as long as slots are. */
      duration_minutes?: number | string
    }
    answer: {
      /** Whether what was asked for is done. */
      ok: boolean
      /** A sentence to speak. */
      message: string
      reason?: string
      /** False where a connected calendar did not answer in time, and could still object. */
      certain?: boolean
      booking_id?: string
      starts_at?: string
      ends_at?: string
      timezone?: string
      slots?: {
        starts_at: string
        ends_at: string
        spoken: string
        /** The appointment, where one of several is to be chosen. */
        booking_id?: string
      }[]
      alternatives?: {
        starts_at: string
        ends_at: string
        spoken: string
        /** The appointment, where one of several is to be chosen. */
        booking_id?: string
      }[]
      contact?: {
        id: string
        name: string | null
        email: string | null
        phone: string | null
        status: string
      }
    }
  }
  /**
   * Find a customer by phone or e-mail
   *
   * Answers within a voice turn: a sentence to speak, and data beside it. What cannot be done is said with `ok: false`. Takes the fields themselves, or `{ name, call, args }` as Retell sends it.
   *
   * Needs the scope `leads:read`.
   */
  'POST /api/tools/find-contact': {
    body: {
      /** The agent that asks; chooses whose time is booked. */
      agent_id?: string
      /** The call in which this is asked; the same request of one call is done once. */
      call_id?: string
      /** An IANA time zone in which times are meant. Default: that of whoever's time is booked. */
      timezone?: string
      /** The name of the customer. */
      customer_name?: string
      /** A phone number, however it is written. */
      customer_phone?: string
      /** An e-mail address. */
      customer_email?: string
    }
    answer: {
      /** Whether what was asked for is done. */
      ok: boolean
      /** A sentence to speak. */
      message: string
      reason?: string
      /** False where a connected calendar did not answer in time, and could still object. */
      certain?: boolean
      booking_id?: string
      starts_at?: string
      ends_at?: string
      timezone?: string
      slots?: {
        starts_at: string
        ends_at: string
        spoken: string
        /** The appointment, where one of several is to be chosen. */
        booking_id?: string
      }[]
      alternatives?: {
        starts_at: string
        ends_at: string
        spoken: string
        /** The appointment, where one of several is to be chosen. */
        booking_id?: string
      }[]
      contact?: {
        id: string
        name: string | null
        email: string | null
        phone: string | null
        status: string
      }
    }
  }
  /**
   * Move an appointment to another time
   *
   * Answers within a voice turn: a sentence to speak, and data beside it. What cannot be done is said with `ok: false`. Takes the fields themselves, or `{ name, call, args }` as Retell sends it.
   *
   * Needs the scope `scheduling:write`.
   */
  'POST /api/tools/reschedule-appointment': {
    body: {
      /** The agent that asks; chooses whose time is booked. */
      agent_id?: string
      /** The call in which this is asked; the same request of one call is done once. */
      call_id?: string
      /** An IANA time zone in which times are meant. Default: that of whoever's time is booked. */
      timezone?: string
      /** The id of the appointment, where it is known. */
      booking_id?: string
      /** A phone number, however it is written. */
      customer_phone?: string
      /** An e-mail address. */
      customer_email?: string
      /** The new day. */
      appointment_date: string
      /** The new time of day. */
      appointment_time: string
    }
    answer: {
      /** Whether what was asked for is done. */
      ok: boolean
      /** A sentence to speak. */
      message: string
      reason?: string
      /** False where a connected calendar did not answer in time, and could still object. */
      certain?: boolean
      booking_id?: string
      starts_at?: string
      ends_at?: string
      timezone?: string
      slots?: {
        starts_at: string
        ends_at: string
        spoken: string
        /** The appointment, where one of several is to be chosen. */
        booking_id?: string
      }[]
      alternatives?: {
        starts_at: string
        ends_at: string
        spoken: string
        /** The appointment, where one of several is to be chosen. */
        booking_id?: string
      }[]
      contact?: {
        id: string
        name: string | null
        email: string | null
        phone: string | null
        status: string
      }
    }
  }
  /**
   * List all workspaces
   *
   * For the platform admin.
   */
  'GET /api/workspaces': {
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
    }
    answer: {
      id: string
      name: string
      createdAt: string
      updatedAt: string
    }[]
  }
  /**
   * Create a workspace, with its owner and a first API key where wanted
   *
   * For the platform admin.
   */
  'POST /api/workspaces': {
    body: {
      name: string
      /** Becomes the owner; an account that exists already keeps its name and password. */
      owner?: {
        email: string
        name: string
        password: string
      }
      /** Makes an API key with all scopes too. */
      createApiKey?: boolean
    }
    answer: {
      id: string
      name: string
      createdAt: string
      updatedAt: string
      /** Shown this once. */
      apiKey?: string
    }
  }
  /**
   * Show a workspace
   *
   * Needs the scope `workspace:read`.
   */
  'GET /api/workspaces/{id}': {
    path: {
      id: string
    }
    answer: {
      id: string
      name: string
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Rename a workspace
   *
   * Needs the scope `workspace:write`.
   */
  'PATCH /api/workspaces/{id}': {
    path: {
      id: string
    }
    body: {
      name: string
    }
    answer: {
      id: string
      name: string
      createdAt: string
      updatedAt: string
    }
  }
  /**
   * Delete a workspace and everything in it (owners and the platform admin)
   *
   * Needs the scope `workspace:write`.
   */
  'DELETE /api/workspaces/{id}': {
    path: {
      id: string
    }
    answer: undefined
  }
  /**
   * List the API keys of a workspace
   *
   * Needs the scope `keys:read`.
   */
  'GET /api/workspaces/{id}/api-keys': {
    path: {
      id: string
    }
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
    }
    answer: {
      id: string
      name: string
      /** By which a person recognises the key. */
      prefix: string
      scopes: string[]
      createdAt: string
      lastUsedAt: string | null
      expiresAt: string | null
      revokedAt: string | null
    }[]
  }
  /**
   * Create an API key; it is shown in this answer only
   *
   * Needs the scope `keys:write`.
   */
  'POST /api/workspaces/{id}/api-keys': {
    path: {
      id: string
    }
    body: {
      name: string
      scopes: ("*" | "workspace:read" | "workspace:write" | "members:read" | "members:write" | "keys:read" | "keys:write" | "events:read" | "events:write" | "webhooks:read" | "webhooks:write" | "integrations:read" | "integrations:write" | "email:read" | "email:write" | "leads:read" | "leads:write" | "files:read" | "files:write" | "scheduling:read" | "scheduling:write" | "sms:read" | "sms:write")[]
      expiresAt?: string
    }
    answer: {
      id: string
      name: string
      /** By which a person recognises the key. */
      prefix: string
      scopes: string[]
      createdAt: string
      lastUsedAt: string | null
      expiresAt: string | null
      revokedAt: string | null
      /** Shown this once. */
      key: string
    }
  }
  /**
   * Show an API key, without the key itself
   *
   * Needs the scope `keys:read`.
   */
  'GET /api/workspaces/{id}/api-keys/{keyId}': {
    path: {
      id: string
      keyId: string
    }
    answer: {
      id: string
      name: string
      /** By which a person recognises the key. */
      prefix: string
      scopes: string[]
      createdAt: string
      lastUsedAt: string | null
      expiresAt: string | null
      revokedAt: string | null
    }
  }
  /**
   * Rename an API key
   *
   * Needs the scope `keys:write`.
   */
  'PATCH /api/workspaces/{id}/api-keys/{keyId}': {
    path: {
      id: string
      keyId: string
    }
    body: {
      name: string
    }
    answer: {
      id: string
      name: string
      /** By which a person recognises the key. */
      prefix: string
      scopes: string[]
      createdAt: string
      lastUsedAt: string | null
      expiresAt: string | null
      revokedAt: string | null
    }
  }
  /**
   * Revoke an API key; it stays in the list, and works no more
   *
   * Needs the scope `keys:write`.
   */
  'DELETE /api/workspaces/{id}/api-keys/{keyId}': {
    path: {
      id: string
      keyId: string
    }
    answer: {
      id: string
      name: string
      /** By which a person recognises the key. */
      prefix: string
      scopes: string[]
      createdAt: string
      lastUsedAt: string | null
      expiresAt: string | null
      revokedAt: string | null
    }
  }
  /**
   * List the members of a workspace
   *
   * Needs the scope `members:read`.
   */
  'GET /api/workspaces/{id}/members': {
    path: {
      id: string
    }
    query?: {
      /** Most items to answer. Default: 50. */
      limit?: number
      /** The `nextCursor` of the page before. */
      cursor?: string
    }
    answer: {
      personId: string
      email: string
      name: string
      role: "owner" | "admin" | "member"
      createdAt: string
    }[]
  }
  /**
   * Add a person, with a first password where the address has no account yet
   *
   * Needs the scope `members:write`.
   */
  'POST /api/workspaces/{id}/members': {
    path: {
      id: string
    }
    body: {
      email: string
      role: "owner" | "admin" | "member"
      name?: string
      password?: string
    }
    answer: {
      personId: string
      email: string
      name: string
      role: "owner" | "admin" | "member"
      createdAt: string
    }
  }
  /**
   * Change the role of a member
   *
   * Needs the scope `members:write`.
   */
  'PATCH /api/workspaces/{id}/members/{personId}': {
    path: {
      id: string
      personId: string
    }
    body: {
      role: "owner" | "admin" | "member"
    }
    answer: {
      personId: string
      email: string
      name: string
      role: "owner" | "admin" | "member"
      createdAt: string
    }
  }
  /**
   * Remove a member; the last owner stays
   *
   * Needs the scope `members:write`.
   */
  'DELETE /api/workspaces/{id}/members/{personId}': {
    path: {
      id: string
      personId: string
    }
    answer: undefined
  }
  /** Whether the process is alive */
  'GET /health': {
    answer: {
      status: "ok"
      version: string
      uptimeSeconds: number
    }
  }
  /** Whether the process can do its work: 503 while it cannot */
  'GET /ready': {
    answer: {
      ready: boolean
      checks: {
        database: {
          ok: boolean
        }
        migrations: {
          ok: boolean
          current: number
          expected: number
        }
        worker: {
          ok: boolean
          role: string
        }
      }
    }
  }
}
