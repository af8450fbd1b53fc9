-- The URL of an inbound webhook names the integration and not its workspace.
create index integrations_id on integrations (id);
