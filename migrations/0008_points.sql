-- The simulated acquirer keeps what it was told of a card's points, as it keeps the amount.
-- The release before this one runs on: it tells of none.
alter table simulated_authorization
  add column points       bigint check (points > 0),
  add column points_minor bigint check (points_minor between points and amount_minor),
  add constraint simulated_authorization_points check ((points is null) = (points_minor is null));
