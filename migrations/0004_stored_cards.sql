-- Cards that customers keep with a merchant, and the keys that every card is sealed under.
--
-- The release before this one must be stopped first: it cannot open the cards of living attempts that this one
-- seals, because it knows the key of version 1 only, which is derived from the master key. What it sealed
-- is opened here until it is gone or sealed anew; data keys therefore begin with version 2.

-- An operator's small table, the same for every merchant. What is retired seals nothing and still opens.
create table data_key (
  version    smallint primary key check (version between 2 and 255),
  wrapped    bytea not null,
  created_at timestamptz not null,
  retired_at timestamptz
);

-- What may be shown of a card is in clear: mask, issuer, and the expiry as the contract writes it (YYMM), so that
-- a list of cards opens none of them. Number, name and expiry are in the ciphertext, bound to merchant and
-- token. The fingerprint is keyed and of number and merchant, so that a card is known again and no two
-- merchants can find out that they have the same one.
create table stored_card (
  merchant_id  text not null,
  card_token   text not null check (card_token ~ '^[0-9a-f]{64}$'),
  customer_id  text not null check (customer_id <> ''),
  fingerprint  bytea not null check (length(fingerprint) = 32),
  mask         text not null,
  info         text not null,
  expiry       text not null check (expiry ~ '^[0-9]{4}$'),
  key_version  smallint not null,
  ciphertext   bytea not null,
  created_at   timestamptz not null,
  last_used_at timestamptz not null,
  primary key (merchant_id, card_token),
  -- In this order, and after the primary key, for the reason at the head of 0001_first.sql.
  unique (customer_id, fingerprint, merchant_id)
);

-- A card that is to be stored if its attempt succeeds, sealed for its place as a stored card, so that the
-- transaction of the success moves it there by one statement and without a key.
alter table vault_entry
  add column kept_token text,
  add column kept_customer_id text,
  add column kept_fingerprint bytea,
  add column kept_mask text,
  add column kept_info text,
  add column kept_expiry text,
  add column kept_key_version smallint,
  add column kept_ciphertext bytea,
  add constraint kept_whole check (
    num_nulls(kept_token, kept_customer_id, kept_fingerprint, kept_mask, kept_info, kept_expiry, kept_key_version,
      kept_ciphertext) in (0, 8)
  );

-- The stored card that an attempt pays with, and what is to become of the card if it succeeds.
alter table attempt
  add column card_token text,
  add column card_wish text check (card_wish in ('store', 'remove'));
