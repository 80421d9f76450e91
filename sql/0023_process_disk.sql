-- What a process sees of the database's disk: those on other machines, which cannot look, go by it.
ALTER TABLE process ADD COLUMN disk_free_mb BIGINT NULL;

ALTER TABLE process ADD COLUMN disk_full TINYINT NOT NULL DEFAULT 0;
