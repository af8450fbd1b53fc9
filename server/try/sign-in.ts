import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  atServer,
  authorizeUrl,
  codeRequest,
  judgeCallback,
  judgeTokenAnswer,
  newCodeVerifier,
  refreshRequest,
  serverOf,
} from '../src/integrations/oauth-client.ts'
import { createTokenEndpoint } from '../src/integrations/oauth-endpoint.ts'
import type { Traffic } from '../src/integrations/runner.ts'
import type { AnyConnector } from '../src/kit/index.ts'
import type { WayIn } from './given.ts'

type OAuthWay = Extract<WayIn, { type: 'oauth2' }>

/** Gets tokens: by the refresh token that was given, or by asking the person to allow access in a browser. */
export async function signIn(options: {
  connector: AnyConnector
  wayIn: OAuthWay
  settings: Record<string, unknown>
  traffic: Traffic
  /** Where the vendor may send people back to: http://localhost:<port>/callback. */
  port: number
  say(text: string): void
}): Promise<Record<string, string>> {
  const { connector, wayIn, settings, traffic, port, say } = options
  const { auth, client, refreshToken } = wayIn
  const named = serverOf(connector.name, auth, { settings })
  const endpoint = createTokenEndpoint({ traffic })
  if (refreshToken !== undefined) {
    const answer = await endpoint(connector, refreshRequest(atServer(auth, named), client, refreshToken))
    return judgeTokenAnswer(connector.name, auth, answer, Date.now(), named).values
  }
  const server = createServer()
  server.listen(port, 'localhost')
  await once(server, 'listening')
  const redirectUri = `http://localhost:${(server.address() as AddressInfo).port}/callback`
  try {
    const state = randomBytes(16).toString('base64url')
    const codeVerifier = auth.pkce ? newCodeVerifier() : undefined
    const url = authorizeUrl(atServer(auth, named), { clientId: client.clientId, redirectUri, state, codeVerifier })
    say(`Register ${redirectUri} with the application, open this address, and allow access:\n\n  ${url}\n`)
    const query = await comeback(server, state)
    const code = judgeCallback(connector.name, query)
    const place = { ...named, ...serverOf(connector.name, auth, { query }) }
    const request = codeRequest(atServer(auth, place), client, { code, redirectUri, codeVerifier })
    return judgeTokenAnswer(connector.name, auth, await endpoint(connector, request), Date.now(), place).values
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** Waits for the browser that comes back with the state it was sent away with. */
function comeback(server: ReturnType<typeof createServer>, state: string): Promise<Record<string, string>> {
  return new Promise((resolve) => {
    server.on('request', (request, response) => {
      const query = Object.fromEntries(new URL(request.url ?? '/', 'http://localhost').searchParams)
      const isOurs = query.state === state
      response.writeHead(isOurs ? 200 : 404, { 'content-type': 'text/plain' })
      response.end(isOurs ? 'You can close this page and go back to the terminal.\n' : 'Nothing is here.\n')
      if (isOurs) resolve(query)
    })
  })
}
