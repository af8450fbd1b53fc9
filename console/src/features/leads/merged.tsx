import { Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { LeadMerge } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Notice } from '../../components/notice.tsx'
import { Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { nameOfLead } from '../../lib/lead-in-words.ts'
import { duplicateReasonInWords } from '../../lib/merge-in-words.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { duplicatesOfQuery, forgetLeads, mergesQuery } from './lead-queries.ts'

/** Who may be the same person, with the way to compare the two. */
export function PossibleDuplicates({ leadId }: { leadId: string }) {
  const { data } = useQuery(duplicatesOfQuery(leadId))
  return data?.flatMap(({ reason, leads }) =>
    leads
      .filter(({ id }) => id !== leadId)
      .map((other) => (
        <Notice key={`${reason} ${other.id}`} tone="retrying" title="This may be somebody known already">
          {nameOfLead(other)} has {duplicateReasonInWords[reason].toLowerCase()}.{' '}
          <LinkButton
            size="compact-sm"
            variant="default"
            to="/leads/$leadId/merge/$otherId"
            params={{ leadId, otherId: other.id }}
          >
            Compare the two
          </LinkButton>
        </Notice>
      )),
  )
}

/** What was merged into a lead, and the way back. */
export function Merges({ leadId }: { leadId: string }) {
  const { data } = useQuery(mergesQuery(leadId))
  if (!data || data.length === 0) return null
  return (
    <Panel title="Merged into it" flush>
      <ol className="timeline">
        {data.map((merge) => (
          <li key={merge.id}>
            <Entry merge={merge} leadId={leadId} />
          </li>
        ))}
      </ol>
    </Panel>
  )
}

function Entry({ merge, leadId }: { merge: LeadMerge; leadId: string }) {
  const queries = useQueryClient()
  const name = merge.name ?? merge.email ?? 'A lead without a name'
  return (
    <>
      <Text size="sm" fw={600}>
        {name}
      </Text>
      <Text size="xs" c="dimmed" mb={6}>
        <Time at={merge.mergedAt} />
        {merge.undoneAt && (
          <>
            , undone <Time at={merge.undoneAt} />
          </>
        )}
      </Text>
      {!merge.undoneAt && (
        <ConfirmButton
          label="Undo"
          ariaLabel={`Undo the merge with ${name}`}
          title={`Make ${name} a lead of its own again?`}
          confirmLabel="Undo the merge"
          danger={false}
          button={{ size: 'compact-sm' }}
          onConfirm={async () => {
            await request('POST', paths.undoMerge(merge.id))
            await forgetLeads(queries)
            await queries.invalidateQueries({ queryKey: [paths.ofLead(leadId, 'activities')] })
            notifyDone('There are two leads again.')
          }}
        >
          It comes back with its timeline. This lead gets back what it had before, except what was changed since.
        </ConfirmButton>
      )}
    </>
  )
}
