import { Button, Center, Skeleton, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { Problem } from './problem.tsx'

type Source<T> = {
  items: T[] | undefined
  error: unknown
  retry: () => void
  more?: (() => void) | undefined
  isLoadingMore?: boolean
}
type Props<T> = { source: Source<T>; empty: ReactNode; children: (items: T[]) => ReactNode; skeletonRows?: number }

/** A list in the order a person meets it: loading, failed, empty, full, and more of it on demand. */
export function ListStates<T>({ source, empty, children, skeletonRows = 5 }: Props<T>) {
  const { items, error, retry, more, isLoadingMore } = source
  if (!items) return error ? <FailedList error={error} retry={retry} /> : <SkeletonRows count={skeletonRows} />
  return (
    <>
      {Boolean(error) && <FailedList error={error} retry={retry} />}
      {items.length === 0 ? empty : children(items)}
      {more && (
        <Center p="md">
          <Button variant="default" onClick={more} loading={isLoadingMore ?? false}>
            Show older
          </Button>
        </Center>
      )}
    </>
  )
}

const FailedList = ({ error, retry }: { error: unknown; retry: () => void }) => (
  <div className="panel-pad">
    <Problem error={error} onRetry={retry} />
  </div>
)

/** Grey bars where rows will be. */
export function SkeletonRows({ count }: { count: number }) {
  return (
    <Stack p="md" gap="md" aria-busy="true" role="status" aria-label="Loading">
      {Array.from({ length: count }, (_, index) => 92 - index * 7).map((width) => (
        <Skeleton key={width} height={16} width={`${width}%`} />
      ))}
    </Stack>
  )
}

/** An empty list: what is not there, and what to do next. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" gap={6} px="md" py={44} ta="center">
      <Title order={3} size="h4">
        {title}
      </Title>
      {children && (
        <Text c="dimmed" maw={440} component="div">
          {children}
        </Text>
      )}
      {action && <div style={{ marginTop: 10 }}>{action}</div>}
    </Stack>
  )
}
