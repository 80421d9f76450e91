-- Calls in any stretch of a window (fcgi/core/budget.h), in place of windows that begin by themselves: HubSpot counts
-- the ten seconds that have just passed, and impact.com's hour may begin anywhere.
-- told_...: what impact.com's headers say.  owed: calls that following lacks.  dry_until: nothing can be sent before.
ALTER TABLE budget
  DROP COLUMN window_start,
  ADD COLUMN taken_at DATETIME(3) NOT NULL DEFAULT '1970-01-02',
  ADD COLUMN spent VARBINARY(1280) NOT NULL DEFAULT '',
  ADD COLUMN version BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN told_limit BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN told_left BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN told_until DATETIME(3) NULL,
  ADD COLUMN owed BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN dry_until DATETIME(3) NULL;

-- HubSpot certifies apps by how many of their calls succeed (fcgi/store/hubspot_calls.h).  day: since 1970.
-- Tenant 0: calls that belong to no account.
CREATE TABLE IF NOT EXISTS hubspot_calls (
  tenant_id BIGINT NOT NULL,
  day INT NOT NULL,
  calls BIGINT NOT NULL,
  successes BIGINT NOT NULL,
  refused_401 BIGINT NOT NULL,
  limited_429 BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, day),
  KEY hubspot_calls_day (day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Conversions were parked because impact.com refused the credentials: the next one that it takes brings them back.
ALTER TABLE budget ADD COLUMN refused TINYINT NOT NULL DEFAULT 0;
