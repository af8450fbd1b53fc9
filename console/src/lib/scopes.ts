/** What an API key may be allowed, each with the sentence that the scope picker shows. */
export const scopes: { name: string; label: string }[] = [
  { name: 'events:write', label: 'Publish events and define event types' },
  { name: 'events:read', label: 'Read events and their deliveries' },
  { name: 'webhooks:write', label: 'Create, change, test and replay endpoints' },
  { name: 'webhooks:read', label: 'Read endpoints, deliveries and statistics' },
  { name: 'integrations:write', label: 'Connect, change, test and call integrations' },
  { name: 'integrations:read', label: 'Read integrations, their logs and what vendors sent' },
  { name: 'leads:write', label: 'Add, change and move leads' },
  { name: 'leads:read', label: 'Read leads and their timelines' },
  { name: 'scheduling:write', label: 'Book, move and cancel appointments, and change hosts' },
  { name: 'scheduling:read', label: 'Read hosts, free times and bookings' },
  { name: 'files:write', label: 'Keep and delete files' },
  { name: 'files:read', label: 'Read files and make links to them' },
  { name: 'email:write', label: 'Send e-mails and write their templates' },
  { name: 'email:read', label: 'Read e-mails and their templates' },
  { name: 'workspace:read', label: 'Read the workspace' },
  { name: 'workspace:write', label: 'Rename the workspace' },
  { name: 'members:read', label: 'See who may sign in' },
  { name: 'members:write', label: 'Add and remove members' },
  { name: 'keys:read', label: 'List API keys' },
  { name: 'keys:write', label: 'Create and revoke API keys' },
]

/** The scopes in a few words: `Everything`, or their names. */
export const scopesInWords = (granted: string[]): string => (granted.includes('*') ? 'Everything' : granted.join(', '))
