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
