import { useQuery } from '@tanstack/react-query'
import type { Member } from 'tenon-sdk'
import { paths } from '../../lib/paths.ts'
import { useWorkspace } from '../../lib/session.ts'
import { readAll } from '../../lib/use-list.ts'

/** What owners of leads are called: the members of the workspace, by their ids. */
export function useOwners(): (id: string) => string {
  const { id } = useWorkspace()
  const path = paths.members(id)
  const members = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => readAll<Member>(path, signal),
    staleTime: 60_000,
  })
  return (ownerId) => {
    const owner = members.data?.find(({ personId }) => personId === ownerId)
    return owner ? owner.name || owner.email : 'Somebody who is no member any more'
  }
}
