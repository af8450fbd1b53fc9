import { createRootRoute, createRoute, Outlet, redirect } from '@tanstack/react-router'
import { ApiError } from '../lib/api.ts'
import { sessionQuery } from '../lib/session.ts'
import { NotFound } from './not-found.tsx'
import { queryClient } from './providers.tsx'
import { Shell } from './shell.tsx'

/** A search parameter that is text and says something. */
export const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

export const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

/** Everything behind the sign-in: asks who is there before any page loads, and remembers where they wanted to go. */
export const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { from: location.href } })
    }
  },
  component: Shell,
})
/** The parent of every page behind the sign-in. */
export const parent = () => signedIn
