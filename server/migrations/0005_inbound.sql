-- Inbound webhooks: whom they name, and whether their signature was found good.

alter table inbound_webhooks
  -- What the payload names the vendor's account by; compared with `integrations.routing_key`.
  add column routing_key text,
  -- One that no integration claims yet may be one whose secret is not known yet.
  add column is_verified boolean not null default false;

create index inbound_webhooks_claimable on inbound_webhooks (connector, routing_key, id) where status = 'unmatched';
create index inbound_webhooks_integration on inbound_webhooks (workspace_id, integration_id, id);
create index inbound_webhooks_refused on inbound_webhooks (received_at) where status = 'refused';
