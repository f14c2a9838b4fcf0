-- The first schema. Every key begins with merchant_id (invariant 9), so that each table can be
-- distributed on it; the operator's own small tables (merchant, setting) are the exception.
-- Foreign keys join only rows of one merchant. Events and timers carry none: they are written in the
-- statement that writes their order, on the hot path, where a check of each row costs more than the row.
--
-- A statement is planned while its table is empty and keeps that plan until the table has been analysed, a
-- minute later or more. All indexes of an empty table cost the same, so no second index begins with
-- merchant_id where a look-up by the primary key could take it and read all of a merchant's rows instead;
-- where one must, the primary key is made after it, as PostgreSQL takes the newest of equals.

create table setting (
  name  text primary key,
  value bytea not null
);

create table merchant (
  merchant_id            text primary key check (merchant_id ~ '^[A-Za-z0-9._-]{1,32}$'),
  route                  integer not null unique,
  name                   text not null,
  key_sealed             bytea not null,
  previous_key_sealed    bytea,
  previous_key_until     timestamptz,
  new_key_used           boolean not null default true,
  channels               text[] not null default '{cc}',
  attempts_per_order     smallint not null default 5 check (attempts_per_order between 1 and 20),
  sends_card_in_callback boolean not null default false,
  adds_order_to_return   boolean not null default false,
  created_at             timestamptz not null
);

create table merchant_clock (
  merchant_id text primary key references merchant,
  offset_ms   bigint not null default 0,
  frozen_at   timestamptz
);

create table payment_order (
  merchant_id   text not null,
  order_id      text not null,
  order_no      bytea not null check (length(order_no) = 12),
  page_secret   bytea not null check (length(page_secret) = 16),
  reference     uuid not null,
  state         text not null,
  amount_minor  bigint not null check (amount_minor > 0),
  currency      text not null,
  channel       text,
  content_hash  bytea not null,
  request       text not null,
  meta_data     text,
  created_at    timestamptz not null,
  expires_at    timestamptz not null,
  attempt_count smallint not null default 0,
  refused_count smallint not null default 0,
  paid_attempt  smallint,
  settled_at    timestamptz,
  event_seq     integer not null default 1,
  event_hash    bytea not null,
  -- Goes up with every change, so that of two that read the same order one finds that it has moved.
  version       integer not null default 1,
  primary key (merchant_id, order_id),
  unique (order_no, merchant_id)
);

create table event (
  merchant_id text not null,
  order_id    text not null,
  seq         integer not null,
  type        text not null,
  at          timestamptz not null,
  data        text not null,
  hash        bytea not null,
  primary key (merchant_id, order_id, seq)
);

create table attempt (
  merchant_id       text not null,
  order_id          text not null,
  attempt_no        smallint not null,
  state             text not null,
  channel           text not null,
  attempt_token     text,
  card_mask         text,
  card_info         text,
  authentication_id text,
  authentication_step text,
  trans_status      text,
  eci               text,
  cavv              text,
  ds_trans_id       text,
  acquirer_id       text,
  acquirer_reference text,
  approval_code     text,
  acquirer_channel  text,
  response_code     text,
  reason            text,
  asked_at          timestamptz,
  created_at        timestamptz not null,
  ended_at          timestamptz,
  primary key (merchant_id, order_id, attempt_no),
  foreign key (merchant_id, order_id) references payment_order
);
-- Invariant 2: at most one attempt of an order ends paid, held by the database as well.
create unique index attempt_one_success on attempt (merchant_id, order_id) where state = 'captured';

create table vault_entry (
  merchant_id text not null,
  token       text not null,
  key_version smallint not null,
  ciphertext  bytea not null,
  created_at  timestamptz not null,
  primary key (merchant_id, token)
);

create table timer (
  merchant_id  text not null,
  timer_id     text not null,
  due_at       timestamptz not null,
  kind         text not null,
  subject      text not null,
  leased_until timestamptz,
  primary key (merchant_id, timer_id)
);
create index timer_due on timer (due_at, timer_id);

create table callback (
  merchant_id   text not null,
  callback_id   text not null,
  order_id      text not null,
  event_seq     integer not null,
  url           text not null,
  headers       text not null,
  body          bytea not null,
  state         text not null check (state in ('pending', 'delivered', 'abandoned')),
  attempt_count smallint not null default 0,
  created_at    timestamptz not null,
  foreign key (merchant_id, order_id) references payment_order
);
create index callback_of_order on callback (order_id, merchant_id);
create index callback_newest on callback (merchant_id, created_at desc, callback_id desc);
alter table callback add primary key (merchant_id, callback_id);

create table callback_attempt (
  merchant_id text not null,
  callback_id text not null,
  attempt_no  smallint not null,
  at          timestamptz not null,
  status      smallint,
  ms          integer not null,
  error       text,
  answer      text,
  primary key (merchant_id, callback_id, attempt_no),
  foreign key (merchant_id, callback_id) references callback
);
