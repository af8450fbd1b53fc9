import { Button, Code, Text } from '@mantine/core'
import { ApiError } from '../lib/api.ts'
import { Notice } from './notice.tsx'

/** What went wrong as a sentence; a `gracefulFail` is a notice rather than an error, since the flow behind it went on. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const isNotice = error instanceof ApiError && error.gracefulFail
  return (
    <Notice
      tone={isNotice ? 'retrying' : 'dead'}
      title={isNotice ? 'This has to wait' : 'That did not work'}
      isUrgent
      isAnswer={!onRetry}
    >
      <Text size="sm">{sentenceOf(error)}</Text>
      {error instanceof ApiError && error.requestId && error.status >= 500 && (
        <Text size="xs" mt={4}>
          The log has more under request <Code>{error.requestId}</Code>.
        </Text>
      )}
      {onRetry && (
        <Button size="xs" mt="sm" variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Notice>
  )
}

/** The sentence for a person, with the fields that the hub found fault with. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something in the console failed. Reload the page; if it stays, it is a bug.'
  const faults = error.details.slice(0, 5).map(({ field, message }) => `${field.replace(/^body\./, '')} ${message}.`)
  const sentence = faults.length ? faults.join(' ') : error.message
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
