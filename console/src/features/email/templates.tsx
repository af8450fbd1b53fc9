import { Badge, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { emailTemplatesQuery } from './template-query.ts'

/** What mails are written with: those that the hub brings, and what the workspace wrote in their place. */
export function EmailTemplates() {
  const { data, error, refetch } = useQuery(emailTemplatesQuery)
  return (
    <Page
      title="E-mail templates"
      about="What mails are written with. Change one, and the workspace’s own words count in place of those that come with the hub."
      actions={
        <LinkButton variant="default" to="/email">
          E-mails
        </LinkButton>
      }
    >
      <Panel flush>
        <ListStates
          source={{ items: data, error, retry: () => void refetch() }}
          empty={<Empty title="There is no template">The hub brings none along.</Empty>}
        >
          {(templates) => (
            <DataTable
              label="E-mail templates"
              rows={templates}
              rowKey={({ name }) => name}
              columns={[
                {
                  header: 'Name',
                  kind: 'lead',
                  cell: ({ name, description }) => (
                    <>
                      <TextLink to="/email/template" search={{ name }} fw={600}>
                        {name}
                      </TextLink>
                      <Text size="xs" c="dimmed">
                        {description}
                      </Text>
                    </>
                  ),
                },
                { header: 'Subject', cell: ({ subject }) => <span className="mono">{subject || '–'}</span> },
                {
                  header: 'Whose',
                  kind: 'nowrap',
                  cell: ({ isCustom }) => (
                    <Badge variant="light" radius="sm" tt="none" color={isCustom ? 'pine' : 'gray'}>
                      {isCustom ? 'Your own' : 'The hub’s'}
                    </Badge>
                  ),
                },
                { header: 'Changed', kind: 'nowrap', cell: ({ updatedAt }) => <Time at={updatedAt} /> },
              ]}
            />
          )}
        </ListStates>
      </Panel>
    </Page>
  )
}
