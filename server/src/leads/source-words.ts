const words: Record<string, string> = {
  api: 'the API',
  assessment: 'an assessment',
  booking: 'a booking',
  call: 'a call',
  chat: 'a chat',
  consultation: 'a request for a consultation',
  contact_form: 'the contact form',
  email: 'an e-mail',
  import: 'an import',
  newsletter: 'the newsletter',
  social: 'social media',
}

/** A source as a sentence goes on with it, "Captured by …"; names of one's own keep their words. */
export const sourceInWords = (source: string): string =>
  Object.hasOwn(words, source) ? words[source]! : source.replace(/[_-]+/g, ' ').trim() || source
