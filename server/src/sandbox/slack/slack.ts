import { Type } from 'typebox'
import { type Answer, defineEmulator, type Failure, refusal, type World } from '../emulator.ts'

/** A channel with its webhook; `state` is what became of it. */
type Hook = { path: string; state: 'on' | 'no_service' | 'channel_is_archived' | 'action_prohibited' }
type Post = { hook: string; text: string; blocks: unknown[] }

const statuses = { no_service: 404, channel_is_archived: 410, action_prohibited: 403 } as const

/** Slack's incoming webhooks: one that is always there, and those that tests make. Answers are words, as Slack's are. */
export const slack = defineEmulator({
  id: 'slack',
  name: 'Slack',
  hosts: ['hooks.slack.com', 'hooks.slack-gov.com'],
  rateLimits: [{ name: 'webhook', requests: 30, perMs: 10_000, keyOf: ({ url }) => url }],
  accountNameOf: () => 'sandbox',
  refuse,

  setup(world) {
    if (!hooksOf(world).get('sandbox'))
      hooksOf(world).create({ path: 'T0SANDBOX/B0SANDBOX/sandbox', state: 'on' }, 'sandbox')
  },

  routes(api, world) {
    const schema = {
      params: Type.Object({ team: Type.String(), app: Type.String(), secret: Type.String() }),
      body: Type.Object({
        text: Type.Optional(Type.String({ maxLength: 40_000 })),
        blocks: Type.Optional(
          Type.Array(Type.Object({ type: Type.String() }, { additionalProperties: true }), { maxItems: 50 }),
        ),
        thread_ts: Type.Optional(Type.String()),
        unfurl_links: Type.Optional(Type.Boolean()),
      }),
    }
    api.post(
      '/services/:team/:app/:secret',
      { config: { sandbox: { public: true } }, schema },
      async (request, reply) => {
        const { team, app, secret } = request.params
        const hook = hooksOf(world).find(({ data }) => data.path === `${team}/${app}/${secret}`)
        const state = hook?.data.state ?? 'no_service'
        if (!hook || state !== 'on') throw refusal(statuses[state as keyof typeof statuses], state)
        const { text = '', blocks = [] } = request.body
        if (text === '' && blocks.length === 0) throw refusal(400, 'no_text')
        postsOf(world).create({ hook: hook.id, text, blocks })
        return reply.type('text/html').send('ok')
      },
    )
  },

  actions: (world) => ({
    /** Makes a webhook of a channel. Answers its URL. */
    newHook: (): { id: string; url: string } => {
      const path = `T0SANDBOX/B${world.nextId('hook')}/secret${world.nextId('hook')}`
      return { id: hooksOf(world).create({ path, state: 'on' }).id, url: `https://hooks.slack.com/services/${path}` }
    },
    /** What a person does who removes the app, archives the channel or forbids posting. */
    end: (id: string, state: Hook['state']): void => void hooksOf(world).update(id, { state }),
    /** What was posted, oldest first. */
    posts: (): Post[] =>
      postsOf(world)
        .list()
        .map(({ data }) => data),
  }),
})

const hooksOf = (world: World) => world.account('sandbox').records<Hook>('hooks')
const postsOf = (world: World) => world.account('sandbox').records<Post>('posts')

function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'rate_limited':
      return { status: 429, body: 'rate_limited', headers: { 'retry-after': String(failure.retryAfterSeconds) } }
    case 'invalid':
    case 'unreadable':
      return { status: 400, body: 'invalid_payload' }
    case 'unavailable':
      return { status: failure.status, body: 'rollup_error' }
    default:
      return { status: 404, body: 'no_service' }
  }
}
