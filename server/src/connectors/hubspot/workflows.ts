import { type OperationInput, settingMissing } from '../../kit/index.ts'
import { contactProperties, type Texts } from './mappings.ts'
import { objects, paths } from './paths.ts'
import type { HubSpotContext } from './settings.ts'
import type { HubSpotProperty, Sequence } from './types.ts'

/*
 * HubSpot cannot enrol a contact in a workflow by its API. What it can: a workflow waits for a value of a property, which is set here;
 * or a contact is enrolled in a sequence. The settings decide.
 */
export const workflows = {
  /** The values that the property can have, or the sequences. */
  async list(context: HubSpotContext): Promise<{ id: string; name: string }[]> {
    const { http, settings } = context
    if (settings.workflow_trigger === 'sequence') {
      const found: { id: string; name: string }[] = []
      const { userId } = sequences(context)
      for await (const { id, name } of http.pages<Sequence>(paths.sequences, { userId })) found.push({ id, name })
      return found
    }
    const { options } = await http.get<HubSpotProperty>(paths.properties('contacts', property(context)))
    return options.map(({ value, label }) => ({ id: value, name: label }))
  },

  /** `data` are custom fields of the contact, by the names of the field mapping, which are set along. */
  async trigger(context: HubSpotContext, input: OperationInput<'workflows.trigger'>): Promise<void> {
    const { http, settings } = context
    const { workflowId, contactId, data = {} } = input
    const place = objects('contacts', contactId)
    const properties: Texts = contactProperties({ customFields: data }, settings)
    if (settings.workflow_trigger !== 'sequence') {
      await http.patch(place, { properties: { ...properties, [property(context)]: workflowId } }, { repeatable: true })
      return
    }
    const { userId, senderEmail } = sequences(context)
    if (Object.keys(properties).length > 0) await http.patch(place, { properties }, { repeatable: true })
    await http.post(paths.enrollments, { sequenceId: workflowId, contactId, senderEmail }, { query: { userId } })
  },
}

function property({ settings }: HubSpotContext): string {
  if (settings.workflow_property !== undefined) return settings.workflow_property
  throw settingMissing(
    'workflow_property',
    "workflows start by a property of the contact, since HubSpot's API enrols nobody",
  )
}

function sequences({ settings }: HubSpotContext): { userId: string; senderEmail: string } {
  const { sequence_user_id: userId, sequence_sender: senderEmail } = settings
  if (userId === undefined) throw settingMissing('sequence_user_id', 'sequences belong to a user of HubSpot')
  if (senderEmail === undefined)
    throw settingMissing('sequence_sender', "sequences are sent from a user's connected address")
  return { userId, senderEmail }
}
