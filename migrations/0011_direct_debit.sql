-- Direct debit: accounts that customers link with a merchant, so that it can charge them. No account number is here:
-- what the bank itself calls an account, and a mask of it.

-- A payer's way to link an account: the bank's page, and what came of it.
create table account_binding (
  merchant_id    text not null,
  binding_no     bytea not null check (length(binding_no) = 12),
  page_secret    bytea not null check (length(page_secret) = 16),
  reference      uuid not null,
  channel        text not null,
  customer_id    text not null,
  callback_url   text,
  success_url    text,
  fail_url       text,
  back_url       text,
  state          text not null check (state in ('open', 'confirming', 'linked', 'failed')),
  -- Once the payer has named the account.
  mask           text,
  bank_reference text,
  -- The token of the account, once it is linked.
  account_id     text,
  reason         text,
  created_at     timestamptz not null,
  expires_at     timestamptz not null,
  ended_at       timestamptz,
  primary key (merchant_id, binding_no),
  check (state not in ('confirming', 'linked') or (mask is not null and bank_reference is not null)),
  check ((state = 'linked') = (account_id is not null)),
  check ((state in ('linked', 'failed')) = (ended_at is not null))
);

-- An account that is linked. Its token is worth nothing without its merchant's key.
create table linked_account (
  merchant_id    text not null,
  account_id     text not null,
  channel        text not null,
  customer_id    text not null,
  mask           text not null,
  bank_reference text not null,
  -- By which a limit is set, beside the token.
  journey_id     text,
  charge_token   text,
  -- What may be charged at once without a one-time password; null: as the bank says.
  limit_minor    bigint check (limit_minor > 0),
  state          text not null check (state in ('linked', 'unlinked')),
  linked_at      timestamptz not null,
  unlinked_at    timestamptz,
  primary key (merchant_id, account_id),
  check ((state = 'unlinked') = (unlinked_at is not null))
);
create index linked_account_of_customer on linked_account (customer_id, merchant_id);

-- The newest one-time password for each thing that needs one; of the password itself a keyed hash.
create table one_time_password (
  merchant_id text not null,
  purpose     text not null check (purpose in ('bind', 'pay', 'purchase', 'limit')),
  -- A binding, an order or an account.
  subject     text not null,
  reference   uuid not null,
  hash        bytea not null check (length(hash) = 32),
  tries_left  smallint not null check (tries_left >= 0),
  state       text not null check (state in ('sent', 'used', 'blocked')),
  sent_at     timestamptz not null,
  expires_at  timestamptz not null,
  primary key (merchant_id, purpose, subject),
  check ((state = 'blocked') = (tries_left = 0))
);

-- What a binding came to is told as an order's end is.
alter table callback alter column order_id drop not null;
