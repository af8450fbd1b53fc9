import {
  Button,
  Checkbox,
  Group,
  NumberInput,
  SegmentedControl,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { JsonEditor } from '../../components/json-editor.tsx'
import { parseWaits, retriesInWords } from '../../lib/retry-schedule.ts'
import type { EndpointForm } from './endpoint-form.ts'

type Props = { form: UseFormReturnType<EndpointForm> }

/** What few endpoints need, in the order of how often. */
export function AdvancedFields({ form }: Props) {
  return (
    <Stack pt="xs">
      <JsonEditor
        label="Filter"
        description="Only events whose payload matches. Paths with a value, or with $eq, $ne, $in, $nin, $gt, $gte, $lt, $lte, $exists, $startsWith; $and, $or, $not."
        placeholder='{ "lead.score": { "$gte": 50 } }'
        minRows={3}
        value={form.values.filter}
        onChange={(text) => form.setFieldValue('filter', text)}
        error={form.errors.filter as string | undefined}
      />
      <TagsInput
        label="Channels"
        description="Only events published to one of these channels. Empty: events of every channel and of none."
        acceptValueOnBlur
        {...form.getInputProps('channels')}
      />
      <HeaderFields form={form} />
      <RetryFields form={form} />
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <NumberInput
          label="Rate limit"
          description="Deliveries per second at most"
          placeholder="No limit"
          min={1}
          max={100_000}
          allowDecimal={false}
          {...form.getInputProps('rateLimit')}
        />
        <NumberInput
          label="Concurrency"
          description="Deliveries at the same time at most"
          placeholder="The hub’s own limit"
          min={1}
          max={1_000}
          allowDecimal={false}
          disabled={form.values.ordered}
          {...form.getInputProps('concurrency')}
        />
        <NumberInput
          label="Timeout"
          description="Seconds to wait for the answer"
          min={1}
          max={60}
          suffix=" s"
          {...form.getInputProps('timeoutSeconds')}
        />
      </Group>
      <Checkbox
        label="Ordered"
        description="One delivery after the other, in the order of the events. One that fails holds up those behind it."
        {...form.getInputProps('ordered', { type: 'checkbox' })}
      />
      <Checkbox
        label="Sign with ed25519 as well"
        description="For receivers that should verify without sharing a secret. Every delivery is signed by HMAC-SHA256 in any case."
        {...form.getInputProps('ed25519', { type: 'checkbox' })}
      />
    </Stack>
  )
}

function RetryFields({ form }: Props) {
  const { retryKind } = form.values
  return (
    <Stack gap="xs" component="fieldset" className="plain-fieldset">
      <Text component="legend" size="sm" fw={600} p={0}>
        Retries
      </Text>
      <SegmentedControl
        aria-label="How the waits between attempts are chosen"
        style={{ alignSelf: 'flex-start' }}
        data={[
          { value: 'exponential', label: 'Doubling delay' },
          { value: 'schedule', label: 'Own schedule' },
        ]}
        {...form.getInputProps('retryKind')}
      />
      {retryKind === 'exponential' ? (
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <NumberInput label="Retries" min={0} max={50} allowDecimal={false} {...form.getInputProps('retryAttempts')} />
          <NumberInput
            label="First delay"
            min={0.1}
            max={86_400}
            suffix=" s"
            {...form.getInputProps('retryDelaySeconds')}
          />
        </Group>
      ) : (
        <TextInput
          label="Waits"
          description="Separated by commas: 30 s, 5 min, 2 h, 1 d"
          {...form.getInputProps('retrySchedule')}
        />
      )}
      <Text size="sm" c="dimmed" aria-live="polite">
        {previewOf(form.values)}
      </Text>
    </Stack>
  )
}

function HeaderFields({ form }: Props) {
  return (
    <Stack gap="xs" component="fieldset" className="plain-fieldset">
      <Text component="legend" size="sm" fw={600} p={0}>
        Headers
      </Text>
      <Text size="xs" c="dimmed">
        Sent with every delivery, such as a token that your gateway wants. Credentials are kept sealed and never shown
        again; dots stand for what is stored.
      </Text>
      {form.values.headers.map((_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no identity but its place
        <Group key={index} wrap="nowrap" align="flex-start">
          <TextInput
            aria-label={`Name of header ${index + 1}`}
            placeholder="X-Gateway-Token"
            style={{ flex: 2, minWidth: 0 }}
            {...form.getInputProps(`headers.${index}.name`)}
          />
          <TextInput
            aria-label={`Value of header ${index + 1}`}
            style={{ flex: 3, minWidth: 0 }}
            {...form.getInputProps(`headers.${index}.value`)}
          />
          <Button
            variant="default"
            px="sm"
            aria-label={`Remove header ${index + 1}`}
            onClick={() => form.removeListItem('headers', index)}
          >
            ×
          </Button>
        </Group>
      ))}
      {form.errors.headers && (
        <Text size="xs" c="var(--mantine-color-error)">
          {form.errors.headers}
        </Text>
      )}
      <Button
        variant="default"
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        onClick={() => form.insertListItem('headers', { name: '', value: '' })}
      >
        Add a header
      </Button>
    </Stack>
  )
}

function previewOf({ retryKind, retryAttempts, retryDelaySeconds, retrySchedule }: EndpointForm): string {
  try {
    return retriesInWords({
      retryAttempts: Math.min(50, Number(retryAttempts) || 0),
      retryDelay: (Number(retryDelaySeconds) || 0) * 1_000,
      retrySchedule: retryKind === 'schedule' ? parseWaits(retrySchedule) : null,
    })
  } catch {
    return ''
  }
}
