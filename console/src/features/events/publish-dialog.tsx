import { Autocomplete, Button, Group, Modal, Stack, TagsInput, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { EventType, Event as HubEvent } from 'tenon-sdk'
import { JsonEditor } from '../../components/json-editor.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { fieldFaults } from '../../lib/field-faults.ts'
import { type JsonValue, parseJson } from '../../lib/json-input.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { eventTypesQuery } from '../../lib/queries.ts'

type Props = { type: string | null; isOpen: boolean; onClose: () => void }

/** Publishes a real event: choose its type, change the example, send; then follows it. */
export function PublishDialog(props: Props) {
  return (
    <Modal opened={props.isOpen} onClose={props.onClose} title="Publish an event" size="lg">
      <PublishForm {...props} />
    </Modal>
  )
}

function PublishForm({ type: wanted, onClose }: Props) {
  const { data: types, error: typesError } = useQuery(eventTypesQuery)
  const [type, setType] = useState(wanted ?? '')
  const [payload, setPayload] = useState('')
  const [channels, setChannels] = useState<string[]>([])
  const [isEdited, setEdited] = useState(false)
  const known = types?.find(({ name }) => name === type)
  const navigate = useNavigate()
  const queries = useQueryClient()

  // The example of the type fills the editor until the person has written something of their own.
  useEffect(() => {
    if (!isEdited) setPayload(exampleOf(known))
  }, [known, isEdited])

  const publish = useMutation({
    mutationFn: (value: JsonValue) =>
      request<HubEvent>('POST', paths.events, {
        body: { type, payload: value, ...(channels.length && { channels }) },
        idempotent: true,
      }),
    onSuccess: async ({ id }) => {
      notifyDone('The event was accepted.')
      void queries.invalidateQueries({ queryKey: [paths.events] })
      onClose()
      await navigate({ to: '/events/$eventId', params: { eventId: id } })
    },
  })
  const faults = fieldFaults(publish.error, ['type', 'payload', 'channels'])
  const parsed = parseJson(payload)

  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault()
        if ('value' in parsed) publish.mutate(parsed.value)
      }}
    >
      <Stack>
        {publish.error && Object.keys(faults).length === 0 && <Problem error={publish.error} />}
        {typesError && <Problem error={typesError} />}
        <Autocomplete
          label="Type"
          description="One of the catalogue; types of your own are added under Event types"
          required
          data-autofocus={wanted ? undefined : true}
          openOnFocus={false}
          data={types?.map(({ name }) => name) ?? []}
          value={type}
          onChange={setType}
          error={faults.type}
          limit={200}
          maxDropdownHeight={260}
        />
        {known?.description && (
          <Text size="sm" c="dimmed">
            {known.description}
          </Text>
        )}
        <JsonEditor
          label="Payload"
          required
          value={payload}
          onChange={(text) => {
            setEdited(text.trim() !== '')
            setPayload(text)
          }}
          error={faults.payload}
          minRows={8}
        />
        <TagsInput
          label="Channels"
          description="Optional. Endpoints that name channels get only events of those."
          value={channels}
          onChange={setChannels}
          error={faults.channels}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={publish.isPending} disabled={!type.trim() || 'fault' in parsed}>
            Publish
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

const exampleOf = (type: EventType | undefined): string => JSON.stringify(type?.example ?? {}, null, 2)
