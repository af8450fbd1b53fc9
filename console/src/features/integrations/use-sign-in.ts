import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Authorization, Integration } from 'tenon-sdk'
import { ApiError, request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'
import { openSignInWindow } from '../../lib/sign-in-window.ts'

/** An integration of a template whose person is to sign in at the vendor. */
export type SignIn = { provider: string; integration: () => Promise<Integration> }

/**
 * Leads a person through the sign-in at a vendor in a window of its own, and answers the integration as it is afterwards. `begin` must
 * be called in the click itself.
 */
export function useSignIn(onConnected: (integration: Integration) => void) {
  const queries = useQueryClient()
  const [refusal, setRefusal] = useState<string | null>(null)
  const dance = useMutation({
    mutationFn: async ({ provider, integration }: SignIn) => {
      setRefusal(null)
      const window = openSignInWindow()
      if (!window)
        throw new ApiError(
          {
            error: 'The browser did not open the window. Allow windows of this page, then try again.',
            errorCode: 'WINDOW',
          },
          0,
        )
      try {
        const { id, templateId } = await integration()
        const { url } = await request<Authorization>('GET', paths.authorize(provider), {
          query: { template: templateId, integrationId: id },
        })
        window.goTo(url)
        const outcome = await window.outcome
        const after = await request<Integration>('GET', paths.integration(id))
        if (outcome.status === 'failed') setRefusal(outcome.error)
        else if (outcome.status === 'unknown' && !after.hasCredentials)
          setRefusal('The window was closed before the sign-in was finished. Try again when you are ready.')
        else onConnected(after)
      } catch (error) {
        window.close()
        throw error
      } finally {
        await queries.invalidateQueries({ queryKey: [paths.integrations] })
      }
    },
  })
  return {
    begin: dance.mutate,
    isUnderWay: dance.isPending,
    /** What the vendor, or the person, said no with. */
    refusal,
    error: dance.error,
  }
}
