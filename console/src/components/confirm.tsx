import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Problem } from './problem.tsx'

type Props = {
  label: ReactNode
  title: string
  children: ReactNode
  confirmLabel: string
  onConfirm: () => Promise<unknown>
  button?: ButtonProps
  danger?: boolean
  ariaLabel?: string
}

/** A button whose deed is asked about first, with what it will change; stays open with the reason when the deed fails. */
export function ConfirmButton({
  label,
  title,
  children,
  confirmLabel,
  onConfirm,
  button,
  danger = true,
  ariaLabel,
}: Props) {
  const [opened, { open, close }] = useDisclosure(false)
  const deed = useMutation({ mutationFn: onConfirm, onSuccess: close })
  return (
    <>
      <Button variant="default" {...button} onClick={open} {...(ariaLabel && { 'aria-label': ariaLabel })}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={title} centered>
        <Stack>
          <Text component="div">{children}</Text>
          {deed.error && <Problem error={deed.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {danger ? 'Keep as it is' : 'Not now'}
            </Button>
            <Button {...(danger && { color: 'red' })} loading={deed.isPending} onClick={() => deed.mutate()}>
              {confirmLabel}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
