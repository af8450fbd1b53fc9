-- Leads that people left in the forms of advertisements.

/* Which of a vendor's leads were taken in, so that none is taken in twice, whoever tells of it. */
create table ad_leads (
  workspace_id uuid not null references workspaces on delete cascade,
  connector text not null,
  external_id text not null,
  lead_id uuid,
  taken_at timestamptz not null,
  primary key (workspace_id, connector, external_id),
  foreign key (workspace_id, lead_id) references crm_leads (workspace_id, id) on delete set null (lead_id)
);
create index ad_leads_lead on ad_leads (workspace_id, lead_id) where lead_id is not null;
create index ad_leads_age on ad_leads (taken_at);
select protect_tenant_table('ad_leads');

/* Up to when the leads of each form were read, and how many it had then. */
create table ad_lead_cursors (
  workspace_id uuid not null references workspaces on delete cascade,
  integration_id uuid not null,
  form_id text not null,
  read_until timestamptz not null,
  leads integer,
  primary key (workspace_id, integration_id, form_id),
  foreign key (workspace_id, integration_id) references integrations (workspace_id, id) on delete cascade
);
select protect_tenant_table('ad_lead_cursors');
