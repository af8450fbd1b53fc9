import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Integration, TemplateDetail } from 'tenon-sdk'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Markdown } from '../../components/markdown.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { templateQuery } from '../../lib/queries.ts'
import { AccountForm } from './account-form.tsx'

const route = getRouteApi('/signed-in/catalogue/$templateId')
const again = getRouteApi('/signed-in/connected/$integrationId/reconnect')

/** Connects a new account of a template, with its guide beside the form. */
export function Connect() {
  const { templateId } = route.useParams()
  const navigate = route.useNavigate()
  const { data: template, error, refetch } = useQuery(templateQuery(templateId))
  if (!template)
    return (
      <Waiting
        title="Connect an account"
        error={error}
        retry={() => void refetch()}
        missing="This hub has no such template."
      />
    )
  return (
    <Page title={`Connect ${template.name}`} about={template.description}>
      <WithGuide template={template}>
        {template.isActive ? (
          <AccountForm
            template={template}
            onConnected={({ id, name }) => {
              notifyDone(`${name} is connected.`)
              void navigate({ to: '/connected/$integrationId', params: { integrationId: id } })
            }}
            onCancel={() => void navigate({ to: '/catalogue' })}
          />
        ) : (
          <Empty title="It is not offered at the moment">The platform admin deactivated this template.</Empty>
        )}
      </WithGuide>
    </Page>
  )
}

/** Connects an integration's account again: it keeps its id, its settings and its history. */
export function Reconnect() {
  const { integrationId } = again.useParams()
  const navigate = again.useNavigate()
  const integration = useQuery({
    queryKey: [paths.integrations, integrationId],
    queryFn: ({ signal }) => request<Integration>('GET', paths.integration(integrationId), { signal }),
  })
  const templateId = integration.data?.templateId
  const template = useQuery({ ...templateQuery(templateId ?? ''), enabled: templateId !== undefined })
  if (!integration.data || !template.data)
    return (
      <Waiting
        title="Connect again"
        error={integration.error ?? template.error}
        retry={() => void Promise.all([integration.refetch(), template.refetch()])}
        missing="This integration was deleted, or belongs to another workspace."
      />
    )
  const back = () => void navigate({ to: '/connected/$integrationId', params: { integrationId } })
  return (
    <Page
      title={`Connect ${integration.data.name} again`}
      about="It keeps its settings, its history and whatever waits for it."
    >
      <WithGuide template={template.data}>
        <AccountForm
          template={template.data}
          existing={integration.data}
          onConnected={({ name }) => {
            notifyDone(`${name} is connected again.`)
            back()
          }}
          onCancel={back}
        />
      </WithGuide>
    </Page>
  )
}

const WithGuide = ({ template, children }: { template: TemplateDetail; children: React.ReactNode }) => (
  <div className="beside">
    <Panel>{children}</Panel>
    <Panel
      title="How to set it up"
      actions={
        <a href={template.docs} target="_blank" rel="noreferrer" className="text-link" style={{ fontSize: '0.85rem' }}>
          {template.name}’s documentation
        </a>
      }
    >
      {template.setupInstructions ? (
        <Markdown text={withoutTitle(template.setupInstructions)} />
      ) : (
        'There is no guide for this one; its documentation tells more.'
      )}
    </Panel>
  </div>
)

/** The page bears the vendor's name already. */
const withoutTitle = (markdown: string): string => markdown.replace(/^\s*# .*\n/, '')

type WaitingProps = { title: string; error: unknown; retry: () => void; missing: string }

const Waiting = ({ title, error, retry, missing }: WaitingProps) =>
  error instanceof ApiError && error.status === 404 ? (
    <Empty title="There is nothing here" action={<LinkButton to="/catalogue">See the catalogue</LinkButton>}>
      {missing}
    </Empty>
  ) : (
    <Page title={title}>
      <Panel>{error ? <Problem error={error} onRetry={retry} /> : <SkeletonRows count={6} />}</Panel>
    </Page>
  )
