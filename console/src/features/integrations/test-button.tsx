import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Integration, IntegrationTestResult } from 'tenon-sdk'
import { request } from '../../lib/api.ts'
import { notifyDone, notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'

type Props = { integration: Integration; variant?: 'default' | 'filled' }

/** Asks the vendor whether the connection works, and says what it answered. */
export function TestButton({ integration: { id, name }, variant = 'default' }: Props) {
  const queries = useQueryClient()
  const test = useMutation({
    mutationFn: () => request<IntegrationTestResult>('POST', paths.ofIntegration(id, 'test')),
    onSuccess: ({ success, message, accountName }) =>
      success
        ? notifyDone(`${name} works${accountName ? `: ${accountName}` : ''}.`)
        : notifications.show({
            title: 'The test failed',
            message,
            color: 'red',
            withBorder: true,
            autoClose: 10_000,
          }),
    onError: notifyProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: [paths.integrations] }),
  })
  return (
    <Button
      {...(variant === 'filled' ? { size: 'compact-sm' } : { variant })}
      loading={test.isPending}
      onClick={() => test.mutate()}
    >
      Test
    </Button>
  )
}
