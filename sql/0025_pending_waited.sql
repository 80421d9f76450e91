-- HubSpot let an event wait before it could be decided: since when, how often, what for, and HubSpot's answer (0: none).
-- waited_until: it was looked at after that.  All NULL, and never written, for an event that did not wait.
ALTER TABLE pending
  ADD COLUMN waited_since DATETIME(3) NULL,
  ADD COLUMN waited_until DATETIME(3) NULL,
  ADD COLUMN waited_times INT NULL,
  ADD COLUMN waited_why ENUM('slow_down','calls_used','away','token') NULL,
  ADD COLUMN waited_answer SMALLINT NULL;
