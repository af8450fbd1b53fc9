-- A process that starts, or has not listened for a while, learns which lanes are paused before it takes work for them.
create index lanes_paused on lanes (paused_until) where paused_until is not null;
