import type { AdLead } from '../kit/models.ts'
import type { NewLead } from '../leads/schema.ts'

/** A lead as the flow of captures takes it. */
export type CapturedAdLead = NewLead & { campaign: Record<string, string>; timestamp: string }

const longest = { name: 400, phone: 60, company: 300 } as Record<string, number>

/** What somebody entered, within the bounds of what leads can hold. The ids of form and advertisement tell where the lead came from. */
export function captureOf(lead: AdLead, source: string): CapturedAdLead {
  const { person, answers, externalId } = lead
  const { email, address, ...details } = person
  const campaign = {
    [`${source}_lead_id`]: externalId,
    form_id: lead.formId,
    ad_id: lead.adId,
    adset_id: lead.adSetId,
    campaign_id: lead.campaignId,
    platform: lead.platform,
  }
  return {
    ...linesOf(details, 200),
    ...(email && email.length <= 320 && isEmail.test(email) ? { email } : {}),
    ...(address ? { address: linesOf({ ...address }, 100, { postalCode: 40 }) } : {}),
    customFields: { ...fieldsOf(answers), [`${source}_lead_id`]: externalId },
    externalIds: { [source]: externalId.slice(0, 300) },
    source,
    campaign: linesOf(campaign, 500) as Record<string, string>,
    timestamp: lead.submittedAt.toISOString(),
  }
}

const isEmail = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

const lineOf = (text: string, length: number): string =>
  text
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, length)
    .toWellFormed()

function linesOf<Fields extends Record<string, string | undefined>>(
  fields: Fields,
  length: number,
  own: Record<string, number> = longest,
): { [name in keyof Fields]?: string } {
  const lines = Object.entries(fields).flatMap(([name, text]) => {
    const line = text === undefined ? '' : lineOf(text, own[name] ?? length)
    return line === '' ? [] : [[name, line]]
  })
  return Object.fromEntries(lines) as { [name in keyof Fields]?: string }
}

const mostFields = 100
/** A lead's own fields may have 32 KiB together. */
const mostBytes = 24 * 1_024

/** Answers to the form's own questions, as many as a lead can hold. */
function fieldsOf(answers: Record<string, string>): Record<string, string> {
  let bytes = 0
  const fields = Object.entries(answers)
    .slice(0, mostFields)
    .flatMap(([question, answer]) => {
      const [name, text] = [lineOf(question, 100), answer.slice(0, 4_000).toWellFormed()]
      bytes += Buffer.byteLength(name) + Buffer.byteLength(JSON.stringify(text))
      return name === '' || bytes > mostBytes ? [] : [[name, text]]
    })
  return Object.fromEntries(fields)
}
