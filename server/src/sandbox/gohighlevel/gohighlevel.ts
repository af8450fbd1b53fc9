import { Type } from 'typebox'
import { defineEmulator } from '../emulator.ts'
import { book, calendarRoutes, eventsOf, sandboxCalendar } from './calendars.ts'
import { contactRoutes, contactsOf, customFieldsOf } from './contacts.ts'
import { refuse } from './failures.ts'
import { accountIn, contactsVersion, InLocation, locationIdOf, needs, newGhlId, timezone } from './location.ts'
import { opportunitiesOf, opportunityRoutes } from './opportunities.ts'
import { notify, type Subscription, watch } from './webhooks.ts'

const scopes = [
  'contacts.readonly',
  'contacts.write',
  'opportunities.readonly',
  'opportunities.write',
  'calendars.readonly',
  'calendars/events.readonly',
  'calendars/events.write',
  'workflows.readonly',
  'locations.readonly',
  'locations/customFields.readonly',
]

/** GoHighLevel as the connector meets it: one location per account, in the versions of the API that its tokens of today speak. */
export const goHighLevel = defineEmulator({
  id: 'gohighlevel',
  name: 'GoHighLevel',
  hosts: ['services.leadconnectorhq.com', 'marketplace.gohighlevel.com'],
  keys: { 'pit-sandbox-gohighlevel': 'sandbox' },
  refuse,

  oauth: {
    authorizePath: '/oauth/chooselocation',
    tokenPath: '/oauth/token',
    scopes,
    clientAuth: 'body',
    accessTokenSeconds: 86_399,
    refreshToken: 'rotates',
    tokenFields: ({ account }) => ({
      userType: 'Location',
      companyId: 'sandboxCompany000001',
      locationId: locationIdOf(account),
      userId: 'sandboxUser000000001',
    }),
  },

  rateLimits: [
    {
      name: 'burst',
      requests: 100,
      perMs: 10_000,
      headers: ({ limit, remaining }) => ({
        'x-ratelimit-max': String(limit),
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-interval-milliseconds': '10000',
      }),
    },
    {
      name: 'daily',
      requests: 200_000,
      perMs: 86_400_000,
      headers: ({ limit, remaining }) => ({
        'x-ratelimit-limit-daily': String(limit),
        'x-ratelimit-daily-remaining': String(remaining),
      }),
    },
  ],

  setup: watch,

  routes(api, world) {
    contactRoutes(api, world)
    calendarRoutes(api, world)
    opportunityRoutes(api, world)

    api.get(
      '/locations/:locationId',
      { config: needs('locations.readonly'), schema: { headers: contactsVersion, params: InLocation } },
      async (request) => {
        const { name } = accountIn(world, request, request.params.locationId)
        return {
          location: {
            id: request.params.locationId,
            companyId: 'sandboxCompany000001',
            name: `Location ${name}`,
            country: 'US',
            timezone,
            settings: { allowDuplicateContact: false, allowDuplicateOpportunity: true },
          },
        }
      },
    )

    api.get(
      '/locations/:locationId/customFields',
      {
        config: needs('locations/customFields.readonly'),
        schema: {
          headers: contactsVersion,
          params: InLocation,
          querystring: Type.Object({ model: Type.Optional(Type.Enum(['contact', 'opportunity', 'all'])) }),
        },
      },
      async (request) => {
        const { locationId } = request.params
        const { model = 'contact' } = request.query
        const found = customFieldsOf(accountIn(world, request, locationId)).list({
          where: ({ data }) => model === 'all' || data.model === model,
        })
        return { customFields: found.map(({ id, data }, position) => ({ id, ...data, position, locationId })) }
      },
    )
  },

  actions: (world) => ({
    contacts: (account = 'sandbox') => contactsOf(world.account(account)),
    events: (account = 'sandbox') => eventsOf(world.account(account)),
    opportunities: (account = 'sandbox') => opportunitiesOf(world.account(account)),
    notes: (account = 'sandbox') => world.account(account).records<{ body: string; contactId: string }>('note'),
    enrollments: (account = 'sandbox') => world.account(account).records<{ contactId: string }>('enrollment'),
    /** Adds a custom field to the location. Answers its id. */
    addCustomField: (
      key: string,
      dataType = 'TEXT',
      { picklistOptions = [], model = 'contact' }: { picklistOptions?: string[]; model?: string } = {},
      account = 'sandbox',
    ) => {
      const field = { name: key, fieldKey: `${model}.${key}`, dataType, model, picklistOptions }
      return customFieldsOf(world.account(account)).create(field, newGhlId(world, 'field')).id
    },
    /** What somebody else books in the calendar. */
    makeBusy: (start: Date, end: Date, account = 'sandbox') => {
      book(world, world.account(account), {
        ...{ calendarId: sandboxCalendar, title: 'Taken', start: start.getTime(), end: end.getTime() },
        ...{ isBlock: true, appointmentStatus: 'confirmed', contactId: '', assignedUserId: '' },
      })
    },
    /** Tells the application, and with a secret an automation, of what happens at this URL from now on. */
    subscribe: (subscription: Subscription, account = 'sandbox') => {
      world.account(account).values.subscription = { ...subscription }
    },
    /** Sends any webhook, such as that of a message. */
    tell: (type: string, fields: object, account = 'sandbox') => notify(world, world.account(account), type, fields),
  }),
})
