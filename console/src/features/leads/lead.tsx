import { Badge, Button, Group, Stack, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { Lead } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Pairs } from '../../components/pairs.tsx'
import { Problem } from '../../components/problem.tsx'
import { Time } from '../../components/time.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { fieldInWords, formatMoney, nameOfLead, sourceInWords } from '../../lib/lead-in-words.ts'
import { paths } from '../../lib/paths.ts'
import { ChangeStatus } from './change-status.tsx'
import { leadQuery, pipelinesQuery } from './lead-queries.ts'
import { Merges, PossibleDuplicates } from './merged.tsx'
import { PersonalDataMenu } from './personal-data.tsx'
import { StageMark } from './stage-mark.tsx'
import { Timeline } from './timeline.tsx'

const route = getRouteApi('/signed-in/leads/$leadId')

/** One lead: who it is, where it stands, and everything that happened. */
export function LeadPage() {
  const { leadId } = route.useParams()
  const { data: lead, error, refetch } = useQuery({ ...leadQuery(leadId), refetchInterval: 10_000 })
  if (error && !lead)
    return error instanceof ApiError && error.status === 404 ? (
      <Empty title="This lead is not here" action={<LinkButton to="/leads">See all leads</LinkButton>}>
        It was deleted, or belongs to another workspace.
      </Empty>
    ) : (
      <Page title="Lead">
        <Problem error={error} onRetry={() => void refetch()} />
      </Page>
    )
  if (!lead)
    return (
      <Page title="Lead">
        <Panel flush>
          <SkeletonRows count={6} />
        </Panel>
      </Page>
    )
  return <Known lead={lead} />
}

function Known({ lead }: { lead: Lead }) {
  const pipelines = useQuery(pipelinesQuery)
  return (
    <Page
      title={nameOfLead(lead)}
      about={
        <Group gap="md">
          <StageMark lead={lead} pipelines={pipelines.data} />
          <span>{[lead.jobTitle, lead.company].filter(Boolean).join(', ')}</span>
          {lead.tags.map((tag) => (
            <Badge key={tag} variant="light" radius="sm" tt="none" color="gray">
              {tag}
            </Badge>
          ))}
        </Group>
      }
      actions={
        <>
          {pipelines.data && <ChangeStatus lead={lead} pipelines={pipelines.data} />}
          <PersonalDataMenu lead={lead} />
          <Deletion lead={lead} />
        </>
      }
    >
      <PossibleDuplicates leadId={lead.id} />
      <div className="beside beside-narrow">
        <Stack>
          <Note leadId={lead.id} />
          <Timeline leadId={lead.id} />
        </Stack>
        <Stack>
          <Panel title="About">
            <Pairs label="About the lead" pairs={aboutOf(lead)} />
          </Panel>
          <Merges leadId={lead.id} />
        </Stack>
      </div>
    </Page>
  )
}

function aboutOf(lead: Lead): Record<string, ReactNode> {
  const { street, postalCode, city, state, country } = lead.address
  const address = [street, [postalCode, city].filter(Boolean).join(' '), state, country].filter(Boolean).join(', ')
  return {
    'E-mail': lead.email ?? '–',
    Phone: lead.phone ?? '–',
    ...(address && { Address: address }),
    ...(lead.timezone && { 'Time zone': lead.timezone }),
    Source: sourceInWords(lead.source),
    Score: lead.score ?? '–',
    ...(lead.amountMinor !== null && { Worth: formatMoney(lead.amountMinor, lead.currency) }),
    'In this stage': <Time at={lead.statusChangedAt} />,
    'Known since': <Time at={lead.createdAt} />,
    ...Object.fromEntries(
      Object.entries(lead.customFields).map(([name, value]) => [
        fieldInWords(name),
        typeof value === 'string' ? value : typeof value === 'boolean' ? (value ? 'Yes' : 'No') : JSON.stringify(value),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(lead.externalIds).map(([system, id]) => [
        `Id at ${system}`,
        <span key={system} className="mono">
          {id}
        </span>,
      ]),
    ),
    Id: <span className="mono">{lead.id}</span>,
  }
}

function Note({ leadId }: { leadId: string }) {
  const [text, setText] = useState('')
  const queries = useQueryClient()
  const note = useMutation({
    mutationFn: () => request('POST', paths.ofLead(leadId, 'notes'), { body: { text: text.trim() }, idempotent: true }),
    onSuccess: async () => {
      setText('')
      await queries.invalidateQueries({ queryKey: [paths.leads, leadId] })
      await queries.invalidateQueries({ queryKey: [paths.ofLead(leadId, 'activities')] })
    },
  })
  return (
    <Panel>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          note.mutate()
        }}
      >
        <Stack gap="xs">
          {note.error && <Problem error={note.error} />}
          <Textarea
            label="Note"
            placeholder="What was said, what is next"
            autosize
            minRows={2}
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
          <Group>
            <Button type="submit" size="compact-sm" loading={note.isPending} disabled={!text.trim()}>
              Add the note
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  )
}

function Deletion({ lead }: { lead: Lead }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  return (
    <ConfirmButton
      label="Delete"
      title={`Delete ${nameOfLead(lead)}?`}
      confirmLabel="Delete the lead"
      button={{ c: 'var(--mantine-color-error)' }}
      onConfirm={async () => {
        await request('DELETE', paths.lead(lead.id))
        await navigate({ to: '/leads' })
        await queries.invalidateQueries({ queryKey: [paths.leads] })
      }}
    >
      With it goes its timeline. Nobody can bring it back.
    </ConfirmButton>
  )
}
