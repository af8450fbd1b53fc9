import { defineConnector, encrypted, keys, oauth2, Type } from '../../kit/index.ts'
import { sendConversions } from './conversions.ts'
import { host, isExpired, pages, proven, readError, readPage, version, waitOf } from './graph.ts'
import { getLead, listForms, listLeads } from './leads.ts'
import { settings } from './settings.ts'
import { webhook } from './webhook.ts'

const secret = (title: string, description: string) =>
  encrypted(Type.String({ title, description, minLength: 8, maxLength: 1_000, pattern: '^\\S+$' }))

export const facebook = defineConnector({
  id: 'facebook',
  name: 'Facebook',
  category: 'advertising',
  description: 'Takes in what people enter into lead forms, and tells of conversions.',
  docs: 'https://developers.facebook.com/docs/graph-api',
  apiVersion: version,
  recordAs: 'meta',
  settings,

  auth: [
    oauth2({
      provider: 'facebook',
      authorizeUrl: `https://www.facebook.com/${version}/dialog/oauth`,
      tokenUrl: `${host}/${version}/oauth/access_token`,
      scopes: [
        'pages_show_list',
        'pages_read_engagement',
        'pages_manage_metadata',
        'pages_manage_ads',
        'leads_retrieval',
        'ads_management',
        'business_management',
      ],
      scopeSeparator: ',',
      pkce: false,
      clientAuth: 'body',
      // A token lives for an hour or two, or for sixty days once it was changed for another; pages' tokens live as long as theirs.
      exchange: { grantType: 'fb_exchange_token', parameter: 'fb_exchange_token' },
      withApplication: true,
      apply: ({ access_token: token = '', client_secret: appSecret }) => proven(token, appSecret),
    }),
    keys({
      fields: Type.Object({
        accessToken: secret(
          'System user token',
          'Of a system user of your business, to whom the page and the dataset are assigned.',
        ),
        appId: Type.String({
          title: 'App ID',
          description: 'Of the application that the token is of.',
          pattern: '^\\d{1,30}$',
        }),
        appSecret: secret('App secret', 'It proves our calls, and signs what Facebook sends.'),
      }),
      apply: ({ accessToken, appSecret }) => proven(accessToken, appSecret),
    }),
  ],

  http: {
    baseUrl: `${host}/${version}`,
    rateLimit: { requests: 200, perMs: 60_000 },
    concurrency: 4,
    pages,
    readError,
    isExpired,
    retryHeaders: waitOf,
  },

  async check(context) {
    const { page_id: page, dataset_id: dataset } = context.settings
    const named = (path: string) => context.http.get<{ id: string; name?: string }>(path, { fields: 'id,name' })
    const found = page === undefined ? undefined : await readPage(context)
    const other = dataset === undefined ? (found ?? (await named('/me'))) : await named(`/${dataset}`)
    const { name = other.name ?? other.id } = found ?? {}
    return { name, ...(found ? { routingKey: found.id } : {}) }
  },

  webhook,

  capabilities: {
    ads: {
      forms: listForms,
      leads: listLeads,
      getLead: async (context, { externalId }) => await getLead(context, externalId),
      sendConversions,
    },
  },
})
