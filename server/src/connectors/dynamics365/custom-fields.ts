import type { CustomField, OperationInput } from '../../kit/index.ts'
import { attributesOf } from './paths.ts'
import type { DynamicsContext } from './settings.ts'
import { type Attribute, type Option, type OptionAttribute, type Rows, textOf } from './types.ts'

const types: Record<string, CustomField['type']> = {
  StringType: 'text',
  MemoType: 'text',
  UniqueidentifierType: 'text',
  IntegerType: 'number',
  BigIntType: 'number',
  DecimalType: 'number',
  DoubleType: 'number',
  MoneyType: 'number',
  BooleanType: 'boolean',
  DateTimeType: 'datetime',
  PicklistType: 'option',
  StateType: 'option',
  StatusType: 'option',
  MultiSelectPicklistType: 'options',
}
/** Kinds of columns that have options, each described by a query of its own. */
const optionKinds = ['Picklist', 'MultiSelectPicklist', 'State', 'Status'] as const
type OptionKind = (typeof optionKinds)[number]

const asked = 'LogicalName,AttributeOf,AttributeTypeName,DisplayName,RequiredLevel,IsValidForCreate,IsValidForUpdate'

export const customFields = {
  /** The columns of the table. Virtual ones, which hold the text of another, are left out. */
  async list(context: DynamicsContext, { object }: OperationInput<'customFields.list'>): Promise<CustomField[]> {
    const table = { contact: 'contact', deal: 'opportunity', lead: 'lead' }[object]
    const { value } = await context.http.get<Rows<Attribute>>(attributesOf(table), { $select: asked })
    const options = new Map<string, Option[]>()
    for (const kind of optionKinds)
      for (const [name, some] of await optionsOf(context, table, kind)) options.set(name, some)
    return value
      .filter(({ AttributeOf }) => AttributeOf === null || AttributeOf === undefined)
      .map((attribute) => describe(attribute, options.get(attribute.LogicalName) ?? []))
  },
}

/** The options of a table's columns of one kind, by the column's name. */
export async function optionsOf(
  { http }: DynamicsContext,
  table: string,
  kind: OptionKind,
): Promise<Map<string, Option[]>> {
  const query = { $select: 'LogicalName', $expand: 'OptionSet' }
  const { value } = await http.get<Rows<OptionAttribute>>(attributesOf(table, kind), query)
  return new Map(value.map(({ LogicalName, OptionSet }) => [LogicalName, OptionSet?.Options ?? []]))
}

function describe(attribute: Attribute, options: Option[]): CustomField {
  const { LogicalName: name, AttributeTypeName, DisplayName, RequiredLevel } = attribute
  const { IsValidForCreate: canCreate = true, IsValidForUpdate: canUpdate = true } = attribute
  const type = AttributeTypeName?.Value ?? ''
  return {
    name,
    label: textOf(DisplayName) ?? name,
    type: Object.hasOwn(types, type) ? types[type]! : 'other',
    ...(options.length === 0
      ? {}
      : {
          options: options.map(({ Value, Label }) => ({ value: String(Value), label: textOf(Label) ?? String(Value) })),
        }),
    // What the application requires, Dataverse itself does without.
    required: RequiredLevel?.Value === 'SystemRequired' && canCreate,
    readOnly: !canCreate && !canUpdate,
  }
}
