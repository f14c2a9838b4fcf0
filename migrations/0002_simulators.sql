-- The memories of the two computers that the sandbox plays for others: the acquirer, and the issuer's
-- access control server. They are apart from our own tables because they stand for somebody else's
-- truth: nothing of ours joins them, and no transaction of ours writes them. Live mode leaves them empty.
-- The release before this one runs on: it does not know these tables.

create table simulated_authorization (
  merchant_id   text not null,
  reference     text not null,
  -- Null where a reversal or an inquiry came first: the acquirer never heard of order and amount.
  order_id      text,
  amount_minor  bigint check (amount_minor > 0),
  currency      text,
  state         text not null check (state in ('approved', 'declined', 'silent', 'reversed', 'never_seen')),
  approval_code text,
  response_code text,
  reason        text,
  created_at    timestamptz not null,
  reversed_at   timestamptz,
  primary key (merchant_id, reference)
);

create table simulated_authentication (
  merchant_id       text not null,
  authentication_id uuid not null,
  order_id          text not null,
  -- Which authentication of the order, from 1.
  ordinal           integer not null,
  attempt_token     text not null,
  notification_url  text not null,
  three_ds          text not null,
  brand             text,
  last4             text not null,
  acs_trans_id      uuid not null,
  ds_trans_id       uuid not null,
  state             text not null check (state in ('started', 'challenging', 'finished')),
  amount_minor      bigint,
  currency          text,
  merchant_name     text,
  method_completed  text,
  tries_left        smallint not null,
  -- Machine time: a payer's patience does not follow the sandbox's clock.
  challenge_until   timestamptz,
  trans_status      text,
  reason            text,
  cavv              text,
  created_at        timestamptz not null,
  primary key (merchant_id, authentication_id),
  -- In this order for the reason at the head of 0001_first.sql.
  unique (attempt_token, merchant_id),
  unique (order_id, ordinal, merchant_id),
  check ((state = 'finished') = (trans_status is not null))
);
