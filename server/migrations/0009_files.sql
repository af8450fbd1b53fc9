-- Files that the hub was given to keep, each in the storage of an integration.

create table files (
  workspace_id uuid not null,
  id uuid not null,
  -- Null once the integration is gone: its file may still be there, and the hub cannot reach it any more.
  integration_id uuid,
  -- Where it is in the storage, relative to the workspace's own place there.
  key text not null,
  folder text not null,
  name text not null,
  content_type text not null,
  size bigint not null default 0,
  sha256 bytea,
  -- One that never became `stored` was given up half-way, and is cleared away.
  status text not null check (status in ('stored', 'uploading', 'deleting')),
  created_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, key),
  foreign key (workspace_id, integration_id) references integrations (workspace_id, id) on delete set null (integration_id)
);
create index files_integration on files (workspace_id, integration_id);
create index files_unfinished on files (created_at) where status <> 'stored';
select protect_tenant_table('files');
