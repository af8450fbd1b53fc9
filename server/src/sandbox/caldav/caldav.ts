import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type Account, defineEmulator, refusal, type World } from '../emulator.ts'
import { basicOf } from '../oauth-routes.ts'
import { multistatus, refuse, refused } from './answers.ts'
import {
  calendarProperties,
  calendarsOf,
  etagOf,
  forgetSyncTokens,
  homeOf,
  needCalendar,
  objectsIn,
  principalOf,
  propstatOf,
  root,
} from './calendars.ts'
import { judgeObject } from './objects.ts'
import { reportOn } from './reports.ts'
import { depthOf, find, readBody } from './requests.ts'

const InHome = Type.Object({ user: Type.String() })
const InCalendar = Type.Object({ user: Type.String(), calendar: Type.String() })
const InObject = Type.Object({ user: Type.String(), calendar: Type.String(), name: Type.String() })
type ObjectRequest = FastifyRequest<{ Params: { user: string; calendar: string; name: string } }>

/** A calendar server as RFC 4791 describes it: homes with calendars, objects with versions, reports, synchronisation. */
export const calDav = defineEmulator({
  id: 'caldav',
  name: 'CalDAV',
  hosts: ['caldav.sandbox.example'],
  keys: { 'sandbox:sandbox-password': 'sandbox' },
  tokenOf: ({ headers: { authorization } }) => {
    const given = basicOf(authorization)
    return given && `${given.user}:${given.password}`
  },
  bodies: ['bytes'],
  refuse,
  headers: () => ({ dav: '1, 3, access-control, calendar-access' }),

  routes(api, world) {
    for (const method of ['PROPFIND', 'REPORT', 'MOVE']) api.addHttpMethod(method, { hasBody: true })
    const propfind = (
      url: string,
      params: typeof InHome | undefined,
      answer: (request: FastifyRequest, account: Account) => string[] | undefined,
    ) =>
      api.route({
        method: 'PROPFIND',
        url,
        ...(params ? { schema: { params } } : {}),
        handler: async (request, reply) => {
          const found = answer(request, world.accountOf(request))
          return await send(reply, 207, multistatus(found ?? []))
        },
      })
    const wantedOf = (request: FastifyRequest) => {
      const body = readBody(request, world.bytesOf(request))
      if (body.name !== 'D:propfind') throw refusal(400, 'The body must be a propfind.\n')
      return find(body, 'D:prop')?.children ?? []
    }
    const person = (account: Account) => ({
      'D:current-user-principal': `<href>${principalOf(account)}</href>`,
      'D:resourcetype': '<collection/>',
    })

    api.route({
      method: ['PROPFIND', 'GET'],
      url: '/.well-known/caldav',
      handler: async (_, reply) => await reply.redirect(`${root}/`, 301),
    })
    propfind(`${root}/`, undefined, (request, account) => {
      depthOf(request)
      return [propstatOf(`${root}/`, wantedOf(request), person(account))]
    })
    propfind(`${root}/principals/:user/`, InHome, (request, account) => {
      own(account, request)
      depthOf(request)
      const known = { ...person(account), 'C:calendar-home-set': `<href>${homeOf(account)}</href>` }
      return [propstatOf(principalOf(account), wantedOf(request), known)]
    })
    propfind(`${root}/calendars/:user/`, InHome, (request, account) => {
      own(account, request)
      const wanted = wantedOf(request)
      const home = propstatOf(homeOf(account), wanted, person(account))
      if (depthOf(request) === '0') return [home]
      const calendars = calendarsOf(account).list()
      return [
        home,
        ...calendars.map((one) => propstatOf(`${homeOf(account)}${one.id}/`, wanted, calendarProperties(account, one))),
      ]
    })
    propfind(`${root}/calendars/:user/:calendar/`, InCalendar, (request, account) => {
      depthOf(request)
      const calendar = needCalendar(account, request.params as { user: string; calendar: string })
      const known = { ...person(account), ...calendarProperties(account, calendar) }
      return [propstatOf(`${homeOf(account)}${calendar.id}/`, wantedOf(request), known)]
    })
    api.route({
      method: 'REPORT',
      url: `${root}/calendars/:user/:calendar/`,
      schema: { params: InCalendar },
      handler: async (request, reply) => {
        const account = world.accountOf(request)
        const { id: calendar } = needCalendar(account, request.params)
        depthOf(request)
        const { status, ...answer } = reportOn({ account, calendar }, readBody(request, world.bytesOf(request)))
        return await send(reply, status, answer)
      },
    })

    const object = `${root}/calendars/:user/:calendar/:name`
    api.get(object, { schema: { params: InObject } }, async (request, reply) => {
      const { record } = needObject(world, request)
      reply.headers({ etag: etagOf(record), 'content-type': 'text/calendar; charset=utf-8' })
      return await reply.send(record.data.text)
    })
    api.put(object, { schema: { params: InObject } }, async (request, reply) => {
      const { account, records, calendar, present } = placeOf(world, request)
      if (calendar.data.isReadOnly) throw refused(403, 'need-privileges')
      if (!/^text\/calendar\b/.test(request.headers['content-type'] ?? ''))
        throw refused(403, 'C:supported-calendar-data')
      meets(request, present)
      const text = world.bytesOf(request).toString()
      const uid = judgeObject(text, calendar.data.holds)
      const { name } = request.params
      const twin = records.find((one) => one.data.uid === uid && one.id !== name)
      if (twin) throw refused(403, 'C:no-uid-conflict')
      if (present) records.update(name, { text, uid })
      else if (records.get(name, { deleted: true })) {
        records.restore(name)
        records.update(name, { text, uid })
      } else records.create({ text, uid }, name)
      const { version } = objectsIn(account, calendar.id).need(name)
      return await reply
        .code(present ? 204 : 201)
        .header('etag', etagOf({ version }))
        .send()
    })
    api.delete(object, { schema: { params: InObject } }, async (request, reply) => {
      const { records, record, calendar } = needObject(world, request)
      if (calendar.data.isReadOnly) throw refused(403, 'need-privileges')
      meets(request, record)
      records.delete(record.id)
      return await reply.code(204).send()
    })
    api.route({
      method: 'MOVE',
      url: object,
      schema: { params: InObject },
      handler: async (request, reply) => {
        const { account, records, record } = needObject(world, request)
        const target = URL.parse(String(request.headers.destination ?? ''))
        const [, user = '', calendar = '', name = ''] =
          /^\/dav\/calendars\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(target?.pathname ?? '') ?? []
        if (target?.host !== 'caldav.sandbox.example') throw refusal(502, 'That is another server.\n')
        const destination = needCalendar(account, { user, calendar })
        if (destination.data.isReadOnly) throw refused(403, 'need-privileges')
        const others = objectsIn(account, destination.id)
        if (others.get(name) && request.headers.overwrite === 'F') throw refusal(412, 'There is one already.\n')
        records.delete(record.id)
        others.create(record.data, name)
        return await reply.code(201).send()
      },
    })
  },

  actions: (world) => ({
    /** The objects of a calendar as they are kept. */
    objects: (calendar = 'home', account = 'sandbox') => objectsIn(world.account(account), calendar),
    /** Puts an object there as another program does. */
    put: (name: string, text: string, calendar = 'home', account = 'sandbox') =>
      objectsIn(world.account(account), calendar).create({ text, uid: name }, `${name}.ics`),
    /** Takes reports away from the server, by their names, and `expand`. */
    lack: (names: string[], account = 'sandbox') => {
      world.account(account).values.lacks = names
    },
    forgetSyncTokens: (account = 'sandbox') => forgetSyncTokens(world.account(account)),
  }),
})

const send = (
  reply: FastifyReply,
  status: number,
  { body, headers }: { body: string; headers: Record<string, string> },
) => reply.code(status).headers(headers).send(body)

/** @throws the refusal 403 for the home of another */
function own(account: Account, request: FastifyRequest): void {
  const { user } = request.params as { user?: string }
  if (user !== account.name) throw refused(403, 'need-privileges')
}

function placeOf(world: World, request: ObjectRequest) {
  const account = world.accountOf(request)
  const calendar = needCalendar(account, request.params)
  const records = objectsIn(account, calendar.id)
  return { account, calendar, records, present: records.get(request.params.name) }
}

/** @throws the failure of a record that is missing */
function needObject(world: World, request: ObjectRequest) {
  const place = placeOf(world, request)
  return { ...place, record: place.records.need(request.params.name) }
}

/** @throws the refusal 412 where the client's condition does not hold */
function meets({ headers }: FastifyRequest, present: { version: number } | undefined): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  const etag = present && etagOf(present)
  const fails =
    (match !== undefined && match !== etag && !(match === '*' && etag)) || (noneMatch === '*' && etag !== undefined)
  if (fails) throw refusal(412, 'The condition does not hold.\n')
}
