-- Counts what the hub heard of changes in a connected calendar: an answer that was asked for before the last of them is old when it comes.
alter table calendar_busy add column changes bigint not null default 0;

-- When a call was about to book the appointment whose outcome nobody knows: that is where it is looked for, whatever the booking says by now.
alter table calendar_confirmations add column tried_starts_at timestamptz, add column tried_ends_at timestamptz;

/*
 * Appointments that were called off, or moved away, at their vendor: news of their making that come late make nothing. Forgotten after a
 * while, since vendors repeat for some days only.
 */
create table calendar_called_off (
  workspace_id uuid not null,
  integration_id uuid not null,
  external_id text not null,
  at timestamptz not null,
  primary key (workspace_id, integration_id, external_id),
  foreign key (workspace_id, integration_id) references integrations (workspace_id, id) on delete cascade
);
create index calendar_called_off_at on calendar_called_off (at);
select protect_tenant_table('calendar_called_off');
