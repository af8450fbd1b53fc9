import {
  ActionIcon,
  Burger,
  Group,
  Menu,
  ScrollArea,
  Text,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link, type LinkProps, useNavigate } from '@tanstack/react-router'
import { Icon } from '../components/icons.tsx'
import { Logo } from '../components/logo.tsx'
import { request } from '../lib/api.ts'
import { notifyProblem } from '../lib/notify.ts'
import { paths } from '../lib/paths.ts'
import { enterWorkspace, useMayChange, useSession } from '../lib/session.ts'
import { queryClient } from './providers.tsx'

type Entry = { to: LinkProps['to']; label: string; icon: Parameters<typeof Icon>[0]['name'] }

const daily: Entry[] = [
  { to: '/', label: 'Overview', icon: 'overview' },
  { to: '/events', label: 'Events', icon: 'events' },
  { to: '/endpoints', label: 'Endpoints', icon: 'endpoints' },
  { to: '/deliveries', label: 'Deliveries', icon: 'deliveries' },
  { to: '/replays', label: 'Replays', icon: 'replay' },
]
const people: Entry[] = [
  { to: '/leads', label: 'Leads', icon: 'members' },
  { to: '/pipeline', label: 'Pipeline', icon: 'pipeline' },
  { to: '/bookings', label: 'Bookings', icon: 'calendar' },
  { to: '/calls', label: 'Calls', icon: 'call' },
  { to: '/email', label: 'E-mails', icon: 'mail' },
]
const accounts: Entry[] = [
  { to: '/connected', label: 'Integrations', icon: 'integrations' },
  { to: '/catalogue', label: 'Catalogue', icon: 'catalogue' },
  { to: '/inbound', label: 'Inbound webhooks', icon: 'inbound' },
  { to: '/agents', label: 'Agents', icon: 'agent' },
  { to: '/connect-links', label: 'Connect links', icon: 'link' },
]
const setUp: Entry[] = [
  { to: '/event-types', label: 'Event types', icon: 'types' },
  { to: '/api-keys', label: 'API keys', icon: 'keys' },
  { to: '/members', label: 'Members', icon: 'members' },
  { to: '/settings', label: 'Settings', icon: 'settings' },
]

const platform: Entry[] = [
  { to: '/workspaces', label: 'Workspaces', icon: 'workspaces' },
  { to: '/oauth-applications', label: 'OAuth applications', icon: 'keys' },
]

/** The rail: where one can go, which workspace one is in, and oneself. */
export function Navigation({ onClose }: { onClose: () => void }) {
  const { person } = useSession()
  const mayChange = useMayChange()
  const forRole = setUp.filter(({ to }) => mayChange || to !== '/api-keys')
  return (
    <>
      <Group justify="space-between" pr={14} mb={14}>
        <Link to="/" className="rail-brand" onClick={onClose}>
          <Logo /> Tenon
        </Link>
        <Burger opened onClick={onClose} hiddenFrom="sm" size="sm" color="#f2f7f4" aria-label="Close the navigation" />
      </Group>
      <WorkspaceSwitcher />
      <ScrollArea style={{ flex: 1 }} type="auto" scrollbarSize={6}>
        <nav aria-label="Main">
          <Entries entries={daily} onClose={onClose} />
          <div className="rail-heading">People</div>
          <Entries entries={people} onClose={onClose} />
          <div className="rail-heading">Accounts at vendors</div>
          <Entries entries={mayChange ? accounts : accounts.slice(0, -1)} onClose={onClose} />
          <div className="rail-heading">Set up</div>
          <Entries entries={forRole} onClose={onClose} />
          {person.platformAdmin && (
            <>
              <div className="rail-heading">Platform</div>
              <Entries entries={platform} onClose={onClose} />
            </>
          )}
        </nav>
      </ScrollArea>
      <Group className="rail-foot" justify="space-between" wrap="nowrap">
        <PersonMenu />
        <SchemeSwitch />
      </Group>
    </>
  )
}

function Entries({ entries, onClose }: { entries: Entry[]; onClose: () => void }) {
  return entries.map(({ to, label, icon }) => (
    <Link
      key={label}
      to={to}
      className="rail-link"
      activeOptions={{ exact: to === '/', includeSearch: false }}
      onClick={onClose}
    >
      <Icon name={icon} /> {label}
    </Link>
  ))
}

function WorkspaceSwitcher() {
  const { available, workspace } = useSession()
  if (!workspace) return null
  if (available.length < 2)
    return (
      <Text size="sm" px={12} mb={8} c="#f2f7f4" fw={500} truncate>
        {workspace.name}
      </Text>
    )
  return (
    <Menu position="bottom-start" width={240} shadow="md">
      <Menu.Target>
        <UnstyledButton className="rail-link" aria-label={`Workspace: ${workspace.name}. Change it`} mb={8}>
          <Text size="sm" fw={500} c="#f2f7f4" truncate style={{ flex: 1 }}>
            {workspace.name}
          </Text>
          <Icon name="down" size={14} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        <Menu.Label>Workspaces</Menu.Label>
        {available.map(({ id, name }) => (
          <Menu.Item
            key={id}
            onClick={() => enterWorkspace(id)}
            rightSection={id === workspace.id ? <Icon name="check" size={14} /> : null}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function PersonMenu() {
  const { person } = useSession()
  const navigate = useNavigate()
  const signOut = useMutation({
    mutationFn: () => request('DELETE', paths.session),
    onSuccess: () => {
      queryClient.clear()
      void navigate({ to: '/sign-in' })
    },
    onError: notifyProblem,
  })
  return (
    <Menu position="top-start" width={220} shadow="md">
      <Menu.Target>
        <UnstyledButton
          style={{ color: 'inherit', minWidth: 0, flex: 1, padding: '6px 8px', borderRadius: 4 }}
          aria-label={`${person.name || person.email}: account`}
        >
          <Text size="sm" truncate>
            {person.name || person.email}
          </Text>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{person.email}</Menu.Label>
        <Menu.Item onClick={() => void navigate({ to: '/account' })}>Account and password</Menu.Item>
        <Menu.Item component="a" href={paths.apiReference} target="_blank" rel="noreferrer">
          API reference
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => signOut.mutate()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

const schemes = ['auto', 'light', 'dark'] as const
const schemeIcons = { auto: 'auto', light: 'sun', dark: 'moon' } as const
const schemeNames = { auto: 'as the system', light: 'light', dark: 'dark' }

function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const next = schemes[(schemes.indexOf(colorScheme) + 1) % schemes.length]!
  return (
    <Tooltip label={`Colours: ${schemeNames[colorScheme]}`}>
      <ActionIcon
        variant="transparent"
        c="inherit"
        onClick={() => setColorScheme(next)}
        aria-label={`Colours: ${schemeNames[colorScheme]}. Change to ${schemeNames[next]}`}
      >
        <Icon name={schemeIcons[colorScheme]} />
      </ActionIcon>
    </Tooltip>
  )
}
