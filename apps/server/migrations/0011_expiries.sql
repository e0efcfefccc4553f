-- What expired lately is asked for every few seconds. The index on expiries in the order of lists is over an expression that row-level
-- security keeps conditions out of.
create index account_expires on strongroom.account (organisation_id, expires_at) where expires_at is not null;
