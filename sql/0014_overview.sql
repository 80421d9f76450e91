-- Since when the account has been connected, or has not been.
ALTER TABLE install ADD COLUMN state_since DATETIME(3) NULL AFTER state;

UPDATE install SET state_since = last_ok_at WHERE state_since IS NULL;

-- When another Account SID was entered: what was sent until then cannot be found in the present impact.com account.
ALTER TABLE tenant ADD COLUMN impact_since DATETIME(3) NULL AFTER config_revision;
