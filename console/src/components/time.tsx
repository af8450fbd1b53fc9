import { Tooltip } from '@mantine/core'
import { useInterval } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { formatExact, formatRelative } from '../lib/format.ts'

/** A time by its distance from now, which keeps moving; the exact one on hover and on focus. */
export function Time({ at, never = 'Never' }: { at: string | null; never?: string }) {
  const now = useNow(5_000)
  if (!at) return <>{never}</>
  return (
    <Tooltip label={formatExact(at)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at}>{formatRelative(at, now)}</time>
    </Tooltip>
  )
}

/** When something is due; what should have happened already is due now. */
export function DueTime({ at }: { at: string | null }) {
  const now = useNow(1_000)
  return !at || Date.parse(at) <= now ? <>now</> : <Time at={at} />
}

/** The time now in milliseconds, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now)
  const { start, stop } = useInterval(() => setNow(Date.now()), everyMs)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the interval starts and stops with the component
  useEffect(() => {
    start()
    return stop
  }, [])
  return now
}
