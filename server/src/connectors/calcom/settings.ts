import { type Context, type Static, Type } from '../../kit/index.ts'

export const cloudUrl = 'https://api.cal.com'

export const settings = Type.Object({
  api_url: Type.Optional(
    Type.String({
      title: 'API of your own Cal.com',
      description: 'Where its API answers, up to `/v2`: `https://cal.example.com/api`. Default: that of cal.com.',
      pattern: '^https?://[^\\s?#@\\\\]+$',
      maxLength: 300,
    }),
  ),
  event_type_id: Type.Optional(
    Type.Integer({
      title: 'Event type',
      description: 'Id of the event type that is booked. Default: the first that is not hidden.',
      minimum: 1,
    }),
  ),
  timezone: Type.Optional(
    Type.String({
      title: 'Time zone',
      description: 'Of attendees whose own is not known, such as America/New_York. Default: UTC.',
      minLength: 1,
      maxLength: 100,
    }),
  ),
})

export type CalContext = Context<Static<typeof settings>>

/** Without the slash at its end, and without the version, which the paths have. */
export const apiUrlOf = ({ api_url: url = cloudUrl }: { api_url?: string | undefined }): string =>
  url.replace(/\/+$/, '').replace(/\/v2$/, '')
