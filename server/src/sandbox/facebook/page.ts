import { createHash, createHmac } from 'node:crypto'
import type { Account, World } from '../emulator.ts'

/** The application that the sandbox's system user belongs to; the hub's own is known by OAuth. */
export const sandboxApp = { id: '1234567890', secret: 'sandbox-facebook-app-secret' }
/** A lead that is there from the start. */
export const sandboxLead = '900000000000000001'
export const sandboxToken = 'EAASandboxSystemUserToken'

/** Every account has a page with two forms, and a dataset. The numbers follow from its name. */
export function idsOf(account: string) {
  const number = account === 'sandbox' ? 1 : createHash('sha256').update(account).digest().readUInt32BE()
  const id = (kind: number) => String(kind * 100_000_000_000_000 + number)
  return { user: id(9), page: id(1), dataset: id(2), forms: [id(3), id(4)] as [string, string] }
}

export type LeadData = {
  form_id: string
  created: number
  field_data: { name: string; values: string[] }[]
  ad_id?: string
  adset_id?: string
  campaign_id?: string
  platform?: string
  is_organic: boolean
}

export const leadsOf = (account: Account) => account.records<LeadData>('leads')

const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, '+0000')

/** A node of the graph: its type, and everything it can be asked for. */
type Node = { type: string; fields: Record<string, unknown> }

const leadFields = [
  ...['id', 'created_time', 'ad_id', 'ad_name', 'adset_id', 'adset_name', 'campaign_id', 'campaign_name', 'form_id'],
  ...['field_data', 'custom_disclaimer_responses', 'is_organic', 'platform', 'partner_name', 'home_listing', 'post'],
  ...['post_submission_check_result', 'retailer_item_id', 'vehicle'],
]

export function leadNode(id: string, { created, ...data }: LeadData): Node {
  const none = Object.fromEntries(leadFields.map((name) => [name, undefined]))
  return { type: 'Lead', fields: { ...none, id, created_time: time(created), ...data } }
}

export function formNode(account: Account, id: string): Node {
  const { page, forms } = idsOf(account.name)
  const count = leadsOf(account).list({ where: ({ data }) => data.form_id === id }).length
  const name = id === forms[0] ? 'Roof inspection' : 'Newsletter'
  const more = { locale: 'en_US', page_id: page, leads_count: count, organic_leads_count: 0, expired_leads_count: 0 }
  return { type: 'LeadGenForm', fields: { id, name, status: 'ACTIVE', ...more } }
}

/** What an id stands for, as far as this account may see it. */
export function nodeOf(account: Account, id: string, pageToken: () => string): Node | undefined {
  const { user, page, dataset, forms } = idsOf(account.name)
  if (id === 'me' || id === user) return { type: 'User', fields: { id: user, name: 'Grace Hopper' } }
  if (id === page)
    return {
      type: 'Page',
      fields: {
        id,
        name: 'Acme Roofing',
        category: 'Roofer',
        get access_token() {
          return pageToken()
        },
      },
    }
  if (id === dataset) return { type: 'AdsPixel', fields: { id, name: 'Acme dataset', is_unavailable: false } }
  if (forms.includes(id)) return formNode(account, id)
  const lead = leadsOf(account).get(id)
  return lead && leadNode(id, lead.data)
}

/** What an application hears of pages, and where. */
export type AppSubscription = { object: string; callback_url: string; active: boolean; fields: string[] }
export const subscriptionsOf = (world: World, appId: string): AppSubscription[] => {
  const { values } = world.account('(applications)')
  const all = (values.subscriptions ?? {}) as Record<string, AppSubscription[]>
  values.subscriptions = all
  all[appId] ??= []
  return all[appId]
}
/** Which applications hear of this page, and of what. */
export const subscribedOf = (account: Account): Record<string, string[]> => {
  account.values.subscribed ??= {}
  return account.values.subscribed as Record<string, string[]>
}

export const signed = (body: string, appSecret: string): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': 'facebookexternalua',
  'x-hub-signature-256': `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`,
})

/** What a call proves itself with: the token, hashed with the application's secret. */
export const proofOf = (token: string, appSecret: string): string =>
  createHmac('sha256', appSecret).update(token).digest('hex')
