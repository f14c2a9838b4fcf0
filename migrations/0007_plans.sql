-- Plans: payments that follow a first one by the calendar, with the card that its payer left. The release
-- before this one runs on beside it: it knows no plan and does not run timers of their kind.
--
-- A plan's log is a table of its own and not a part of its first order's: the log of an order says how money
-- moved for that order and is folded into its state, and a plan outlives the order that began it.
create table plan (
  merchant_id    text not null,
  -- The merchant's own name for it (`recurring.id`), which is used once.
  plan_id        text not null check (length(plan_id) between 1 and 30),
  customer_id    text not null check (customer_id <> ''),
  card_token     text not null check (card_token ~ '^[0-9a-f]{64}$'),
  -- Its first payment, which its payer made.
  order_id       text not null,
  amount_minor   bigint not null check (amount_minor > 0),
  currency       text not null,
  -- Payment n falls on the anchor and first_period + n - 1 steps: always reckoned from the anchor, so that
  -- 31 January is followed by 28 February and 31 March.
  step_interval  smallint not null check (step_interval between 1 and 99),
  step_unit      text not null check (step_unit in ('minute', 'day', 'week', 'month', 'year')),
  anchor_at      timestamptz not null,
  first_period   integer not null check (first_period >= 0),
  max_charges    smallint check (max_charges between 1 and 99),
  -- From then on nothing falls due; null: there is no such time.
  ends_at        timestamptz,
  retry_interval smallint check (retry_interval between 1 and 99),
  retry_unit     text check (retry_unit in ('minute', 'day', 'week', 'month', 'year')),
  retry_max      smallint check (retry_max between 1 and 99),
  state          text not null,
  -- The payment that is next or under way, from 1, and which try at it.
  charge_no      integer not null check (charge_no > 0),
  try_no         integer not null check (try_no > 0),
  declined       smallint not null default 0 check (declined >= 0),
  charged        integer not null default 0 check (charged >= 0),
  -- The order that is being paid now; null between payments.
  current_order  text,
  -- When its timer is due, which it has as long as this is not null.
  due_at         timestamptz,
  created_at     timestamptz not null,
  ended_at       timestamptz,
  event_seq      integer not null,
  event_hash     bytea not null check (length(event_hash) = 32),
  version        integer not null,
  primary key (merchant_id, plan_id),
  foreign key (merchant_id, order_id) references payment_order,
  check (num_nulls(retry_interval, retry_unit, retry_max) in (0, 3))
);

create table plan_event (
  merchant_id text not null,
  plan_id     text not null,
  seq         integer not null,
  type        text not null,
  at          timestamptz not null,
  data        text not null,
  hash        bytea not null,
  primary key (merchant_id, plan_id, seq),
  foreign key (merchant_id, plan_id) references plan
);
