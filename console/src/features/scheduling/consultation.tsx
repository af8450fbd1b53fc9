import { List, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Consultation } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { LongText } from '../../components/long-text.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Pairs } from '../../components/pairs.tsx'
import { Problem } from '../../components/problem.tsx'
import { Time } from '../../components/time.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { formatSpan } from '../../lib/booking-in-words.ts'
import { askerOf, consultationInSentence, formatMoment } from '../../lib/consultation-in-words.ts'
import { sourceInWords } from '../../lib/lead-in-words.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange } from '../../lib/session.ts'
import { ConsultationMark } from './consultation-mark.tsx'
import { ScheduleDialog } from './schedule-dialog.tsx'
import { consultationQuery, hostsQuery } from './scheduling-queries.ts'

const route = getRouteApi('/signed-in/consultations/$consultationId')

/** One request for a consultation: what was wished for, what was offered, and how to settle it by hand. */
export function ConsultationPage() {
  const { consultationId } = route.useParams()
  const { data, error, refetch } = useQuery({ ...consultationQuery(consultationId), refetchInterval: 5_000 })
  if (error && !data)
    return error instanceof ApiError && error.status === 404 ? (
      <Empty title="This request is not here" action={<LinkButton to="/consultations">See all requests</LinkButton>}>
        It belongs to another workspace.
      </Empty>
    ) : (
      <Page title="Consultation request">
        <Problem error={error} onRetry={() => void refetch()} />
      </Page>
    )
  if (!data)
    return (
      <Page title="Consultation request">
        <Panel flush>
          <SkeletonRows count={5} />
        </Panel>
      </Page>
    )
  return <Known consultation={data} />
}

function Known({ consultation }: { consultation: Consultation }) {
  const { status, bookingId, preferredTimes, offered } = consultation
  const mayChange = useMayChange()
  const isOpen = status === 'requested' || status === 'offered'
  return (
    <Page
      title={askerOf(consultation)}
      name="Consultation request"
      about={<ConsultationMark status={status} />}
      actions={
        <>
          {bookingId && (
            <LinkButton to="/bookings/$bookingId" params={{ bookingId }}>
              See the booking
            </LinkButton>
          )}
          {isOpen && mayChange && <Actions consultation={consultation} />}
        </>
      }
    >
      <Text>{consultationInSentence[status]}</Text>
      <div className="beside beside-narrow">
        <Stack>
          <Panel title="Wished for">
            {preferredTimes.length === 0 ? (
              <Text size="sm">Any time.</Text>
            ) : (
              <List size="sm">
                {preferredTimes.map((time) => (
                  <List.Item key={time}>{formatMoment(time)}</List.Item>
                ))}
              </List>
            )}
          </Panel>
          {offered.length > 0 && (
            <Panel title="Offered by mail">
              <List size="sm">
                {offered.map((slot) => (
                  <List.Item key={slot.startsAt}>{formatSpan(slot)}</List.Item>
                ))}
              </List>
            </Panel>
          )}
        </Stack>
        <Panel title="About">
          <Pairs label="About the request" pairs={aboutOf(consultation)} />
        </Panel>
      </div>
    </Page>
  )
}

function Actions({ consultation }: { consultation: Consultation }) {
  const hosts = useQuery(hostsQuery)
  const queries = useQueryClient()
  return (
    <>
      {hosts.data?.some(({ isActive }) => isActive) ? (
        <ScheduleDialog consultation={consultation} />
      ) : (
        hosts.data && <LinkButton to="/hosts">Add a host to book it with</LinkButton>
      )}
      <ConfirmButton
        label="Close it"
        title="Close this request without a booking?"
        confirmLabel="Close the request"
        onConfirm={async () => {
          await request('POST', paths.ofConsultation(consultation.id, 'close'))
          await queries.invalidateQueries({ queryKey: [paths.consultations] })
        }}
      >
        Nobody follows it any more, and times that were offered by mail can be taken no longer. Whoever asked is not
        told.
      </ConfirmButton>
    </>
  )
}

const aboutOf = (consultation: Consultation): Record<string, ReactNode> => ({
  'E-mail': (
    <TextLink to="/leads/$leadId" params={{ leadId: consultation.email }} inherit>
      {consultation.email}
    </TextLink>
  ),
  Phone: consultation.phone ?? '–',
  ...(consultation.company && { Company: consultation.company }),
  ...(consultation.service && { About: consultation.service }),
  ...(consultation.timezone && { 'Time zone': consultation.timezone }),
  ...(consultation.message && { Message: <LongText text={consultation.message} /> }),
  ...(consultation.source && { Source: sourceInWords(consultation.source) }),
  Asked: <Time at={consultation.createdAt} />,
})
