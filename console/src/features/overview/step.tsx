import { Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Icon } from '../../components/icons.tsx'

type Props = { number: number; isDone: boolean; title: string; children: ReactNode }

/** One of the first steps, ticked off once it is done. */
export const Step = ({ number, isDone, title, children }: Props) => (
  <li>
    <span className="step-mark" data-done={isDone || undefined} aria-hidden="true">
      {isDone ? <Icon name="check" size={16} /> : number}
    </span>
    <Stack gap="sm">
      <Title order={3} size="h4">
        {title}
        {isDone && ' (done)'}
      </Title>
      {children}
    </Stack>
  </li>
)
