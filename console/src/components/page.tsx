import { Box, Group, Stack, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'

type Props = { title: ReactNode; name?: string; about?: ReactNode; actions?: ReactNode; children: ReactNode }

/** A page: its heading, what it is for, what can be done on it, its content. `name` titles the browser's tab. */
export function Page({ title, name, about, actions, children }: Props) {
  useDocumentTitle(`${name ?? (typeof title === 'string' ? title : 'Console')} · Tenon`)
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="md">
        <Box style={{ flex: '1 1 280px', minWidth: 0, overflowWrap: 'anywhere' }}>
          <Title order={1}>{title}</Title>
          {about && (
            <Text c="dimmed" mt={4} component="div" maw={720}>
              {about}
            </Text>
          )}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  )
}

type PanelProps = { title?: ReactNode; actions?: ReactNode; children: ReactNode; flush?: boolean }

/** A bordered part of a page. `flush` lets a table reach its edges. */
export function Panel({ title, actions, children, flush = false }: PanelProps) {
  return (
    <section className="panel" {...(typeof title === 'string' && { 'aria-label': title })}>
      {(title || actions) && (
        <Group justify="space-between" px={18} pt={14} pb={flush ? 8 : 0} gap="xs">
          <Title order={2}>{title}</Title>
          {actions}
        </Group>
      )}
      <div className={flush ? undefined : 'panel-pad'}>{children}</div>
    </section>
  )
}
