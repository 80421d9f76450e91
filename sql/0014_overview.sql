-- Counts by day and by cause are read from these indexes alone; they take the place of those on outcome and state.
ALTER TABLE decision DROP INDEX decision_outcome, ADD INDEX decision_outcome (tenant_id, outcome, decided_at, code);

ALTER TABLE conversion DROP INDEX conversion_state, ADD INDEX conversion_state (tenant_id, state, created_at, code);

-- Since when the account has been connected, or has not been.
ALTER TABLE install ADD COLUMN state_since DATETIME(3) NULL AFTER state;

UPDATE install SET state_since = last_ok_at WHERE state_since IS NULL;

-- When another Account SID was entered: what was sent until then cannot be found in the present impact.com account.
ALTER TABLE tenant ADD COLUMN impact_since DATETIME(3) NULL AFTER config_revision;
