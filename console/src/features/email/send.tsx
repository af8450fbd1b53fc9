import { Button, Group, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Email } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Notice } from '../../components/notice.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Pairs } from '../../components/pairs.tsx'
import { Problem } from '../../components/problem.tsx'
import { Time } from '../../components/time.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { sendStatusInSentence } from '../../lib/email-in-words.ts'
import { notifyDone, notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { integrationsQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'
import { MailView } from './mail-view.tsx'
import { SendStatusMark } from './send-status-mark.tsx'

const route = getRouteApi('/signed-in/email/$sendId')

/** One e-mail: what it says, to whom, and what became of it. */
export function EmailSendPage() {
  const { sendId } = route.useParams()
  const { data, error, refetch } = useQuery({
    queryKey: [paths.emailSends, sendId],
    queryFn: ({ signal }) => request<Email>('GET', paths.emailSend(sendId), { signal }),
    refetchInterval: ({ state }) => (['queued', 'sending'].includes(state.data?.status ?? '') ? 1_500 : false),
  })
  if (error && !data)
    return error instanceof ApiError && error.status === 404 ? (
      <Empty title="This e-mail is not here" action={<LinkButton to="/email">See all e-mails</LinkButton>}>
        It belongs to another workspace, or is older than they are kept.
      </Empty>
    ) : (
      <Page title="E-mail">
        <Problem error={error} onRetry={() => void refetch()} />
      </Page>
    )
  if (!data)
    return (
      <Page title="E-mail">
        <Panel flush>
          <SkeletonRows count={5} />
        </Panel>
      </Page>
    )
  return <Known send={data} />
}

function Known({ send }: { send: Email }) {
  const { subject, status, to, error, html, text, integrationId } = send
  const { data: integrations } = useQuery(integrationsQuery)
  return (
    <Page
      title={subject || 'Without a subject'}
      about={
        <Group gap="md">
          <SendStatusMark status={status} />
          <span>to {to.name ? `${to.name} <${to.email}>` : to.email}</span>
        </Group>
      }
      actions={<Retry send={send} />}
    >
      {status !== 'sent' && (
        <Notice tone={status === 'failed' ? 'dead' : status === 'kept' || status === 'unknown' ? 'retrying' : 'quiet'}>
          {error && (
            <Text size="sm" className="mono" mb={4}>
              {error}
            </Text>
          )}
          {sendStatusInSentence[status]}
          {status === 'kept' && (
            <Group mt="sm">
              <LinkButton size="compact-sm" to="/catalogue" search={{ category: 'email' }}>
                Connect a mail service
              </LinkButton>
            </Group>
          )}
        </Notice>
      )}
      <Panel title="What it says">
        <MailView html={html} text={text} />
      </Panel>
      <Panel title="About">
        <Pairs
          label="About the e-mail"
          pairs={{
            Template: send.template ?? 'None',
            Written: <Time at={send.createdAt} />,
            Sent: <Time at={send.sentAt} never="Not yet" />,
            Attempts: send.attempts,
            'Sent with': integrationId ? (
              <TextLink to="/connected/$integrationId" params={{ integrationId }} inherit>
                {integrations?.find(({ id }) => id === integrationId)?.name ?? 'a connected account'}
              </TextLink>
            ) : (
              '–'
            ),
            'Id at the service': send.messageId ? <span className="mono">{send.messageId}</span> : '–',
            Id: <span className="mono">{send.id}</span>,
          }}
        />
      </Panel>
    </Page>
  )
}

function Retry({ send: { id, status, to } }: { send: Email }) {
  const mayChange = useMayChange()
  const queries = useQueryClient()
  const retry = useMutation({
    mutationFn: () => request('POST', paths.retryEmailSend(id)),
    onSuccess: () => notifyDone('It will be sent.'),
    onError: notifyProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: [paths.emailSends] }),
  })
  if (!mayChange || !['kept', 'failed', 'unknown'].includes(status)) return null
  if (status === 'unknown')
    return (
      <ConfirmButton
        label="Send again"
        title="Send it again?"
        confirmLabel="Send it again"
        danger={false}
        onConfirm={() => retry.mutateAsync()}
      >
        Nobody knows whether {to.email} got it already. Sending it again may write twice.
      </ConfirmButton>
    )
  return (
    <Button loading={retry.isPending} onClick={() => retry.mutate()}>
      {status === 'kept' ? 'Send it' : 'Send again'}
    </Button>
  )
}
