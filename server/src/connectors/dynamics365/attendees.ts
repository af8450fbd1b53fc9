import type { Attendee } from '../../kit/index.ts'

const attendeesMark = 'Attendees: '

/** A description as it is put together: text, and the line that names who comes. */
export const described = (text: string, attendees: readonly Attendee[]): string =>
  [text, attendeesLine(attendees)].filter((part) => part !== '').join('\n')

/** What stands in a description. */
export function partsOf(description: string | null | undefined): { text: string; attendees: Attendee[] } {
  const lines = (description ?? '').replaceAll('\r\n', '\n').split('\n')
  const isAttendees = (line: string) => line.startsWith(attendeesMark)
  return {
    text: lines.filter((line) => !isAttendees(line)).join('\n'),
    attendees: readAttendees(lines.find(isAttendees) ?? ''),
  }
}

const attendeesLine = (attendees: readonly Attendee[]): string =>
  attendees.length === 0
    ? ''
    : attendeesMark + attendees.map(({ email, name }) => (name === undefined ? email : `${name} <${email}>`)).join(', ')

const readAttendees = (line: string): Attendee[] =>
  line
    .slice(attendeesMark.length)
    .split(', ')
    .flatMap((part) => {
      const [, name, address] = /^(.*) <([^<>]+)>$/.exec(part) ?? []
      const email = address ?? part
      return email.includes('@') ? [{ email, ...(name === undefined ? {} : { name }) }] : []
    })
