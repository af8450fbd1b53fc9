-- Leads that were merged, taken in from files, and written to files.

/* What became of a merge: what both leads were before, so that it can be undone. The lead that went is found under its old id and address still. */
create table crm_merges (
  workspace_id uuid not null,
  id uuid not null,
  lead_id uuid not null,
  merged_lead_id uuid not null,
  merged_email text,
  fields text[] not null,
  snapshot jsonb not null,
  merged_by text,
  merged_at timestamptz not null,
  undone_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, lead_id) references crm_leads (workspace_id, id) on delete cascade
);
create index crm_merges_lead on crm_merges (workspace_id, lead_id, id);
create index crm_merges_merged on crm_merges (workspace_id, merged_lead_id) where undone_at is null;
create index crm_merges_email on crm_merges (workspace_id, merged_email) where undone_at is null and merged_email is not null;
select protect_tenant_table('crm_merges');

/* A file of leads that is taken in by a chain of jobs; its rows wait in chunks. */
create table crm_imports (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  name text not null,
  status text not null check (status in ('running', 'completed', 'cancelled', 'failed')),
  columns text[] not null,
  mapping jsonb not null,
  options jsonb not null default '{}',
  total integer not null,
  done integer not null default 0,
  created integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  failed integer not null default 0,
  error text,
  created_by text,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (workspace_id, id)
);
select protect_tenant_table('crm_imports');

create table crm_import_chunks (
  workspace_id uuid not null,
  import_id uuid not null,
  position integer not null,
  first_row integer not null,
  rows jsonb not null,
  primary key (workspace_id, import_id, position),
  foreign key (workspace_id, import_id) references crm_imports (workspace_id, id) on delete cascade
);
select protect_tenant_table('crm_import_chunks');

/* Rows that were not taken in, with why and what they said. */
create table crm_import_errors (
  workspace_id uuid not null,
  import_id uuid not null,
  row integer not null,
  message text not null,
  cells text[] not null,
  primary key (workspace_id, import_id, row),
  foreign key (workspace_id, import_id) references crm_imports (workspace_id, id) on delete cascade
);
select protect_tenant_table('crm_import_errors');

/* Leads written to a file by a chain of jobs, part by part; kept for a week. */
create table crm_exports (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  status text not null check (status in ('completed', 'running', 'failed')),
  filter jsonb not null,
  cursor text,
  parts integer not null default 0,
  done integer not null default 0,
  error text,
  created_by text,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (workspace_id, id)
);
create index crm_exports_age on crm_exports (created_at);
select protect_tenant_table('crm_exports');

create table crm_export_parts (
  workspace_id uuid not null,
  export_id uuid not null,
  position integer not null,
  text text not null,
  primary key (workspace_id, export_id, position),
  foreign key (workspace_id, export_id) references crm_exports (workspace_id, id) on delete cascade
);
select protect_tenant_table('crm_export_parts');
