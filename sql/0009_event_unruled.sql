-- An event that no trigger looked at when it came is a fact like any other, and nobody's work: it never goes through
-- decide's queue.

ALTER TABLE event ADD COLUMN unruled TINYINT NOT NULL DEFAULT 0 AFTER echo;
