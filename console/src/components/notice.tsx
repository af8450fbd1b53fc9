import { type CSSProperties, type ReactNode, useEffect, useRef } from 'react'

type Props = {
  tone: 'delivered' | 'retrying' | 'dead' | 'quiet'
  title?: string
  children: ReactNode
  /** Read out at once by a screen reader. */
  isUrgent?: boolean
  /** Brought into view: it may stand above the button that was pressed. */
  isAnswer?: boolean
}

/** A sentence or two that stand out: good news, care, failure, or just a remark. */
export function Notice({ tone, title, children, isUrgent = false, isAnswer = false }: Props) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isAnswer) box.current?.scrollIntoView({ block: 'nearest' })
  }, [isAnswer])
  return (
    <div
      ref={box}
      className="notice"
      style={{ '--status': `var(--tenon-${tone})` } as CSSProperties}
      {...(isUrgent && { role: 'alert' })}
    >
      {title && <p className="notice-title">{title}</p>}
      <div>{children}</div>
    </div>
  )
}
