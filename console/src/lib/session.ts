import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import type { Role, Session, Workspace } from 'tenon-sdk'
import { chooseWorkspace, request } from './api.ts'
import { paths } from './paths.ts'
import { readAll } from './use-list.ts'

export type CurrentWorkspace = { id: string; name: string; role: Role | 'platform' }
export type SignedIn = Session & { available: CurrentWorkspace[]; workspace: CurrentWorkspace | null }

const storageKey = 'tenon.workspace'

/** Who is signed in, the workspaces open to them and the one they are in. @throws ApiError 401 when nobody is */
export const sessionQuery = queryOptions({
  queryKey: [paths.session],
  queryFn: async (): Promise<SignedIn> => {
    const session = await request<Session>('GET', paths.session, { workspaceId: null })
    const available = await availableWorkspaces(session)
    const remembered = readChoice()
    const workspace = available.find(({ id }) => id === remembered) ?? available[0] ?? null
    chooseWorkspace(workspace?.id ?? null)
    return { ...session, available, workspace }
  },
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
})

async function availableWorkspaces({ person, workspaces }: Session): Promise<CurrentWorkspace[]> {
  if (!person.platformAdmin) return workspaces
  chooseWorkspace(null)
  const all = await readAll<Workspace>(paths.workspaces)
  const roleIn = new Map(workspaces.map(({ id, role }) => [id, role]))
  return all.map(({ id, name }) => ({ id, name, role: roleIn.get(id) ?? 'platform' }))
}

/** The session of a page behind the sign-in; the router has loaded it before. */
export const useSession = (): SignedIn => useSuspenseQuery(sessionQuery).data

/** The workspace that the page is about; the shell renders no page without one. */
export function useWorkspace(): CurrentWorkspace {
  const { workspace } = useSession()
  if (!workspace) throw new TypeError('This page needs a workspace')
  return workspace
}

/** Whether the person may change things here; members may read, and publish events. */
export function useMayChange(): boolean {
  const { person, workspace } = useSession()
  return person.platformAdmin || workspace?.role === 'owner' || workspace?.role === 'admin'
}

/** Enters another workspace. The page is loaded anew, so that nothing of the last one can stay on the screen. */
export function enterWorkspace(id: string): void {
  rememberChoice(id)
  location.assign('/')
}

// A tab keeps its own workspace; a new tab starts in the one chosen last.
function rememberChoice(id: string): void {
  sessionStorage.setItem(storageKey, id)
  localStorage.setItem(storageKey, id)
}
const readChoice = (): string | null => sessionStorage.getItem(storageKey) ?? localStorage.getItem(storageKey)
