-- Payments that their payers make elsewhere, and of which we are told.

-- The number that the payer of an order pays to, where there is one.
alter table payment_order add column payment_code text;

-- Who pays, as the channel knows its payers, where the payer has said it on our page.
alter table payment_order add column account text;

-- A number stands for one order at a time. Who is told of money finds the order by the second, late as it may be; its
-- first column keeps the planner from taking it for anything else.
create unique index payment_order_code_in_use on payment_order (merchant_id, channel, payment_code)
  where payment_code is not null and state in ('open', 'processing');
create index payment_order_code on payment_order (payment_code, merchant_id) where payment_code is not null;

-- Each payment that we were told of, by the reference of who told us. What an order does not want goes back.
create table receipt (
  merchant_id  text not null,
  reference    text not null,
  order_id     text not null,
  channel      text not null,
  acquirer_id  text not null,
  payment_code text,
  amount_minor bigint not null check (amount_minor > 0),
  currency     text not null,
  received_at  timestamptz not null,
  state        text not null check (state in ('kept', 'returning', 'returned')),
  reason       text,
  primary key (merchant_id, reference),
  foreign key (merchant_id, order_id) references payment_order (merchant_id, order_id)
);
create index receipt_of_order on receipt (order_id, merchant_id);

-- Every channel that the gateway has somebody for, unless an operator says otherwise.
alter table merchant alter column channels set default '{*}';
update merchant set channels = '{*}' where channels = '{cc}';

-- Whether money that comes after an order's time is kept, or goes back.
alter table merchant add column keeps_late_payments boolean not null default true;
