/*
 * What became of each thing that a program asked a service for: an event in a calendar, a file, a test. There before the vendor is
 * called, so that one whose process died is seen as unknown. `external_id` and `integration_id` say where a calendar event is.
 */
create table service_results (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  service text not null,
  status text not null check (status in ('success', 'failed', 'unknown')),
  integration_id uuid,
  external_id text,
  data jsonb,
  error text,
  error_code text,
  graceful_fail boolean,
  created_at timestamptz not null,
  finished_at timestamptz,
  keep_until timestamptz not null,
  primary key (workspace_id, id)
);
create index service_results_age on service_results (keep_until);
select protect_tenant_table('service_results');

/* What people did with a mail, by action: {"opened": {"first": …, "last": …, "count": 2}}. */
alter table email_send_records add column engagement jsonb not null default '{}';

/* Events that told of people who were forgotten, and are still to be emptied. */
create table crm_erasures (
  workspace_id uuid not null references workspaces on delete cascade,
  lead_id uuid not null,
  event_id uuid not null,
  primary key (workspace_id, lead_id, event_id)
);
select protect_tenant_table('crm_erasures');
