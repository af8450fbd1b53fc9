-- Runs of a manual sync: how far each has come, and where the next one goes on.

create table integration_syncs (
  workspace_id uuid not null,
  id uuid not null,
  integration_id uuid not null,
  status text not null check (status in ('running', 'completed', 'failed')),
  operation text not null,
  cursor text,
  pages integer not null default 0,
  changed integer not null default 0,
  deleted integer not null default 0,
  error_code text,
  error_message text,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, integration_id) references integrations (workspace_id, id) on delete cascade
);
create index integration_syncs_integration on integration_syncs (workspace_id, integration_id, id);
select protect_tenant_table('integration_syncs');
