import type { AdForm, AdLead, OperationInput } from '../../kit/index.ts'
import { personOf } from './answers.ts'
import { pageOf, readPage } from './graph.ts'
import type { FacebookContext } from './settings.ts'

type GraphForm = { id: string; name?: string; status?: string; leads_count?: number }
type GraphLead = {
  id: string
  created_time: string
  ad_id?: string
  adset_id?: string
  campaign_id?: string
  form_id?: string
  platform?: string
  is_organic?: boolean
  field_data?: { name: string; values?: string[] }[]
}

const fields = 'id,created_time,ad_id,adset_id,campaign_id,form_id,platform,is_organic,field_data'

export async function listForms(context: FacebookContext): Promise<AdForm[]> {
  const { credentials } = await readPage(context)
  const query = { fields: 'id,name,status,leads_count' }
  const forms: AdForm[] = []
  for await (const form of context.http.pages<GraphForm>(`/${pageOf(context)}/leadgen_forms`, query, { credentials }))
    forms.push({ id: form.id, name: form.name ?? form.id, status: form.status?.toLowerCase(), leads: form.leads_count })
  return forms
}

/** Leads are kept for 90 days (https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving). */
export async function* listLeads(
  context: FacebookContext,
  { formId, since, until }: OperationInput<'ads.leads'>,
): AsyncIterable<AdLead> {
  const forms = formId === undefined ? (await listForms(context)).map(({ id }) => id) : [formId]
  const { credentials } = await readPage(context)
  const bounds = [
    ...(since ? [{ field: 'time_created', operator: 'GREATER_THAN', value: secondsOf(since) - 1 }] : []),
    ...(until ? [{ field: 'time_created', operator: 'LESS_THAN', value: secondsOf(until) + 1 }] : []),
  ]
  const query = { fields, ...(bounds.length > 0 ? { filtering: JSON.stringify(bounds) } : {}) }
  for (const form of forms)
    for await (const lead of context.http.pages<GraphLead>(`/${encodeURIComponent(form)}/leads`, query, {
      credentials,
    }))
      yield readLead(lead, form)
}

export async function getLead(context: FacebookContext, externalId: string): Promise<AdLead> {
  const { credentials } = await readPage(context)
  return readLead(await context.http.get<GraphLead>(`/${encodeURIComponent(externalId)}`, { fields }, { credentials }))
}

const secondsOf = (date: Date): number => Math.floor(date.getTime() / 1_000)

function readLead(lead: GraphLead, formId?: string): AdLead {
  const { person, answers } = personOf(lead.field_data ?? [])
  return {
    externalId: lead.id,
    submittedAt: new Date(lead.created_time),
    formId: lead.form_id ?? formId,
    adId: lead.ad_id,
    adSetId: lead.adset_id,
    campaignId: lead.campaign_id,
    platform: lead.platform,
    isOrganic: lead.is_organic,
    person,
    answers,
    raw: lead,
  }
}
