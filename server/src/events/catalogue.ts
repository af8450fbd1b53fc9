import { conversationTypes } from './types/conversations.ts'
import { hubTypes } from './types/hub.ts'
import { leadTypes } from './types/leads.ts'
import type { EventType } from './types/payload.ts'
import { schedulingTypes } from './types/scheduling.ts'

/** The event types that every workspace has, by name. */
export const builtInTypes: ReadonlyMap<string, EventType> = new Map(
  [...leadTypes, ...schedulingTypes, ...conversationTypes, ...hubTypes].map((type) => [type.name, type]),
)

/** Names of an older style under which endpoints may subscribe; the delivery then bears the name subscribed. */
export const aliases: Readonly<Record<string, string>> = {
  assessment_completed: 'assessment.completed',
  lead_captured: 'lead.captured',
  consultation_requested: 'consultation.requested',
  consultation_scheduled: 'consultation.scheduled',
  email_engagement: 'email.engagement',
  lead_status_updated: 'lead.status_updated',
}

/** The canonical name of an event type or a pattern of them. */
export const canonicalType = (name: string): string => (Object.hasOwn(aliases, name) ? aliases[name]! : name)

/** The aliases of a canonical name. */
export const aliasesOf = (name: string): string[] => Object.keys(aliases).filter((alias) => aliases[alias] === name)

/** What the name of an event type looks like: words joined by dots, such as `order.shipped`. */
export const typeNamePattern = '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$'
const typeName = new RegExp(typeNamePattern)
export const isTypeName = (name: string): boolean => name.length <= 128 && typeName.test(name)
