import type { CSSProperties, ReactNode } from 'react'

type Props = {
  tone: 'delivered' | 'retrying' | 'dead' | 'quiet'
  title?: string
  children: ReactNode
  /** Read out at once by a screen reader. */
  isUrgent?: boolean
}

/** A sentence or two that stand out: good news, care, failure, or just a remark. */
export const Notice = ({ tone, title, children, isUrgent = false }: Props) => (
  <div
    className="notice"
    style={{ '--status': `var(--tenon-${tone})` } as CSSProperties}
    {...(isUrgent && { role: 'alert' })}
  >
    {title && <p className="notice-title">{title}</p>}
    <div>{children}</div>
  </div>
)
