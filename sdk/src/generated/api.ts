// Generated from server/openapi.json by `npm run generate`. Do not edit.

/** Every operation of the API, by its method and path. */
export type Operations = {
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
        eventId: string
        eventType: string | null
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
      }[]
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
      /** whsec_ and base64, or 16 to 128 printable characters. One is made where none is given. */
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
      eventId: string
      eventType: string | null
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
      eventId: string
      eventType: string | null
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
      eventId: string
      eventType: string | null
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
      eventId: string
      eventType: string | null
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
      /** whsec_ and base64, or 16 to 128 printable characters. One is made where none is given. */
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
      /** whsec_ and base64, or 16 to 128 printable characters. One is made where none is given. */
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
      scopes: ("*" | "workspace:read" | "workspace:write" | "members:read" | "members:write" | "keys:read" | "keys:write" | "events:read" | "events:write" | "webhooks:read" | "webhooks:write" | "integrations:read" | "integrations:write")[]
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
