-- Calls of voice agents, and what became of each at every integration.

/* `call_id` is the caller's own id, by which repetitions are one call. `details` is the call as the flows hand it on. */
create table calls (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  call_id text not null,
  agent_id text not null,
  source text not null,
  status text not null check (status in ('started', 'ended', 'completed')),
  details jsonb not null,
  lead_id uuid,
  event_id uuid,
  started_at timestamptz not null,
  ended_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, call_id)
);
create index calls_agent on calls (workspace_id, agent_id, id);
select protect_tenant_table('calls');

/* A finished call on its way to one integration; `steps` is what was done there already. */
create table call_deliveries (
  workspace_id uuid not null,
  call_id uuid not null,
  integration_id uuid not null,
  status text not null check (status in ('pending', 'retrying', 'delivered', 'failed', 'unknown')),
  steps jsonb not null default '{}',
  attempts integer not null default 0,
  error_code text,
  error_message text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, call_id, integration_id),
  foreign key (workspace_id, call_id) references calls (workspace_id, id) on delete cascade,
  foreign key (workspace_id, integration_id) references integrations (workspace_id, id) on delete cascade
);
create index call_deliveries_integration on call_deliveries (workspace_id, integration_id);
select protect_tenant_table('call_deliveries');
