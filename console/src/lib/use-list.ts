import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { list, type Page } from './api.ts'

type Options = { refreshMs?: number | false; limit?: number }

/**
 * Reads a list page by page. `query` is called at each request, so that a range that moves with the clock is current.
 * With `refreshMs` the list renews itself, but only while just its first page is shown: older pages do not change.
 */
export function useList<T>(
  key: readonly unknown[],
  path: string,
  query: () => Record<string, string>,
  { refreshMs = false, limit = 50 }: Options = {},
) {
  const result = useInfiniteQuery({
    queryKey: [path, ...key],
    queryFn: ({ pageParam, signal }) => list<T>(path, { ...query(), limit, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data && state.data.pages.length > 1 ? false : refreshMs),
  })
  return {
    items: result.data?.pages.flatMap((page) => page.items),
    error: result.error,
    retry: () => void result.refetch(),
    more: result.hasNextPage ? () => void result.fetchNextPage() : undefined,
    isLoadingMore: result.isFetchingNextPage,
    updatedAt: result.dataUpdatedAt,
  }
}

/** Reads a list that is short by nature (endpoints, keys, event types) whole, page after page. @throws ApiError */
export async function readAll<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = ''
  do {
    const page: Page<T> = await list<T>(path, { limit: 200, cursor }, signal)
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor && items.length < 2_000)
  return items
}
