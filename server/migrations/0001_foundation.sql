-- Two roles divide the hub's work. Requests of tenants run as tenon_request, which row-level security confines to
-- one workspace. The hub's own work (engine, sign-in, migrations) runs as the login user, a member of tenon_hub.
-- Roles belong to the whole server, so they may be there already; a user who may not create roles finds them prepared.
do $$
begin
  begin
    if to_regrole('tenon_request') is null then create role tenon_request nologin; end if;
  exception when duplicate_object or unique_violation then null;
  end;
  begin
    if to_regrole('tenon_hub') is null then create role tenon_hub nologin; end if;
  exception when duplicate_object or unique_violation then null;
  end;
  if not pg_has_role(current_user, 'tenon_request', 'set') then
    execute format('grant tenon_request to %I with inherit false, set true', current_user);
  end if;
  if not pg_has_role(current_user, 'tenon_hub', 'usage') then
    execute format('grant tenon_hub to %I with inherit true', current_user);
  end if;
exception when insufficient_privilege then
  raise exception 'the database user % may not create or be given the roles tenon_request and tenon_hub', current_user
    using hint = format('Run as a superuser: create role tenon_request nologin; create role tenon_hub nologin; '
      'grant tenon_request to %1$I with inherit false, set true; grant tenon_hub to %1$I with inherit true;', current_user);
end $$;

do $$
begin
  execute format('grant usage on schema %I to tenon_request', current_schema());
end $$;

/* The workspace of the running transaction; null where none is set, which matches no row. */
create function current_workspace() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('tenon.workspace', true), '')::uuid;

/* Confines a tenant table: requests see the rows of their workspace, the hub sees all, nobody else sees any. */
create function protect_tenant_table(target regclass, workspace_column text default 'workspace_id') returns void
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy tenant on %1$s to tenon_request using (%2$I = (select current_workspace())) '
    'with check (%2$I = (select current_workspace()))', target, workspace_column);
  execute format('create policy hub on %s to tenon_hub using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to tenon_request', target);
end $$;

-- Workspaces and those who may enter them -----------------------------------------------------------------------

