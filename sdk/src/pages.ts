/** One page of a list, newest first; `for await` walks over this page and all that follow. */
export type Page<T> = AsyncIterable<T> & {
  readonly data: T[]
  /** What to pass as `cursor` to get the next page; null on the last. */
  readonly nextCursor: string | null
  /** Fetches the next page; undefined on the last. */
  next(): Promise<Page<T> | undefined>
}

type Fetched<T> = { data: T[]; nextCursor: string | null }

/** Makes a page that knows how to fetch its followers. */
export async function pageOf<T>(
  fetchPage: (cursor: string | undefined) => Promise<Fetched<T>>,
  cursor?: string,
): Promise<Page<T>> {
  const { data, nextCursor } = await fetchPage(cursor)
  const next = async () => (nextCursor === null ? undefined : await pageOf(fetchPage, nextCursor))
  return {
    data,
    nextCursor,
    next,
    async *[Symbol.asyncIterator]() {
      yield* data
      let page = await next()
      while (page) {
        yield* page.data
        page = await page.next()
      }
    },
  }
}
