import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { SkeletonRows } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { EndpointEditor } from './endpoint-editor.tsx'
import { formOf } from './endpoint-form.ts'
import { endpointQuery } from './endpoint-query.ts'

const route = getRouteApi('/signed-in/endpoints/$endpointId/edit')

export function EditEndpoint() {
  const { endpointId } = route.useParams()
  const navigate = route.useNavigate()
  const queries = useQueryClient()
  const { data: endpoint, error, refetch } = useQuery(endpointQuery(endpointId))
  const back = () => navigate({ to: '/endpoints/$endpointId', params: { endpointId } })
  return (
    <Page
      title={endpoint ? `Edit ${endpoint.name}` : 'Edit endpoint'}
      about="Changes count from the next attempt, also for deliveries that are waiting."
    >
      {endpoint ? (
        <EndpointEditor
          initial={formOf(endpoint)}
          submitLabel="Save changes"
          onCancel={() => void back()}
          onSubmit={async (body) => {
            await request('PATCH', paths.endpoint(endpointId), { body })
            await queries.invalidateQueries({ queryKey: [paths.endpoints] })
            notifyDone('The endpoint was changed.')
            await back()
          }}
        />
      ) : (
        <Panel flush>
          {error ? <Problem error={error} onRetry={() => void refetch()} /> : <SkeletonRows count={6} />}
        </Panel>
      )}
    </Page>
  )
}
