-- The processes of the installation, each telling every few seconds that it lives.  Rows of processes that ended
-- go when they end, or after a day.

CREATE TABLE IF NOT EXISTS process (
  name VARBINARY(64) NOT NULL,
  program VARBINARY(32) NOT NULL,
  started_at DATETIME(3) NOT NULL,
  seen_at DATETIME(3) NOT NULL,
  memory_kb BIGINT NOT NULL,
  PRIMARY KEY (name),
  KEY process_seen (seen_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
