-- Captures, voids and refunds. An order keeps the sums that they must stay within, so that one
-- compare-and-set of the order decides among any number of them, and the database holds the bounds as
-- well (invariant 5). The release before this one does not run on: its captured orders would have no sums.
alter table payment_order
  add column authorized_minor bigint not null default 0,
  add column captured_minor bigint not null default 0,
  add column refunded_minor bigint not null default 0,
  add column authorized_until timestamptz,
  add column captured_at timestamptz,
  add column pending_kind text check (pending_kind in ('capture', 'void', 'refund')),
  add column pending_count smallint not null default 0,
  add column pending_minor bigint not null default 0,
  add column operation_count smallint not null default 0;

-- Until now an order that was paid was captured whole.
update payment_order
set authorized_minor = amount_minor, captured_minor = amount_minor, captured_at = settled_at
where state = 'captured';

alter table payment_order
  add constraint payment_order_sums check (
    0 <= refunded_minor and refunded_minor <= captured_minor and captured_minor <= authorized_minor
    and authorized_minor <= amount_minor),
  add constraint payment_order_pending check (
    (pending_kind is null) = (pending_count = 0)
    and (pending_count > 0 or pending_minor = 0)
    and pending_minor <= case pending_kind
      when 'capture' then authorized_minor - captured_minor
      when 'refund' then captured_minor - refunded_minor
      else authorized_minor
    end);

drop index attempt_one_success;
create unique index attempt_one_success on attempt (merchant_id, order_id) where state in ('captured', 'authorized');

create table operation (
  merchant_id   text not null,
  order_id      text not null,
  operation_no  smallint not null,
  kind          text not null check (kind in ('capture', 'void', 'refund')),
  amount_minor  bigint not null check (amount_minor > 0),
  currency      text not null,
  state         text not null,
  idempotency_key text,
  acquirer_id   text not null,
  reference     text not null,
  response_code text,
  reason        text,
  asked_at      timestamptz not null,
  ended_at      timestamptz,
  primary key (merchant_id, order_id, operation_no),
  foreign key (merchant_id, order_id) references payment_order
);

-- What the simulated acquirer remembers of them. `of_reference` names the authorization that it is about.
create table simulated_operation (
  merchant_id   text not null,
  reference     text not null,
  order_id      text,
  of_reference  text,
  kind          text not null check (kind in ('capture', 'void', 'refund')),
  amount_minor  bigint check (amount_minor > 0),
  currency      text,
  state         text not null check (state in ('approved', 'declined', 'silent', 'reversed', 'never_seen')),
  response_code text,
  reason        text,
  created_at    timestamptz not null,
  reversed_at   timestamptz,
  primary key (merchant_id, reference)
);

-- What of an authorization is captured and given back, as the acquirer counts it.
alter table simulated_authorization
  add column is_capture boolean not null default true,
  add column captured_minor bigint not null default 0,
  add column refunded_minor bigint not null default 0,
  add column is_voided boolean not null default false;

update simulated_authorization
set captured_minor = amount_minor
where state = 'approved';
