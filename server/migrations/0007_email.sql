-- E-mail: templates of a workspace, and every mail to one person, from before it is sent until what became of it is known.

/* What a workspace wrote in place of a built-in template, or besides them. */
create table email_templates (
  workspace_id uuid not null references workspaces on delete cascade,
  name text not null,
  description text,
  subject text not null,
  html text,
  -- Made from the HTML where there is none.
  text text,
  uses_layout boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, name)
);
select protect_tenant_table('email_templates');

/* One e-mail to one person. `queued` waits for its job; `sending` was begun, and is `unknown` when that process is gone; `kept` is the outbox of a
   workspace that has nothing to send with. */
create table email_send_records (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  -- The caller's own word for this mail: a second one with the same key is not made.
  key text,
  status text not null check (status in ('queued', 'sending', 'sent', 'kept', 'failed', 'unknown')),
  to_email text not null,
  to_name text,
  from_person jsonb,
  reply_to jsonb,
  subject text not null,
  html text,
  text text,
  headers jsonb,
  categories text[],
  attachments jsonb,
  template text,
  attempts integer not null default 0,
  integration_id uuid,
  message_id text,
  error_code text,
  error_message text,
  created_at timestamptz not null,
  sent_at timestamptz,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index email_send_records_key on email_send_records (workspace_id, key) where key is not null;
create index email_send_records_to on email_send_records (workspace_id, lower(to_email), id);
create index email_send_records_age on email_send_records (created_at) where html is not null or text is not null;
select protect_tenant_table('email_send_records');
