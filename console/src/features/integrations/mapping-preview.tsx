import { Skeleton, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { EventType, MappingPreview as Preview } from 'tenon-sdk'
import { CodeBlock } from '../../components/code.tsx'
import { Notice } from '../../components/notice.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'

type Props = { integrationId: string; operation: string; mapping: Record<string, unknown>; type: EventType }

/** What the mapping makes of the example of the event type, and whether the operation would take it. Asks no vendor. */
export function MappingPreview({ integrationId, operation, mapping, type }: Props) {
  const [wanted] = useDebouncedValue(JSON.stringify({ operation, mapping, type: type.name }), 300)
  const preview = useQuery({
    queryKey: [paths.integrations, integrationId, 'preview', wanted],
    queryFn: ({ signal }) =>
      request<Preview>('POST', paths.ofIntegration(integrationId, 'subscriptions/preview'), {
        body: JSON.parse(wanted),
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
  })
  return (
    <Stack aria-live="polite">
      {preview.error ? (
        <Problem error={preview.error} />
      ) : preview.data ? (
        <>
          <Notice
            tone={preview.data.valid ? 'delivered' : 'retrying'}
            title={preview.data.valid ? 'The operation takes this' : 'The operation would not take this'}
          >
            {preview.data.valid
              ? `Made of the example of ${type.name}.`
              : preview.data.details.map(({ field, message }) => (
                  <Text size="sm" key={`${field} ${message}`}>
                    <span className="mono">{field.replace(/^input\.?/, '') || 'The input'}</span> {message}.
                  </Text>
                ))}
          </Notice>
          <CodeBlock title={`Input of ${operation}`} code={JSON.stringify(preview.data.input, null, 2)} />
        </>
      ) : (
        <Skeleton height={160} />
      )}
      <CodeBlock title={`Payload of ${type.name}`} code={JSON.stringify(type.example ?? {}, null, 2)} />
    </Stack>
  )
}
