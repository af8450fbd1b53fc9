/** Code for the receiver that checks a delivery's signature, in the language chosen. `secret` goes where the reader keeps it. */
export const verificationSnippets: { language: string; code: string }[] = [
  {
    language: 'Node.js',
    code: `import { createServer } from 'node:http'
import { Webhook } from 'standardwebhooks'

const webhook = new Webhook(process.env.TENON_WEBHOOK_SECRET)

createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  try {
    // Verify the bytes as they came; throws when the signature is wrong or too old.
    const event = webhook.verify(Buffer.concat(chunks).toString(), request.headers)
    response.writeHead(204).end()
    console.log(event.type, event.data) // after answering: slow work must not hold the answer
  } catch {
    response.writeHead(401).end()
  }
}).listen(8080)`,
  },
  {
    language: 'Python',
    code: `import os
from flask import Flask, request
from standardwebhooks import Webhook, WebhookVerificationError

app = Flask(__name__)
webhook = Webhook(os.environ["TENON_WEBHOOK_SECRET"])

@app.post("/webhooks")
def receive():
    try:
        # Verify the bytes as they came.
        event = webhook.verify(request.get_data(as_text=True), dict(request.headers))
    except WebhookVerificationError:
        return "", 401
    print(event["type"], event["data"])
    return "", 204`,
  },
  {
    language: 'Without a library',
    code: `import { createHmac, timingSafeEqual } from 'node:crypto'

/** rawBody: the bytes as they came. The header holds one signature, or several during a secret's rotation. */
export function isFromTenon(headers, rawBody, secret, nowMs = Date.now()) {
  const timestamp = headers['webhook-timestamp']
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > 300) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signed = \`\${headers['webhook-id']}.\${timestamp}.\${rawBody}\`
  const expected = createHmac('sha256', key).update(signed).digest()
  return headers['webhook-signature'].split(' ').some((entry) => {
    const [version, signature] = entry.split(',')
    const given = Buffer.from(signature ?? '', 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
}`,
  },
]
