-- What is known of recent attempts, so that whoever tries stolen cards is stopped before the issuer is asked.
--
-- A row for each begun attempt while a rule of src/abuse/rule.ts may still count it. No card number, address
-- or device is in clear: `card` is the vault's fingerprint, network and device are hashed under a key of their own
-- that is not in the database, and `bin` is the six digits that a mask shows as well. Times are machine time
-- (invariant 10). An outcome is null while the attempt is under way.
create table card_use (
  merchant_id text not null,
  order_id    text not null,
  attempt_no  integer not null,
  used_at     timestamptz not null,
  bin         text not null check (bin ~ '^[0-9]{6}$'),
  card        bytea not null check (length(card) = 32),
  network     bytea check (length(network) = 32),
  device      bytea check (length(device) = 32),
  outcome     text check (outcome in ('declined', 'ended')),
  primary key (merchant_id, order_id, attempt_no)
);

-- None begins with merchant_id, for the reason at the head of 0001_first.sql.
create index card_use_bin on card_use (bin, merchant_id, used_at);
create index card_use_card on card_use (card, merchant_id, used_at);
create index card_use_network on card_use (network, merchant_id, used_at) where network is not null;
create index card_use_device on card_use (device, merchant_id, used_at) where device is not null;
create index card_use_age on card_use (used_at);
