import { Type } from 'typebox'
import type { Api, World } from '../emulator.ts'
import { fault, noSuchId, RowFault, refused } from './failures.ts'
import { createRecord, type Data, isConverted, recordsOf } from './records.ts'

const base = '/crm/v8'
const may = { sandbox: { scopes: ['ZohoCRM.modules.ALL'] } }
const Id = Type.Object({ id: Type.String() })

/** The cadences of every account: one that runs, and one that takes nobody. */
const cadences: { [id: string]: string } = { '5545974000000900001': 'Follow-up', '5545974000000900002': 'Switched off' }

/** What is done with records besides writing them: converting leads, calling off meetings, starting cadences. */
export function actionRoutes(api: Api, world: World): void {
  const conversion = Type.Object({
    overwrite: Type.Optional(Type.Boolean()),
    notify_lead_owner: Type.Optional(Type.Boolean()),
    notify_new_entity_owner: Type.Optional(Type.Boolean()),
    Accounts: Type.Optional(Id),
    Contacts: Type.Optional(Id),
    Deals: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  })
  const convert = Type.Object({
    data: Type.Array(conversion, { minItems: 1, maxItems: 1 }),
  })
  api.post(
    `${base}/Leads/:id/actions/convert`,
    { config: may, schema: { params: Id, body: convert } },
    async (request, reply) => {
      const account = world.accountOf(request)
      const leads = recordsOf(account, 'Leads')
      const lead = leads.get(request.params.id)
      const [{ Contacts, Accounts, Deals } = {}] = request.body.data
      try {
        if (!lead) throw noSuchId()
        if (isConverted(lead)) throw new RowFault('ID_ALREADY_CONVERTED', 'id already converted', { id: lead.id })
        const { First_Name, Last_Name, Email, Phone, Company } = lead.data
        const company = Accounts?.id ?? createRecord(world, account, 'Accounts', { Account_Name: Company }).id
        const known = Contacts && recordsOf(account, 'Contacts').get(Contacts.id)
        if (Contacts && !known) throw noSuchId({ api_name: 'Contacts' })
        const person = { First_Name, Last_Name, Email, Phone, Account_Name: { id: company } }
        const given = Object.fromEntries(Object.entries(person).filter(([, value]) => value !== undefined))
        const contact = known ?? createRecord(world, account, 'Contacts', given)
        const deal = Deals && createRecord(world, account, 'Deals', { ...Deals, Contact_Name: { id: contact.id } })
        const detail = { contact: contact.id, account: company, deal: deal?.id ?? null }
        leads.update(lead.id, { $converted: true, $converted_detail: detail })
        const details = {
          Contacts: { id: contact.id },
          Accounts: { id: company },
          Deals: deal ? { id: deal.id } : null,
        }
        const message = 'The record has been converted successfully'
        return { data: [{ code: 'SUCCESS', details, message, status: 'success' }] }
      } catch (error) {
        if (!(error instanceof RowFault)) throw error
        return await reply.code(400).send({ data: [error.fault] })
      }
    },
  )

  const cancel = Type.Object({
    data: Type.Array(Type.Object({ send_cancelling_mail: Type.Boolean() }), { minItems: 1, maxItems: 1 }),
  })
  api.post(
    `${base}/Events/:id/actions/cancel`,
    { config: may, schema: { params: Id, body: cancel } },
    async (request) => {
      const account = world.accountOf(request)
      const events = recordsOf(account, 'Events')
      const event = events.need(request.params.id)
      if (event.data.$cancelled === true) throw refused(400, 'NOT_ALLOWED', 'The event is already cancelled')
      if (!(event.data.Participants as unknown[] | undefined)?.length)
        throw refused(400, 'NOT_ALLOWED', 'The event has no participants')
      events.update(event.id, { $cancelled: true })
      if (request.body.data[0]?.send_cancelling_mail)
        account.records<Data>('mails').create({ event: event.id, kind: 'cancelled' })
      return { data: [{ code: 'SUCCESS', details: { id: event.id }, message: 'Event cancelled', status: 'success' }] }
    },
  )

  const enrolment = Type.Object({
    cadences_ids: Type.Array(Type.String(), { minItems: 1 }),
    ids: Type.Array(Type.String(), { minItems: 1, maxItems: 100 }),
  })
  const params = Type.Object({ module: Type.Enum(['Contacts', 'Leads', 'Deals', 'Accounts']) })
  api.post(
    `${base}/:module/actions/enrol_in_cadences`,
    { config: may, schema: { params, body: enrolment } },
    async (request) => {
      const account = world.accountOf(request)
      const { cadences_ids: wanted, ids } = request.body
      const names = wanted.map((id) => ({ id, name: Object.hasOwn(cadences, id) ? cadences[id] : undefined }))
      if (names.some(({ name }) => name === undefined))
        throw refused(400, 'INVALID_DATA', 'the cadence given seems to be invalid', { api_name: 'cadences_ids' })
      return {
        data: ids.map((id) => {
          if (!recordsOf(account, request.params.module).get(id)) return noSuchId().fault
          if (names.some(({ name }) => name === 'Switched off'))
            return fault('NOT_ALLOWED', 'The cadence is not active', { id })
          account.records<Data>('enrolments').create({ record: id, cadences: wanted })
          return {
            code: 'SUCCESS',
            details: { id, cadences: names },
            message: 'Enrolled successfully',
            status: 'success',
          }
        }),
      }
    },
  )
}
