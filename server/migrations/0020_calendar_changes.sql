-- Counts what the hub heard of changes in a connected calendar: an answer that was asked for before the last of them is old when it comes.
alter table calendar_busy add column changes bigint not null default 0;

-- When a call was about to book the appointment whose outcome nobody knows: that is where it is looked for, whatever the booking says by now.
alter table calendar_confirmations add column tried_starts_at timestamptz, add column tried_ends_at timestamptz;
