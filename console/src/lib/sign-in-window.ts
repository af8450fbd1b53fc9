/** How a sign-in at a vendor ended, as the window of it tells. */
export type SignInOutcome =
  | { status: 'connected'; integrationId: string }
  | { status: 'failed'; error: string }
  /** The window was closed, or the vendor cut the tie between the windows: only the hub knows what became of it. */
  | { status: 'unknown' }

export type SignInWindow = { goTo(url: string): void; close(): void; outcome: Promise<SignInOutcome> }

const lookEveryMs = 500

/**
 * Opens an empty window for a sign-in. It must be opened in the click itself, since browsers block windows that open later; where it
 * is to go is told once the hub has answered. Answers undefined where the browser opens none.
 */
export function openSignInWindow(): SignInWindow | undefined {
  const opened = window.open('', 'tenon-connect', 'popup,width=620,height=760')
  if (!opened) return undefined
  const { promise, resolve } = Promise.withResolvers<SignInOutcome>()

  const listen = ({ origin, data }: MessageEvent) => {
    if (origin === location.origin && data?.type === 'tenon.connect') end(outcomeOf(data))
  }
  // A vendor's page may cut the tie, and then its window looks closed; nobody is hurt by one look too many at the hub.
  const timer = setInterval(
    () => opened.closed && setTimeout(() => end({ status: 'unknown' }), lookEveryMs),
    lookEveryMs,
  )
  function end(outcome: SignInOutcome) {
    clearInterval(timer)
    removeEventListener('message', listen)
    resolve(outcome)
  }
  addEventListener('message', listen)
  return {
    goTo: (url) => opened.location.replace(url),
    close() {
      opened.close()
      end({ status: 'unknown' })
    },
    outcome: promise,
  }
}

function outcomeOf(data: { status?: unknown; integrationId?: unknown; error?: unknown }): SignInOutcome {
  if (data.status === 'connected' && typeof data.integrationId === 'string')
    return { status: 'connected', integrationId: data.integrationId }
  return { status: 'failed', error: typeof data.error === 'string' ? data.error : 'The vendor refused the sign-in.' }
}
