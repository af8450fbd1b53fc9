import { notifications } from '@mantine/notifications'
import { ApiError } from './api.ts'

/** Says that something was done. */
export const notifyDone = (message: string): void => {
  notifications.show({ message, color: 'pine', withBorder: true })
}

/** Says in a corner what failed, for deeds that have no form of their own; a `gracefulFail` is a notice. */
export function notifyProblem(error: unknown): void {
  const isNotice = error instanceof ApiError && error.gracefulFail
  notifications.show({
    title: isNotice ? 'This has to wait' : 'That did not work',
    message: error instanceof Error ? error.message : 'Something in the console failed.',
    color: isNotice ? 'yellow' : 'red',
    withBorder: true,
    autoClose: 10_000,
  })
}
