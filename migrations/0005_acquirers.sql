-- Which acquirers a merchant has and which payments go to which. A merchant without a row here sends everything
-- to the gateway's first acquirer, as all did before. Beside them, the fraud systems that it may choose.
-- The release before this one runs on: it knows neither.
create table merchant_acquirer (
  merchant_id text not null references merchant,
  -- What the merchant calls it, in `transaction.acquirerId`.
  name        text not null check (name ~ '^[A-Za-z0-9]{1,40}$'),
  acquirer_id text not null,
  -- The lowest is asked first.
  priority    smallint not null default 100 check (priority between 1 and 999),
  -- Null: all of them.
  bins        text[] check (cardinality(bins) > 0),
  schemes     text[] check (cardinality(schemes) > 0),
  min_minor   bigint check (min_minor > 0),
  max_minor   bigint check (max_minor >= coalesce(min_minor, 1)),
  is_enabled  boolean not null default true,
  primary key (merchant_id, name),
  -- In this order for the reason at the head of 0001_first.sql.
  unique (acquirer_id, merchant_id)
);

alter table merchant add column fraud_systems text[] not null default '{}';
