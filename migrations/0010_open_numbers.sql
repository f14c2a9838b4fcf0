-- Numbers that their merchants have registered for payments of any amount. One that has ended stays, so that money
-- that comes to it all the same is known for whose it is.
create table open_number (
  merchant_id   text not null,
  channel       text not null,
  payment_code  text not null,
  -- What its merchant said of it, and the hash by which the same is known when it is said again.
  request       text not null,
  content_hash  bytea not null,
  registered_at timestamptz not null,
  ended_at      timestamptz,
  primary key (merchant_id, channel, payment_code)
);
create unique index open_number_content on open_number (merchant_id, content_hash) where ended_at is null;

-- A number is an order's or is registered, never both. Two tables share no index, so who takes a number holds a lock
-- on it until it is committed, orders beside one another and a registration alone. A query in here sees what was
-- committed when it begins, after the lock; the statement that has called it may have begun before.
create function keep_number_from_order() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtext(new.merchant_id), hashtext(new.channel || ' ' || new.payment_code));
  if not exists (
    select from open_number
    where merchant_id = new.merchant_id and channel = new.channel and payment_code = new.payment_code
      and ended_at is null
  ) then
    return new;
  end if;
  -- As if an index had refused it: a new order is left out, as by "on conflict do nothing".
  if tg_op = 'INSERT' then
    return null;
  end if;
  raise unique_violation using message = 'the number is registered';
end
$$;

create function keep_number_from_registration() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext(new.merchant_id), hashtext(new.channel || ' ' || new.payment_code));
  if exists (
    select from payment_order
    where merchant_id = new.merchant_id and channel = new.channel and payment_code = new.payment_code
      and state in ('open', 'processing')
  ) then
    raise unique_violation using message = 'an order has the number';
  end if;
  return new;
end
$$;

create trigger number_of_new_order before insert on payment_order
  for each row when (new.payment_code is not null and new.state in ('open', 'processing'))
  execute function keep_number_from_order();

create trigger number_of_order before update of payment_code on payment_order
  for each row when (
    new.payment_code is distinct from old.payment_code and new.payment_code is not null
    and new.state in ('open', 'processing'))
  execute function keep_number_from_order();

create trigger number_registered before insert on open_number
  for each row when (new.ended_at is null)
  execute function keep_number_from_registration();

create trigger number_registered_again before update of ended_at on open_number
  for each row when (old.ended_at is not null and new.ended_at is null)
  execute function keep_number_from_registration();
