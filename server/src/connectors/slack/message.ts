/** What Slack takes in one message. */
const longestText = 40_000
const mostBlocks = 50
const mostLines = 40

type SlackMessage = { text: string; blocks?: unknown[] }

/**
 * Makes a message of whatever is sent: a `text` of the payload as it is, with its `blocks`; else the action as a heading, and each field
 * of the payload as a line. People's words are escaped, so that none of them becomes a link or calls everybody in the channel.
 */
export function messageOf(action: string, payload: unknown): SlackMessage {
  const { text, blocks } = (typeof payload === 'object' && payload !== null ? payload : {}) as Record<string, unknown>
  if (typeof text === 'string' && text !== '') {
    const shown = { text: cut(escaped(text)) }
    return Array.isArray(blocks) && blocks.length > 0 ? { ...shown, blocks: blocks.slice(0, mostBlocks) } : shown
  }
  const lines = linesOf(payload).slice(0, mostLines)
  return { text: cut([`*${escaped(action)}*`, ...lines].join('\n')) }
}

function linesOf(payload: unknown): string[] {
  if (payload === undefined || payload === null) return []
  if (typeof payload !== 'object') return [escaped(String(payload))]
  return Object.entries(payload).flatMap(([name, value]) => {
    if (value === null || value === undefined || value === '') return []
    const words = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return [`• ${escaped(name)}: ${escaped(words.length > 500 ? `${words.slice(0, 499)}…` : words)}`]
  })
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const cut = (text: string): string => (text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text)
