-- The words that leads have, so that one spelt wrong in a search is mended without looking at the leads.

/*
 * The letters that each word of a lead's `search_text` begins with, 3 to 25 of them. `seen_at` is when the reading began in which it was last met; null
 * once a person who had it was erased, until it is known whether others have it. As for leads there is no foreign key to the workspace.
 */
create table crm_words (
  workspace_id uuid not null,
  -- In the order of its letters, whatever the database's collation, so that a beginning is a range.
  word text collate "C" not null,
  seen_at timestamptz,
  primary key (workspace_id, word)
);
create index crm_words_doubted on crm_words (workspace_id) where seen_at is null;
select protect_tenant_table('crm_words');

/*
 * How far the leads of a workspace have been read for their words, in the order in which they were changed. A reading began at the first
 * lead, and is over once it has caught up with the last.
 */
create table crm_word_readings (
  workspace_id uuid primary key references workspaces on delete cascade,
  began_at timestamptz not null,
  caught_up_at timestamptz not null default '-infinity',
  read_until timestamptz not null default '-infinity',
  last_id uuid not null default '00000000-0000-0000-0000-000000000000'
);
select protect_tenant_table('crm_word_readings');
