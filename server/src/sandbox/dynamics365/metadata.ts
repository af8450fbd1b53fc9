import type { Account } from '../emulator.ts'
import { badRequest, refused } from './failures.ts'
import type { Fields } from './fixed.ts'
import { type Column, type ColumnType, type Table, tableNamed } from './tables.ts'

const optionKinds: readonly string[] = ['Picklist', 'MultiSelectPicklist', 'State', 'Status'] satisfies ColumnType[]
const label = (text: string) => {
  const one = { Label: text, LanguageCode: 1033, IsManaged: false, MetadataId: null, HasChanged: null }
  return { LocalizedLabels: [one], UserLocalizedLabel: one }
}

/** The description of a table's columns: `EntityDefinitions(LogicalName='contact')/Attributes`, all or of one kind. */
export function attributes(
  account: Account,
  tableName: string,
  kind: string | undefined,
  query: URLSearchParams,
): Fields {
  const table = tableNamed(account, tableName)
  if (!table) throw refused(404, '0x80060888', `Could not find an entity with name ${tableName}`)
  if (kind !== undefined && !optionKinds.includes(kind)) throw badRequest(`The type ${kind} is not known.`)
  const select = query.get('$select')?.split(',')
  const expand = query.get('$expand')
  if (expand !== null && (kind === undefined || expand !== 'OptionSet'))
    throw badRequest(`Could not find a property named '${expand}' on type 'Microsoft.Dynamics.CRM.AttributeMetadata'.`)
  const value = Object.entries(table.columns)
    .filter(([, { type }]) => kind === undefined || type === kind)
    .map(([name, column]) => {
      const whole = described(table, name, column)
      for (const one of select ?? [])
        if (!(one in whole))
          throw badRequest(
            `Could not find a property named '${one}' on type 'Microsoft.Dynamics.CRM.AttributeMetadata'.`,
          )
      return {
        '@odata.type': `#Microsoft.Dynamics.CRM.${column.type}AttributeMetadata`,
        ...Object.fromEntries(Object.entries(whole).filter(([one]) => select === undefined || select.includes(one))),
        MetadataId: '00000000-0000-0000-0000-000000000000',
        ...(expand === null ? {} : { OptionSet: { Options: optionsOf(table, name, column) } }),
      }
    })
  return { '@odata.context': `$metadata#EntityDefinitions('${tableName}')/Attributes`, value }
}

function described(
  table: Table,
  name: string,
  { type, readOnly = false, required = false, custom = false }: Column,
): Fields {
  const isKey = name === table.key
  return {
    LogicalName: name,
    SchemaName: name,
    AttributeOf: null,
    AttributeType: type,
    AttributeTypeName: { Value: type === 'Date' ? 'DateTimeType' : `${type}Type` },
    DisplayName: label(name.replaceAll('_', ' ')),
    RequiredLevel: { Value: isKey || required ? 'SystemRequired' : 'None', CanBeChanged: true },
    IsValidForCreate: !readOnly && type !== 'State',
    IsValidForUpdate: !readOnly && !isKey,
    IsCustomAttribute: custom,
  }
}

function optionsOf(table: Table, name: string, column: Column): Fields[] {
  const given =
    name === 'statecode'
      ? Object.entries(table.states ?? {}).map(([value, { label: text }]) => [value, text] as const)
      : name === 'statuscode'
        ? Object.values(table.states ?? {}).flatMap(({ reasons }) => Object.entries(reasons))
        : Object.entries(column.options ?? {})
  return given.map(([value, text]) => ({
    Value: Number(value),
    Label: label(text),
    Description: label(''),
    Color: null,
  }))
}
