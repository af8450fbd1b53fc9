import type { Integration } from 'tenon-sdk'

/** How an integration stands, in the one word that says what to do. */
export type Condition = 'working' | 'paused' | 'reauth_required' | 'error' | 'pending' | 'disconnected' | 'off'

/** In the order in which a person should look at them. */
export const conditionsWorstFirst: Condition[] = [
  'error',
  'reauth_required',
  'paused',
  'pending',
  'off',
  'disconnected',
  'working',
]

/** Reads an integration's condition from its status and from what its capabilities say. */
export function conditionOf({ status, isActive, capabilities }: Integration): Condition {
  if (status === 'disconnected' || status === 'pending') return status
  if (!isActive) return 'off'
  if (status !== 'active') return status
  return capabilities.every(({ healthy }) => healthy) ? 'working' : 'paused'
}

/** Whether a person should do something about it. */
export const needsAttention = (integration: Integration): boolean =>
  ['error', 'reauth_required', 'paused'].includes(conditionOf(integration))

const categories: Record<string, string> = {
  crm: 'CRM',
  calendar: 'Calendar',
  email: 'E-mail',
  sms: 'SMS',
  payments: 'Payments',
  automation: 'Automation',
  storage: 'Storage',
  advertising: 'Advertising',
  analytics: 'Analytics',
  voice: 'Voice',
  field_service: 'Field service',
}

/** A category of templates, as people say it. */
export const categoryInWords = (category: string): string => categories[category] ?? category

/** `customFields` → "Custom fields". */
export function capabilityInWords(capability: string): string {
  const words = capability.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What may be done after a call whose outcome nobody knows. */
export const repeatInWords: Record<string, string> = {
  safe: 'May be repeated at any time.',
  key: 'A repetition with the same key is done once.',
  lookup: 'After an unclear end, the hub looks whether it was done.',
  never: 'Never repeated by itself: after an unclear end, look at the vendor.',
}

const ways = { oauth2: 'Sign in at the vendor', keys: 'Enter a key', none: 'No sign-in' } as const

/** A way to sign in, as the choice of it says. */
export const wayInWords = (type: keyof typeof ways): string => ways[type]