create table workspaces (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
select protect_tenant_table('workspaces', 'id');
-- A tenant may read and rename its workspace; creating and deleting are the platform admin's.
revoke insert, delete on workspaces from tenon_request;

/* A human being who signs in; a member is a person in a workspace. Never visible to tenants' requests. */
create table people (
  id uuid primary key,
  email text not null,
  name text not null,
  password_hash text not null,
  platform_admin boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index people_email on people (lower(email));

create table members (
  workspace_id uuid not null references workspaces on delete cascade,
  person_id uuid not null references people on delete cascade,
  role text not null check (role in ('owner', 'admin', 'member')),
  created_at timestamptz not null,
  primary key (workspace_id, person_id)
);
create index members_person on members (person_id);
select protect_tenant_table('members');

create table sessions (
  token_hash bytea primary key,
  person_id uuid not null references people on delete cascade,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  user_agent text
);
create index sessions_person on sessions (person_id);
create index sessions_expiry on sessions (expires_at);

/* Keys without a workspace are the platform admin's. */
create table api_keys (
  id uuid primary key,
  workspace_id uuid references workspaces on delete cascade,
  name text not null,
  prefix text not null,
  hash bytea not null unique,
  scopes text[] not null,
  created_at timestamptz not null,
  created_by uuid,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_workspace on api_keys (workspace_id, id);
select protect_tenant_table('api_keys');

/* What a POST with an Idempotency-Key answered, kept for a day. */
create table idempotency_keys (
  workspace_id uuid not null,
  key text not null,
  route text not null,
  request_hash bytea not null,
  status smallint,
  body text,
  created_at timestamptz not null,
  primary key (workspace_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
select protect_tenant_table('idempotency_keys');

-- Events --------------------------------------------------------------------------------------------------------

/* Event types that a workspace added to the catalogue; their payloads are checked against the schema. */
create table event_types (
  workspace_id uuid not null references workspaces on delete cascade,
  name text not null,
  description text not null default '',
  schema jsonb,
  example jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, name)
);
select protect_tenant_table('event_types');

/*
 * Immutable facts. An id is a UUID of version 7, so its first 48 bits are the time of acceptance: partitions are
 * ranges of ids, one per day, and a lookup by id touches exactly one. There is no default partition, since that
 * would keep PostgreSQL from reading the newest first without sorting; the engine makes partitions ahead of time.
 */
create table events (
  workspace_id uuid not null,
  id uuid not null,
  type text not null,
  payload text not null,
  occurred_at timestamptz not null,
  channels text[],
  primary key (workspace_id, id)
) partition by range (id);
create index events_type on events (workspace_id, type, id);
select protect_tenant_table('events');

-- The engine ----------------------------------------------------------------------------------------------------

/* The processes that may hold work. A process that stops renewing is dead, and what it held is given back. */
create table owners (
  id bigint generated always as identity primary key,
  name text not null,
  role text not null,
  started_at timestamptz not null default clock_timestamp(),
  lease_until timestamptz not null
);

/* Counts the changes of a workspace's subscriptions, so that a fan-out computed in memory can be proven current. */
create table subscription_versions (
  workspace_id uuid primary key,
  version bigint not null
);
select protect_tenant_table('subscription_versions');

/*
 * What is due now. A delivery bears its event's id and the lane of its destination; a job bears an id of its own.
 * Rows are deleted when done and have no foreign keys, so the table stays as small as the work in hand.
 * What a process accepts it inserts as its own (owner set) and hands on in memory; such rows never enter the
 * index of waiting work, which is why that index is partial.
 */
create table ready (
  workspace_id uuid not null,
  id uuid not null,
  lane uuid not null,
  kind text not null,
  attempt smallint not null default 0,
  owner bigint,
  position bigint generated always as identity,
  payload text,
  key text,
  primary key (workspace_id, id, lane)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000, autovacuum_vacuum_cost_delay = 0);
create index ready_waiting on ready (workspace_id, lane, position) where owner is null;
select protect_tenant_table('ready');

/* What is due later: retries, delayed jobs. Promoted into ready when its time comes. */
create table scheduled (
  workspace_id uuid not null,
  id uuid not null,
  lane uuid not null,
  kind text not null,
  attempt smallint not null default 0,
  due_at timestamptz not null,
  payload text,
  key text,
  primary key (workspace_id, id, lane)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index scheduled_due on scheduled (due_at);
create index scheduled_lane on scheduled (workspace_id, lane, id);
select protect_tenant_table('scheduled');

/* What ended without success: exhausted, refused for good, or cancelled. Replaying moves it back to ready. */
create table dead_letters (
  workspace_id uuid not null,
  id uuid not null,
  lane uuid not null,
  kind text not null,
  attempt smallint not null,
  reason text not null check (reason in ('exhausted', 'rejected', 'cancelled', 'expired')),
  error text,
  died_at timestamptz not null,
  payload text,
  primary key (workspace_id, id, lane)
);
create index dead_letters_lane on dead_letters (workspace_id, lane, id);
create index dead_letters_age on dead_letters (died_at);
select protect_tenant_table('dead_letters');

/* At most one open job per key. */
create table job_keys (
  workspace_id uuid not null,
  key text not null,
  id uuid not null,
  lane uuid not null,
  primary key (workspace_id, key)
);
select protect_tenant_table('job_keys');

/* Each try, append-only, partitioned by day. `outcome` says what became of the delivery by it. */
create table attempts (
  workspace_id uuid not null,
  id uuid not null,
  lane uuid not null,
  kind text not null,
  attempt smallint not null,
  at timestamptz not null,
  duration_ms integer not null,
  status smallint,
  outcome text not null,
  error text,
  response text
) partition by range (at);
create index attempts_event on attempts (workspace_id, id);
create index attempts_lane on attempts (workspace_id, lane, id);
select protect_tenant_table('attempts');

/* What a lane has lived through and how it stands: totals, breaker, pace, and who holds it while it must be exclusive. */
create table lanes (
  workspace_id uuid not null,
  id uuid not null,
  delivered bigint not null default 0,
  failed bigint not null default 0,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_error text,
  failing_since timestamptz,
  consecutive_failures integer not null default 0,
  breaker text not null default 'closed' check (breaker in ('closed', 'open', 'half_open')),
  opened integer not null default 0,
  paused_until timestamptz,
  held_by bigint,
  tokens double precision,
  refilled_at timestamptz,
  primary key (workspace_id, id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
create index lanes_held on lanes (held_by) where held_by is not null;
select protect_tenant_table('lanes');

/* Per lane and hour: results and a histogram of durations, from which percentiles are read. */
create table lane_statistics (
  workspace_id uuid not null,
  lane uuid not null,
  hour timestamptz not null,
  delivered integer not null default 0,
  failed integer not null default 0,
  retried integer not null default 0,
  exhausted integer not null default 0,
  durations integer[] not null,
  primary key (workspace_id, lane, hour)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
create index lane_statistics_age on lane_statistics (hour);
select protect_tenant_table('lane_statistics');

/* Per workspace and minute: what was accepted and what became of deliveries. */
create table workspace_statistics (
  workspace_id uuid not null,
  minute timestamptz not null,
  accepted integer not null default 0,
  delivered integer not null default 0,
  failed integer not null default 0,
  primary key (workspace_id, minute)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
create index workspace_statistics_age on workspace_statistics (minute);
select protect_tenant_table('workspace_statistics');

/* Work that comes round: the engine enqueues one job of the name's kind each time it is due. */
create table cron (
  name text primary key,
  schedule text not null,
  next_at timestamptz not null,
  last_at timestamptz
);

-- Webhooks ------------------------------------------------------------------------------------------------------

create table webhook_endpoints (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  name text not null,
  url text not null,
  events text[] not null,
  channels text[],
  filter jsonb,
  headers jsonb not null default '{}',
  secrets jsonb not null,
  signing_key text,
  signing_public_key text,
  retry_attempts smallint not null,
  retry_delay_ms integer not null,
  retry_schedule_ms integer[],
  rate_limit integer,
  concurrency smallint,
  ordered boolean not null default false,
  timeout_ms integer not null,
  is_active boolean not null default true,
  disabled_reason text,
  disabled_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_tenant_table('webhook_endpoints');

/* Replays of many deliveries: what was asked, how far it has come. */
create table replays (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  filter jsonb not null,
  status text not null check (status in ('running', 'completed', 'cancelled', 'failed')),
  total integer,
  done integer not null default 0,
  skipped integer not null default 0,
  cursor text,
  error text,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (workspace_id, id)
);
create index replays_age on replays (workspace_id, created_at);
select protect_tenant_table('replays');
