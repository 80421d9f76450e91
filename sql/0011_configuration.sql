-- Where a revision came from when it was not simply saved: "rollback 3", "import", "account 25002", "operator".
ALTER TABLE config ADD COLUMN origin VARBINARY(64) NOT NULL DEFAULT '' AFTER author;

-- An account that is being erased (I-60).  Who asked follows it by a receipt, because sessions end at once; nothing here
-- tells whose account it was.  Rows go after a week.
CREATE TABLE IF NOT EXISTS erasure (
  receipt_hash BINARY(32) NOT NULL,
  began_at DATETIME(3) NOT NULL,
  uninstall ENUM('pending','done','already','unreached') NOT NULL DEFAULT 'pending',
  erased BIGINT NOT NULL DEFAULT 0,
  ended_at DATETIME(3) NULL,
  PRIMARY KEY (receipt_hash),
  KEY erasure_began (began_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

ALTER TABLE tenant ADD COLUMN erasure_hash BINARY(32) NULL;

ALTER TABLE schedule MODIFY kind ENUM('token','housekeeping','mail','erase') NOT NULL;
