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
