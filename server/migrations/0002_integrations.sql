-- Connectors as a catalogue, and the workspaces' accounts at vendors.

/* A connector as a catalogue entry. What the connector says of itself comes from its code; these rows hold what the platform admin decides. */
create table integration_templates (
  id text primary key,
  display_name text,
  description text,
  icon text,
  setup_instructions text,
  is_active boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

/* The operator's OAuth applications at vendors; those in the environment need no row. The secret is sealed. */
create table oauth_applications (
  provider text primary key,
  client_id text not null,
  client_secret text not null,
  webhook_secret text,
  updated_at timestamptz not null
);

/* Voice or AI agents of a workspace, which may have integrations of their own. Ids are the operator's own words. */
create table agents (
  workspace_id uuid not null references workspaces on delete cascade,
  id text not null,
  name text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_tenant_table('agents');

/* A workspace's configured instance of a template. Secrets (credentials and encrypted config fields) are sealed, one by one. */
create table integrations (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  template_id text not null,
  agent_id text,
  name text not null,
  description text,
  is_active boolean not null default true,
  status text not null check (status in ('pending', 'active', 'error', 'reauth_required', 'disconnected')),
  error_code text,
  error_message text,
  auth_type text not null,
  config jsonb not null default '{}',
  -- Encrypted config fields by name, and the webhook secret the hub generated.
  sealed_config jsonb not null default '{}',
  sealed_credentials text,
  -- Compare-and-swap of the credentials: counted up at each change, so two refreshes cannot both win.
  credentials_version integer not null default 0,
  credentials_expire_at timestamptz,
  refresh_lease_until timestamptz,
  refresh_lease_by text,
  account_name text,
  routing_key text,
  default_for text[] not null default '{}',
  last_tested_at timestamptz,
  last_success_at timestamptz,
  last_sync_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create index integrations_routing on integrations (template_id, routing_key) where routing_key is not null;
create index integrations_expiry on integrations (credentials_expire_at) where credentials_expire_at is not null and status = 'active';
create index integrations_agent on integrations (workspace_id, agent_id) where agent_id is not null;
select protect_tenant_table('integrations');

/* Which events an integration hears, which operation each becomes, and by which mapping. */
create table integration_subscriptions (
  workspace_id uuid not null,
  id uuid not null,
  integration_id uuid not null,
  events text[] not null,
  operation text not null,
  mapping jsonb not null default '{}',
  filter jsonb,
  is_active boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, integration_id) references integrations (workspace_id, id) on delete cascade
);
create index integration_subscriptions_integration on integration_subscriptions (workspace_id, integration_id);
select protect_tenant_table('integration_subscriptions');

/* One call of a capability, append-only, partitioned by day. Requests and answers are redacted and bounded before they come here. */
create table integration_sync_logs (
  workspace_id uuid not null,
  id uuid not null,
  integration_id uuid not null,
  operation text not null,
  direction text not null check (direction in ('inbound', 'outbound')),
  status text not null check (status in ('success', 'failed', 'unknown')),
  at timestamptz not null,
  duration_ms integer not null,
  error_code text,
  error_message text,
  vendor_request_id text,
  request text,
  response text,
  event_id uuid,
  call_id text,
  calls smallint not null default 0
) partition by range (id);
create index integration_sync_logs_id on integration_sync_logs (workspace_id, id);
create index integration_sync_logs_integration on integration_sync_logs (workspace_id, integration_id, id);
create index integration_sync_logs_event on integration_sync_logs (workspace_id, event_id) where event_id is not null;
create index integration_sync_logs_call on integration_sync_logs (workspace_id, call_id) where call_id is not null;
select protect_tenant_table('integration_sync_logs');

/* What an operation did for one event, so that a repetition finds it done; and what is not known to have been done. */
create table operation_outcomes (
  workspace_id uuid not null,
  event_id uuid not null,
  subscription_id uuid not null,
  integration_id uuid not null,
  status text not null check (status in ('begun', 'done', 'unknown')),
  result jsonb,
  updated_at timestamptz not null,
  primary key (workspace_id, event_id, subscription_id)
);
create index operation_outcomes_age on operation_outcomes (updated_at);
select protect_tenant_table('operation_outcomes');

/* A sign-in at a vendor that is under way; single use. */
create table oauth_states (
  id bytea primary key,
  workspace_id uuid not null references workspaces on delete cascade,
  provider text not null,
  template_id text not null,
  integration_id uuid,
  connect_session_id uuid,
  browser_hash bytea,
  code_verifier text,
  redirect_uri text not null,
  return_url text,
  config jsonb not null default '{}',
  name text,
  agent_id text,
  created_by text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index oauth_states_age on oauth_states (expires_at);
create index oauth_states_workspace on oauth_states (workspace_id);
select protect_tenant_table('oauth_states');

/* A short-lived link by which a tenant's person connects an account without signing in. */
create table connect_sessions (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  token_hash bytea not null unique,
  templates text[],
  integration_id uuid,
  agent_id text,
  return_url text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  connected_integration_id uuid,
  primary key (workspace_id, id)
);
create index connect_sessions_age on connect_sessions (expires_at);
select protect_tenant_table('connect_sessions');

/* Subscriptions of the hub at vendors (push channels, webhooks), with what renewing and removing them needs. */
create table vendor_subscriptions (
  workspace_id uuid not null,
  id uuid not null,
  integration_id uuid not null,
  vendor_id text,
  data jsonb not null default '{}',
  expires_at timestamptz,
  status text not null check (status in ('active', 'failed', 'removed')),
  error_message text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, integration_id) references integrations (workspace_id, id) on delete cascade
);
create index vendor_subscriptions_expiry on vendor_subscriptions (expires_at) where status = 'active';
create index vendor_subscriptions_integration on vendor_subscriptions (workspace_id, integration_id);
select protect_tenant_table('vendor_subscriptions');

/*
 * Inbound webhooks as they came, stored before the answer. One that no integration claims has no workspace, and only the
 * platform admin sees it. Partitioned by day, by id.
 */
create table inbound_webhooks (
  id uuid not null,
  workspace_id uuid,
  integration_id uuid,
  connector text not null,
  path text not null,
  url text not null,
  method text not null,
  headers jsonb not null,
  body bytea not null,
  received_at timestamptz not null,
  status text not null check (status in ('received', 'processed', 'refused', 'unmatched', 'failed', 'duplicate')),
  reason text,
  event_ids uuid[],
  processed_at timestamptz
) partition by range (id);
create index inbound_webhooks_id on inbound_webhooks (id);
create index inbound_webhooks_workspace on inbound_webhooks (workspace_id, id);
create index inbound_webhooks_open on inbound_webhooks (connector, id) where workspace_id is null;
select protect_tenant_table('inbound_webhooks');

/* The vendors' event ids that were taken in, so that a repetition is dropped. Kept for a week. */
create table inbound_event_ids (
  workspace_id uuid not null,
  integration_id uuid not null,
  event_id text not null,
  received_at timestamptz not null,
  primary key (workspace_id, integration_id, event_id)
);
create index inbound_event_ids_age on inbound_event_ids (received_at);
select protect_tenant_table('inbound_event_ids');
