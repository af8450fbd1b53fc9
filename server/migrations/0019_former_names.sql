-- What leads were found by before they were merged, and what forgetting a person looks for.

/* Phones (`phone +44…`) and ids of other systems (`id <system> <id>`) of leads that were merged: who comes by one is the lead that stayed. */
create table crm_former_names (
  workspace_id uuid not null,
  name text not null,
  merge_id uuid not null,
  primary key (workspace_id, name, merge_id),
  foreign key (workspace_id, merge_id) references crm_merges (workspace_id, id) on delete cascade
);
create index crm_former_names_merge on crm_former_names (workspace_id, merge_id);
select protect_tenant_table('crm_former_names');

insert into crm_former_names (workspace_id, name, merge_id)
select workspace_id, 'phone ' || (snapshot->'merged'->>'phone'), id from crm_merges
where undone_at is null and snapshot->'merged'->>'phone' is not null
on conflict do nothing;

insert into crm_former_names (workspace_id, name, merge_id)
select m.workspace_id, 'id ' || (n->>'system') || ' ' || (n->>'externalId'), m.id
from crm_merges m cross join jsonb_array_elements(m.snapshot->'externalIds') n
where m.undone_at is null and not exists (
  select from crm_lead_external_ids e where e.workspace_id = m.workspace_id and e.system = n->>'system' and e.external_id = n->>'externalId')
on conflict do nothing;

-- The pipeline that a lead came from; null where it became known, and in changes of before.
alter table crm_status_changes add column from_pipeline_id uuid;
create index crm_status_changes_left on crm_status_changes (workspace_id, from_pipeline_id, at) where from_pipeline_id is not null;
-- Forgetting and showing a person asks by these.
create index sms_messages_phone on sms_messages (workspace_id, to_phone);
create index calls_lead on calls (workspace_id, lead_id) where lead_id is not null;
