import type { ReactNode } from 'react'

type Props = { label: string; pairs: Record<string, ReactNode> }

/** Names with their values, one below the other at phone width. */
export const Pairs = ({ label, pairs }: Props) => (
  <dl className="pairs" aria-label={label}>
    {Object.entries(pairs).map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)
