-- SMS: what is sent to whom, what became of it, and who wants none.

/* One SMS to one person. `sending` was begun, and is `unknown` when that process is gone. What vendors tell later stands in `sms_reports`. */
create table sms_messages (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  -- The caller's own word for this message: a second one with the same key is not made.
  key text,
  status text not null check (status in ('queued', 'sending', 'sent', 'failed', 'unknown')),
  to_phone text not null,
  from_phone text,
  text text not null,
  media_urls text[],
  segments integer,
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
create unique index sms_messages_key on sms_messages (workspace_id, key) where key is not null;
select protect_tenant_table('sms_messages');

/* The furthest that each message was reported to have come; reports arrive in any order, also before the sending has ended here. */
create table sms_reports (
  workspace_id uuid not null references workspaces on delete cascade,
  message_id text not null,
  status text not null,
  rank smallint not null,
  error_code text,
  updated_at timestamptz not null,
  primary key (workspace_id, message_id)
);
create index sms_reports_age on sms_reports (updated_at);
select protect_tenant_table('sms_reports');

/* Who answered STOP, or was entered by a person: gets no SMS of the workspace. */
create table sms_opt_outs (
  workspace_id uuid not null references workspaces on delete cascade,
  -- E.164
  phone text not null,
  source text not null check (source in ('message', 'person')),
  created_at timestamptz not null,
  primary key (workspace_id, phone)
);
select protect_tenant_table('sms_opt_outs');
