-- Leads: the people known to a workspace, where they stand, and what happened with them.

-- It belongs to PostgreSQL and is trusted: whoever may create objects in the database may create it.
create extension if not exists pg_trgm;

/* The ways a lead may go. `version` counts changes, so that two editors notice one another. */
create table crm_pipelines (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  name text not null,
  is_default boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index crm_pipelines_default on crm_pipelines (workspace_id) where is_default;
select protect_tenant_table('crm_pipelines');

/* The stages of a pipeline; a lead's status is the key of one. `next` names the stages that may follow, null allows all. */
create table crm_stages (
  workspace_id uuid not null,
  pipeline_id uuid not null,
  key text not null,
  name text not null,
  position smallint not null,
  kind text not null check (kind in ('open', 'won', 'lost')),
  probability smallint not null default 0,
  next text[],
  required text[] not null default '{}',
  primary key (workspace_id, pipeline_id, key),
  foreign key (workspace_id, pipeline_id) references crm_pipelines (workspace_id, id) on delete cascade
);
select protect_tenant_table('crm_stages');

/*
 * `email` is lower-case, `phone` E.164; what could not be read as a number is kept in `phone_text`. `search_text` is made by the hub of name,
 * e-mail, phone and company, folded, with a space before each word. There is no foreign key to the workspace: a workspace of a million leads is erased in
 * small steps by a job.
 */
create table crm_leads (
  workspace_id uuid not null,
  id uuid not null,
  email text,
  phone text,
  phone_text text,
  first_name text,
  last_name text,
  name text,
  company text,
  job_title text,
  street text,
  city text,
  state text,
  postal_code text,
  country text,
  timezone text,
  timezone_source text,
  source text not null,
  owner_id uuid,
  pipeline_id uuid not null,
  status text not null,
  status_changed_at timestamptz not null,
  amount_minor bigint,
  currency text,
  score double precision,
  persona text,
  tags text[] not null default '{}',
  custom_fields jsonb not null default '{}',
  consent jsonb not null default '{}',
  version integer not null default 1,
  search_text text not null,
  last_activity_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index crm_leads_email on crm_leads (workspace_id, email) where email is not null;
create index crm_leads_phone on crm_leads (workspace_id, phone) where phone is not null;
select protect_tenant_table('crm_leads');

/* What other systems call a lead: a vendor's contact id. */
create table crm_lead_external_ids (
  workspace_id uuid not null,
  system text not null,
  external_id text not null,
  lead_id uuid not null,
  primary key (workspace_id, system, external_id),
  foreign key (workspace_id, lead_id) references crm_leads (workspace_id, id) on delete cascade
);
create unique index crm_lead_external_ids_lead on crm_lead_external_ids (workspace_id, lead_id, system);
select protect_tenant_table('crm_lead_external_ids');

/* The timeline. An activity with a key is kept once, however often it is told. */
create table crm_activities (
  workspace_id uuid not null,
  id uuid not null,
  lead_id uuid not null,
  type text not null,
  title text not null,
  body text,
  data jsonb not null default '{}',
  actor text,
  event_id uuid,
  key text,
  occurred_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, lead_id) references crm_leads (workspace_id, id) on delete cascade
);
create index crm_activities_lead on crm_activities (workspace_id, lead_id, occurred_at, id);
create unique index crm_activities_key on crm_activities (workspace_id, lead_id, key) where key is not null;
select protect_tenant_table('crm_activities');

/* Every change of status, the first included (`from_status` null): what all statistics are made of. */
create table crm_status_changes (
  workspace_id uuid not null,
  id uuid not null,
  lead_id uuid not null,
  pipeline_id uuid not null,
  from_status text,
  to_status text not null,
  -- How long the lead had been where it came from.
  seconds_before bigint,
  amount_minor bigint,
  currency text,
  reason text,
  changed_by text,
  at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, lead_id) references crm_leads (workspace_id, id) on delete cascade
);
create index crm_status_changes_lead on crm_status_changes (workspace_id, lead_id, at, id);
create index crm_status_changes_time on crm_status_changes (workspace_id, pipeline_id, at);
select protect_tenant_table('crm_status_changes');

-- What lists sort and filter by. Ids are UUIDs of version 7: the newest are the greatest.
create index crm_leads_status on crm_leads (workspace_id, status, id);
create index crm_leads_source on crm_leads (workspace_id, source, id);
create index crm_leads_owner on crm_leads (workspace_id, owner_id, id) where owner_id is not null;
create index crm_leads_updated on crm_leads (workspace_id, updated_at, id);
create index crm_leads_activity on crm_leads (workspace_id, last_activity_at, id);
create index crm_leads_score on crm_leads (workspace_id, coalesce(score, '-infinity'), id);
create index crm_leads_name on crm_leads (workspace_id, lower(coalesce(name, '')), id);
-- Without the workspace: where it is small, its own rows are read and filtered; where it is large, what others have besides costs little.
create index crm_leads_search on crm_leads using gin (search_text gin_trgm_ops);
create index crm_leads_tags on crm_leads using gin (tags);
create index crm_leads_custom on crm_leads using gin (custom_fields jsonb_path_ops);
-- How many leads a text will find decides between two plans, so the planner looks closer.
alter table crm_leads alter column search_text set statistics 500;
