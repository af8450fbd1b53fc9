import { type InboundEvent, type InboundRequest, schemes, type Webhook } from '../../kit/index.ts'
import { guidOf, placeOf, quoted, type RecordSet } from './paths.ts'
import { createRecord, readAll, updateRecord } from './records.ts'
import type { DynamicsContext } from './settings.ts'

/** What Dataverse sends: the context in which a message was carried out. */
type News = {
  MessageName: string
  PrimaryEntityName: string
  PrimaryEntityId: string
  OperationId?: unknown
  CorrelationId?: unknown
  OperationCreatedOn?: unknown
}

const subjects: Record<string, string> = { contact: 'contact', opportunity: 'deal' }
const actions: Record<string, string> = { Create: 'created', Update: 'updated', Delete: 'deleted' }
const told = ['contact', 'lead', 'opportunity', 'appointment']

const webhookContract = 8
const byHeader = 5
const none = '00000000-0000-0000-0000-000000000000'
const header = 'X-Webhook-Secret'

/**
 * Dataverse posts what happens to a service endpoint, one step for each table and message, after it is committed; it adds the header that
 * the endpoint was given. Making them takes the privileges of a system customizer.
 */
export const webhook: Webhook<DynamicsContext['settings']> = {
  verify: schemes.headerSecret(header),
  secret: 'generated',

  parse({ rawBody }: InboundRequest): InboundEvent[] {
    const body: unknown = JSON.parse(rawBody.toString())
    return isNews(body) ? [read(body)] : []
  },

  async subscribe(context: DynamicsContext, { url, secret, channelId }) {
    const endpoint = guidOf(`${channelId}/endpoint`)
    const values = {
      name: `Tenon ${endpoint.slice(0, 8)}`,
      url,
      authtype: byHeader,
      authvalue: `<settings><setting name="${header}" value="${secret}" /></settings>`,
    }
    const asked = { $select: 'serviceendpointid' }
    const record = { ...values, contract: webhookContract, connectionmode: 1 }
    const { isNew } = await createRecord(context, 'serviceendpoints', record, asked, endpoint)
    if (!isNew) await updateRecord(context, 'serviceendpoints', endpoint, values, asked)
    const steps: string[] = []
    for (const { message, table, filterId, messageId } of await filtersOf(context)) {
      const step = guidOf(`${channelId}/${table}/${message}`)
      await createRecord(
        context,
        'sdkmessageprocessingsteps',
        {
          name: `Tenon: ${message} of ${table} (${step.slice(0, 8)})`,
          mode: 1,
          stage: 40,
          rank: 1,
          supporteddeployment: 0,
          asyncautodelete: true,
          'sdkmessageid@odata.bind': `/sdkmessages(${messageId})`,
          'sdkmessagefilterid@odata.bind': `/sdkmessagefilters(${filterId})`,
          'eventhandler_serviceendpoint@odata.bind': placeOf('serviceendpoints', endpoint),
        },
        { $select: 'sdkmessageprocessingstepid' },
        step,
      )
      steps.push(step)
    }
    return { id: endpoint, data: { steps: steps.join(' ') } }
  },

  /** Steps first: an endpoint that has any cannot be removed. */
  async unsubscribe({ http }: DynamicsContext, { id, data }) {
    const remove = async (set: RecordSet, one: string) => {
      await http.delete(placeOf(set, one), {}, { accept: [404] })
    }
    for (const step of (data.steps ?? '').split(' ').filter(Boolean)) await remove('sdkmessageprocessingsteps', step)
    await remove('serviceendpoints', id)
  },
}

type Filter = { message: string; table: string; filterId: string; messageId: string }

/** The messages of the tables that are told of. */
async function filtersOf(context: DynamicsContext): Promise<Filter[]> {
  const either = (column: string, values: readonly string[]) =>
    values.map((value) => `${column} eq ${quoted(value)}`).join(' or ')
  const messages = await Array.fromAsync(
    readAll(context, 'sdkmessages', { $select: 'sdkmessageid,name', $filter: either('name', Object.keys(actions)) }),
  )
  const names = new Map(messages.map(({ sdkmessageid: id, name }) => [String(id), String(name)]))
  const filters = await Array.fromAsync(
    readAll(context, 'sdkmessagefilters', {
      $select: 'sdkmessagefilterid,primaryobjecttypecode,_sdkmessageid_value',
      $filter: either('primaryobjecttypecode', told),
    }),
  )
  return filters.flatMap(({ sdkmessagefilterid: id, primaryobjecttypecode: table, _sdkmessageid_value: messageId }) => {
    const message = names.get(String(messageId))
    return message === undefined
      ? []
      : [{ message, table: String(table), filterId: String(id), messageId: String(messageId) }]
  })
}

const isNews = (value: unknown): value is News => {
  const { MessageName, PrimaryEntityName, PrimaryEntityId } = Object(value) as Partial<News>
  return [MessageName, PrimaryEntityName, PrimaryEntityId].every((part) => typeof part === 'string' && part !== '')
}

function read(news: News): InboundEvent {
  const { MessageName: message, PrimaryEntityName: table, PrimaryEntityId: externalId } = news
  const [subject, happened] = [own(subjects, table), own(actions, message)]
  const id = [news.OperationId, news.CorrelationId].find(
    (one): one is string => typeof one === 'string' && one !== '' && one !== none,
  )
  const at = timeOf(news.OperationCreatedOn)
  return {
    type:
      subject !== undefined && happened !== undefined
        ? `${subject}.${happened}`
        : `dynamics365.${table}.${message.toLowerCase()}`,
    // One operation may carry out several messages.
    ...(id === undefined ? {} : { eventId: `${id}/${message}/${externalId}` }),
    externalId,
    ...(at === undefined ? {} : { occurredAt: at }),
    data: news,
  }
}

/** `/Date(1780000000000+0000)/`, as .NET wrote times, or ISO 8601. */
function timeOf(given: unknown): Date | undefined {
  const [, milliseconds] = /^\/Date\((-?\d{1,16})/.exec(String(given)) ?? []
  const at = new Date(milliseconds === undefined ? String(given) : Number(milliseconds))
  return Number.isNaN(at.getTime()) ? undefined : at
}

const own = (words: Record<string, string>, word: string): string | undefined =>
  Object.hasOwn(words, word) ? words[word] : undefined
