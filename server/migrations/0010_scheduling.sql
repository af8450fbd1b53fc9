-- One constraint keeps two bookings of a host apart, and needs equality of ids within a GiST index. The extension comes with PostgreSQL
-- and is trusted, so that whoever may create schemas in the database may create it.
do $$
begin
  create extension if not exists btree_gist;
exception when others then
  raise exception 'the extension btree_gist cannot be created: %', sqlerrm
    using hint = 'Install the contrib modules of PostgreSQL, and run in this database as its owner or a superuser: create extension btree_gist;';
end $$;

/* Somebody, or something such as a room, who can be booked, with the rules that say when. */
create table calendar_hosts (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  name text not null,
  email text,
  agent_id text,
  timezone text not null,
  weekly jsonb not null default '{}',
  overrides jsonb not null default '[]',
  out_of_office jsonb not null default '[]',
  slot_minutes integer not null default 30,
  step_minutes integer not null default 30,
  buffer_before_minutes integer not null default 0,
  buffer_after_minutes integer not null default 0,
  minimum_notice_minutes integer not null default 60,
  horizon_days integer not null default 60,
  max_per_day integer,
  max_per_week integer,
  reminders integer[] not null default '{1440,60}',
  location text,
  weight integer not null default 1,
  is_active boolean not null default true,
  turns integer not null default 0,
  last_booked_at timestamptz,
  -- Counts everything that may change when the host is free, so that what was worked out before is known to be old.
  revision bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
select protect_tenant_table('calendar_hosts');

/* A connected calendar of a host: read for busy time, written with bookings, or both. */
create table calendar_providers (
  workspace_id uuid not null,
  id uuid not null,
  host_id uuid not null,
  integration_id uuid not null,
  calendar_id text,
  busy_calendar_ids text[],
  reads_busy boolean not null default true,
  receives_bookings boolean not null default true,
  on_refusal text not null default 'keep' check (on_refusal in ('keep', 'cancel')),
  deadline_ms integer not null default 2000,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, host_id, integration_id),
  foreign key (workspace_id, host_id) references calendar_hosts (workspace_id, id) on delete cascade,
  foreign key (workspace_id, integration_id) references integrations (workspace_id, id) on delete cascade
);
create index calendar_providers_integration on calendar_providers (workspace_id, integration_id);
select protect_tenant_table('calendar_providers');

/* What a connected calendar last said that it is busy, and how the last look at it went. */
create table calendar_busy (
  workspace_id uuid not null,
  provider_id uuid not null,
  covers_from timestamptz not null,
  covers_to timestamptz not null,
  -- Epoch milliseconds: from, to, from, to …
  spans jsonb not null default '[]',
  fetched_at timestamptz,
  stale_at timestamptz not null,
  failed_at timestamptz,
  error_code text,
  error_message text,
  primary key (workspace_id, provider_id),
  foreign key (workspace_id, provider_id) references calendar_providers (workspace_id, id) on delete cascade
);
select protect_tenant_table('calendar_busy');

/* Bookings. */
create table calendar_events (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  -- Counts changes: the SEQUENCE of its calendar object, and what reminders are bound to.
  version integer not null default 0,
  status text not null check (status in ('confirmed', 'cancelled', 'no_show')),
  mode text not null check (mode in ('any', 'round_robin', 'all')),
  host_ids uuid[] not null default '{}',
  -- Why these hosts.
  decision text,
  title text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  timezone text,
  name text,
  email text,
  phone text,
  notes text,
  location text,
  meeting_url text,
  custom_fields jsonb not null default '{}',
  source text not null,
  -- Repetitions of the request that made it bear the same key.
  key text,
  -- Where a vendor made it.
  integration_id uuid,
  external_id text,
  -- Made elsewhere, at a time that was taken here.
  is_clashing boolean not null default false,
  cancel_reason text,
  cancelled_by text check (cancelled_by in ('attendee', 'host', 'system')),
  cancelled_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index calendar_events_key on calendar_events (workspace_id, key) where key is not null;
create unique index calendar_events_external on calendar_events (workspace_id, integration_id, external_id) where external_id is not null;
create index calendar_events_start on calendar_events (workspace_id, starts_at, id);
create index calendar_events_email on calendar_events (workspace_id, lower(email), starts_at);
select protect_tenant_table('calendar_events');

/* A time kept for somebody who is about to book. */
create table calendar_holds (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  mode text not null check (mode in ('any', 'round_robin', 'all')),
  host_ids uuid[] not null default '{}',
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create index calendar_holds_expiry on calendar_holds (expires_at);
select protect_tenant_table('calendar_holds');

/*
 * The time of a host that a booking or hold takes, from the start of its buffer before to the end of its buffer after. No two may
 * overlap, but for what was made elsewhere and cannot be refused any more.
 */
create table calendar_claims (
  workspace_id uuid not null,
  host_id uuid not null,
  -- The booking or the hold.
  owner_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  blocked_from timestamptz not null,
  blocked_to timestamptz not null,
  exclusive boolean not null default true,
  expires_at timestamptz,
  primary key (workspace_id, owner_id, host_id),
  foreign key (workspace_id, host_id) references calendar_hosts (workspace_id, id) on delete cascade,
  constraint calendar_claims_apart exclude using gist
    (workspace_id with =, host_id with =, tstzrange(blocked_from, blocked_to) with &&) where (exclusive)
);
create index calendar_claims_host on calendar_claims (workspace_id, host_id, blocked_to);
create index calendar_claims_expiry on calendar_claims (expires_at) where expires_at is not null;
select protect_tenant_table('calendar_claims');

/* How a booking stands at a connected calendar. */
create table calendar_confirmations (
  workspace_id uuid not null,
  booking_id uuid not null,
  provider_id uuid not null,
  integration_id uuid not null,
  calendar_id text,
  -- The version of the booking that this speaks of.
  version integer not null default 0,
  status text not null check (status in ('pending', 'confirmed', 'refused', 'unknown', 'cancelled')),
  external_id text,
  -- What was done about a refusal.
  compensation text check (compensation in ('kept', 'cancelled')),
  error_code text,
  error_message text,
  updated_at timestamptz not null,
  primary key (workspace_id, booking_id, provider_id),
  foreign key (workspace_id, booking_id) references calendar_events (workspace_id, id) on delete cascade
);
create index calendar_confirmations_external on calendar_confirmations (workspace_id, integration_id, external_id) where external_id is not null;
select protect_tenant_table('calendar_confirmations');

/* Somebody asked for a consultation, with the times that would suit. */
create table consultation_requests (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  status text not null check (status in ('requested', 'scheduled', 'offered', 'closed')),
  email text not null,
  first_name text,
  last_name text,
  phone text,
  company text,
  service text,
  preferred_times timestamptz[] not null default '{}',
  timezone text,
  message text,
  source text,
  host_ids uuid[] not null default '{}',
  -- Times that were offered where none of the preferred ones suited.
  offered jsonb not null default '[]',
  booking_id uuid,
  key text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index consultation_requests_key on consultation_requests (workspace_id, key) where key is not null;
create index consultation_requests_email on consultation_requests (workspace_id, lower(email));
select protect_tenant_table('consultation_requests');
