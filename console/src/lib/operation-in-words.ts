/** What flows do at vendors; other operations are named by the person or program that asked for them. */
const words: Record<string, string> = {
  'ads.sendConversions': 'Tell of a conversion',
  'analytics.send': 'Tell of an event',
  'automation.send': 'Send it there',
  'calendar.book': 'Book an appointment',
  'calendar.cancel': 'Cancel an appointment',
  'calendar.find': 'Look for an appointment',
  'calendar.update': 'Move an appointment',
  'contacts.create': 'Add the contact',
  'contacts.find': 'Look for the contact',
  'contacts.update': 'Update the contact',
  'contacts.upsert': 'Add or update the contact',
  'deals.create': 'Add a deal',
  'leads.create': 'Add a lead',
  'messaging.sendEmail': 'Send an e-mail',
  'messaging.sendSms': 'Send an SMS',
  'notes.create': 'Add a note',
  'tasks.create': 'Add a task',
  'workflows.trigger': 'Start a workflow',
}

/** What an operation does, for a person: `contacts.upsert` → "Add or update the contact". */
export const operationInWords = (operation: string): string => words[operation] ?? operation
