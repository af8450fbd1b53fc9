import { Type } from 'typebox'
import type { Api, World } from '../emulator.ts'
import { refused } from './failures.ts'
import { fieldsOf, pipelineName, stages } from './modules.ts'

const base = '/crm/v8'
const layout = { api_name: 'Standard', name: 'Standard', id: '5545974000000091023' }
const may = (scope: string) => ({ sandbox: { scopes: [scope] } })

/** What Zoho tells of an account: the organization, the fields of its modules, the pipelines of a layout. */
export function metadataRoutes(api: Api, world: World): void {
  api.get(`${base}/org`, { config: may('ZohoCRM.org.READ') }, async (request) => {
    const { name } = world.accountOf(request)
    return {
      org: [
        {
          company_name: name === 'sandbox' ? 'Sandbox Ltd' : name,
          id: '5545974000000020005',
          zgid: String([...name].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) % 900_000_000, 7) + 60_000_000),
          iso_code: 'EUR',
          time_zone: 'Europe/Berlin',
          type: 'Production',
        },
      ],
    }
  })

  api.get(
    `${base}/settings/fields`,
    { config: may('ZohoCRM.settings.fields.READ'), schema: { querystring: Type.Object({ module: Type.String() }) } },
    async (request) => {
      const { module } = request.query
      const fields = Object.entries(fieldsOf(world.accountOf(request), module))
      return {
        fields: fields.map(([api_name, { type, required = false, readOnly = false, values = [] }], at) => ({
          api_name,
          field_label: api_name.replaceAll('_', ' '),
          data_type: type,
          system_mandatory: required,
          read_only: readOnly,
          field_read_only: readOnly,
          id: `55459740000000${String(2_000 + at)}`,
          layout_associations: [layout],
          pick_list_values: values.map((value, index) => pickListValue(value, index)),
        })),
      }
    },
  )

  api.get(
    `${base}/settings/pipeline`,
    {
      config: may('ZohoCRM.settings.pipeline.READ'),
      schema: { querystring: Type.Object({ layout_id: Type.String() }) },
    },
    async (request) => {
      if (request.query.layout_id !== layout.id)
        throw refused(400, 'INVALID_DATA', 'the layout_id given seems to be invalid', { param_name: 'layout_id' })
      const maps = stages.map(({ name }, index) => pickListValue(name, index))
      return {
        pipeline: [
          { display_value: pipelineName, actual_value: pipelineName, default: true, id: '5545974000000091100', maps },
        ],
      }
    },
  )
}

function pickListValue(value: string, index: number) {
  const stage = stages.find(({ name }) => name === value)
  return {
    display_value: value,
    actual_value: value,
    id: `55459740000000${String(6_800 + index)}`,
    sequence_number: index + 1,
    type: 'used',
    colour_code: null,
    ...(stage ? { forecast_type: stage.type, probability: stage.probability } : {}),
  }
}
