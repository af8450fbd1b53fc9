-- Who is at a thing of a vendor that knows no upsert, so that two processes do not both look, find nothing and create.

/* One row while somebody is at it, renewed until it is done; a dead process's turn is over when `until` has passed. `key` is a hash, since it is made of addresses. */
create table turns (
  workspace_id uuid not null,
  integration_id uuid not null,
  key bytea not null,
  holder uuid not null,
  until timestamptz not null,
  primary key (workspace_id, integration_id, key),
  foreign key (workspace_id, integration_id) references integrations (workspace_id, id) on delete cascade
);
select protect_tenant_table('turns');
