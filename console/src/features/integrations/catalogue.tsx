import {
  Badge,
  Button,
  Group,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { Template } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page } from '../../components/page.tsx'
import { TemplateIcon } from '../../components/template-icon.tsx'
import { request } from '../../lib/api.ts'
import { capabilityInWords, categoryInWords } from '../../lib/integration-in-words.ts'
import { notifyDone, notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { templatesQuery } from '../../lib/queries.ts'
import { useMayChange, useSession } from '../../lib/session.ts'

const route = getRouteApi('/signed-in/catalogue')

/** What can be connected; the platform admin decides here what is offered. */
export function Catalogue() {
  const { category } = route.useSearch()
  const navigate = route.useNavigate()
  const { person } = useSession()
  const [sought, setSought] = useState('')
  const [shown, setShown] = useState('active')
  const { data, error, refetch } = useQuery(templatesQuery)
  const categories = [...new Set(data?.map((template) => template.category))].toSorted()
  const offered = data?.filter(({ isActive }) => (person.platformAdmin && shown === 'all') || isActive)
  const found = offered?.filter(
    (template) => (!category || template.category === category) && matches(template, sought),
  )
  return (
    <Page title="Catalogue" about="Choose what to connect. Each comes with a guide.">
      <Group gap="sm" align="flex-end" className="filters">
        <TextInput
          label="Search"
          placeholder="HubSpot, calendar, payments …"
          value={sought}
          onChange={({ currentTarget }) => setSought(currentTarget.value)}
          className="filter"
        />
        <Select
          label="Category"
          placeholder="Any"
          clearable
          data={categories.map((value) => ({ value, label: categoryInWords(value) }))}
          value={category ?? null}
          onChange={(chosen) => void navigate({ search: chosen ? { category: chosen } : {}, replace: true })}
          className="filter"
        />
        {person.platformAdmin && (
          <SegmentedControl
            aria-label="Which templates are shown"
            value={shown}
            onChange={setShown}
            data={[
              { value: 'active', label: 'Offered' },
              { value: 'all', label: 'All' },
            ]}
          />
        )}
      </Group>
      <ListStates
        source={{ items: found, error, retry: () => void refetch() }}
        empty={
          <div className="panel">
            <Empty title="Nothing matches">
              {sought || category
                ? 'Try a shorter word, or another category.'
                : 'No template is offered at the moment.'}
            </Empty>
          </div>
        }
      >
        {(templates) => (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} component="ul" className="cards">
            {templates.map((template) => (
              <Entry key={template.id} template={template} isPlatformAdmin={person.platformAdmin} />
            ))}
          </SimpleGrid>
        )}
      </ListStates>
    </Page>
  )
}

const matches = ({ name, description, category, capabilities }: Template, sought: string): boolean =>
  `${name} ${description} ${categoryInWords(category)} ${capabilities.map(capabilityInWords).join(' ')}`
    .toLowerCase()
    .includes(sought.trim().toLowerCase())

function Entry({ template, isPlatformAdmin }: { template: Template; isPlatformAdmin: boolean }) {
  const { id, name, category, description, icon, isActive, capabilities } = template
  const mayChange = useMayChange()
  return (
    <li className="panel card" data-inactive={!isActive || undefined}>
      <Stack gap="sm" h="100%">
        <Group gap="sm" wrap="nowrap">
          <TemplateIcon icon={icon} name={name} size={40} />
          <div>
            <Title order={2}>{name}</Title>
            <Text size="xs" c="dimmed">
              {categoryInWords(category)}
            </Text>
          </div>
          {!isActive && (
            <Badge variant="light" color="gray" radius="sm" ml="auto">
              Not offered
            </Badge>
          )}
        </Group>
        <Text size="sm" style={{ flex: 1 }}>
          {description}
        </Text>
        <Text size="xs" c="dimmed">
          {capabilities.map(capabilityInWords).join(', ')}
        </Text>
        <Group gap="xs">
          {isActive && mayChange && (
            <LinkButton
              size="compact-sm"
              to="/catalogue/$templateId"
              params={{ templateId: id }}
              aria-label={`Connect ${name}`}
            >
              Connect
            </LinkButton>
          )}
          {isPlatformAdmin && <Activation template={template} />}
        </Group>
      </Stack>
    </li>
  )
}

function Activation({ template: { id, name, isActive } }: { template: Template }) {
  const queries = useQueryClient()
  const set = async (active: boolean) => {
    await request('PATCH', paths.template(id), { body: { isActive: active } })
    await queries.invalidateQueries({ queryKey: [paths.templates] })
  }
  const activate = useMutation({
    mutationFn: () => set(true),
    onSuccess: () => notifyDone(`${name} is offered again.`),
    onError: notifyProblem,
  })
  if (!isActive)
    return (
      <Button
        size="compact-sm"
        variant="default"
        loading={activate.isPending}
        onClick={() => activate.mutate()}
        aria-label={`Activate ${name}`}
      >
        Activate
      </Button>
    )
  return (
    <ConfirmButton
      label="Deactivate"
      ariaLabel={`Deactivate ${name}`}
      title={`Deactivate ${name}?`}
      confirmLabel="Deactivate the template"
      button={{ size: 'compact-sm' }}
      onConfirm={() => set(false)}
    >
      No workspace can connect it any more. Integrations that exist go on.
    </ConfirmButton>
  )
}
