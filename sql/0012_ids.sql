-- The ID doctor: what it found out about a tenant's records, and updates of records at HubSpot as a second kind of
-- delivery.

ALTER TABLE delivery MODIFY kind ENUM('conversion','hubspot_update') NOT NULL,
  MODIFY stage ENUM('send','follow','reconcile','update') NOT NULL;

ALTER TABLE attempt MODIFY kind ENUM('conversion','hubspot_update') NOT NULL;

ALTER TABLE lease MODIFY stage ENUM('split','decide','send','follow','update','scan') NOT NULL;

-- A walk over the records of a HubSpot account: a check of its ids, a back-fill, or the watch over new deals, which
-- never ends.  `progress` is what it goes on from after a crash, `result` what it found out.
CREATE TABLE IF NOT EXISTS id_run (
  tenant_id BIGINT NOT NULL,
  run_id BIGINT NOT NULL AUTO_INCREMENT,
  kind ENUM('check','fill','keep') NOT NULL,
  state ENUM('running','paused','done','failed','stopped') NOT NULL,
  overwrite TINYINT NOT NULL DEFAULT 0,
  author VARBINARY(320) NOT NULL DEFAULT '',
  total BIGINT NOT NULL DEFAULT 0,
  seen BIGINT NOT NULL DEFAULT 0,
  scanned TINYINT NOT NULL DEFAULT 0,
  progress MEDIUMBLOB NULL,
  result MEDIUMBLOB NULL,
  code VARBINARY(64) NOT NULL DEFAULT '',
  message VARBINARY(500) NOT NULL DEFAULT '',
  started_at DATETIME(3) NOT NULL,
  pace_at DATETIME(3) NOT NULL,
  pace_seen BIGINT NOT NULL DEFAULT 0,
  ended_at DATETIME(3) NULL,
  version BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, run_id),
  KEY id_run_kind (tenant_id, kind, state),
  KEY id_run_id (run_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One record of HubSpot and the properties that it shall have.
CREATE TABLE IF NOT EXISTS record_update (
  tenant_id BIGINT NOT NULL,
  update_id BIGINT NOT NULL AUTO_INCREMENT,
  run_id BIGINT NOT NULL DEFAULT 0,
  object_type VARBINARY(32) NOT NULL,
  object_id VARBINARY(32) NOT NULL,
  properties MEDIUMBLOB NOT NULL,
  overwrite TINYINT NOT NULL DEFAULT 0,
  state ENUM('READY','SENDING','DONE','KEPT','REFUSED','STOPPED') NOT NULL,
  code VARBINARY(64) NOT NULL DEFAULT '',
  message VARBINARY(500) NOT NULL DEFAULT '',
  attempts INT NOT NULL DEFAULT 0,
  created_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  version INT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, update_id),
  KEY record_update_run (tenant_id, run_id, state, update_id),
  KEY record_update_state (tenant_id, state),
  KEY record_update_id (update_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
