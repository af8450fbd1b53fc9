import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'

/**
 * What is typed into a filter: `apply` gets it, trimmed, once the typing pauses. When the address changes by anything else
 * (a link, Back, Clear), the field shows what the address says.
 */
export function useTypedFilter(
  inAddress: string | undefined,
  apply: (text: string | undefined) => void,
): [text: string, type: (text: string) => void] {
  const current = inAddress ?? ''
  const [text, setText] = useState(current)
  const [applied, setApplied] = useState(current)
  const [seen, setSeen] = useState(current)
  const applySoon = useDebouncedCallback((typed: string) => {
    setApplied(typed)
    apply(typed || undefined)
  }, 350)
  if (seen !== current) {
    setSeen(current)
    // What was typed since it was applied stays.
    if (applied !== current) {
      setApplied(current)
      setText(current)
      applySoon.cancel()
    }
  }
  return [
    text,
    (typed) => {
      setText(typed)
      applySoon(typed.trim())
    },
  ]
}
