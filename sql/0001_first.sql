-- The first schema.  One statement a step; a step that was cut off by a crash is run again, so each must
-- bear that (IF NOT EXISTS).  tenant_id leads every key of a tenant's rows.  Ids of others are VARBINARY:
-- text collations would make 'abc' and 'ABC ' the same id.  Times are DATETIME(3) in UTC.

CREATE TABLE IF NOT EXISTS tenant (
  tenant_id BIGINT NOT NULL AUTO_INCREMENT,
  portal_id BIGINT NOT NULL,
  state ENUM('active','paused','disconnected','deleting') NOT NULL,
  sending TINYINT NOT NULL DEFAULT 1,
  hub_domain VARBINARY(255) NOT NULL DEFAULT '',
  ui_domain VARBINARY(255) NOT NULL DEFAULT 'app.hubspot.com',
  time_zone VARBINARY(64) NOT NULL DEFAULT '',
  currency VARBINARY(3) NOT NULL DEFAULT '',
  config_revision INT NOT NULL DEFAULT 0,
  data_key VARBINARY(128) NOT NULL,
  master_key_id VARBINARY(16) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  last_event_at DATETIME(3) NULL,
  version INT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id),
  UNIQUE KEY tenant_portal (portal_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- HubSpot's tokens of one account.  Sealed: see sql/README.md.
CREATE TABLE IF NOT EXISTS install (
  tenant_id BIGINT NOT NULL,
  hub_user_id BIGINT NOT NULL DEFAULT 0,
  scopes VARBINARY(2048) NOT NULL DEFAULT '',
  access_token BLOB NULL,
  refresh_token BLOB NULL,
  expires_at DATETIME(3) NULL,
  state ENUM('connected','disconnected') NOT NULL,
  refused INT NOT NULL DEFAULT 0,
  lease_owner VARBINARY(64) NULL,
  lease_until DATETIME(3) NULL,
  last_ok_at DATETIME(3) NULL,
  version INT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS person (
  tenant_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL AUTO_INCREMENT,
  hub_user_id BIGINT NOT NULL,
  email VARBINARY(320) NOT NULL DEFAULT '',
  role ENUM('owner','editor','viewer') NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (tenant_id, person_id),
  UNIQUE KEY person_hub_user (tenant_id, hub_user_id),
  KEY person_id (person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A browser's session; the cookie's SHA-256 finds it, before a tenant is known.
CREATE TABLE IF NOT EXISTS session (
  session_hash BINARY(32) NOT NULL,
  tenant_id BIGINT NOT NULL,
  person_id BIGINT NOT NULL,
  csrf_token VARBINARY(64) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  seen_at DATETIME(3) NOT NULL,
  PRIMARY KEY (session_hash),
  KEY session_tenant (tenant_id),
  KEY session_seen (seen_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A log-in that is under way: single use, bound to the browser that began it.
CREATE TABLE IF NOT EXISTS oauth_state (
  state_hash BINARY(32) NOT NULL,
  browser_hash BINARY(32) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (state_hash),
  KEY oauth_state_created (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS config (
  tenant_id BIGINT NOT NULL,
  revision INT NOT NULL,
  author VARBINARY(320) NOT NULL,
  saved_at DATETIME(3) NOT NULL,
  document MEDIUMBLOB NOT NULL,
  PRIMARY KEY (tenant_id, revision)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Secrets other than HubSpot's tokens: 'impact.auth_token'.  Sealed.
CREATE TABLE IF NOT EXISTS secret (
  tenant_id BIGINT NOT NULL,
  name VARBINARY(64) NOT NULL,
  sealed BLOB NOT NULL,
  last4 VARBINARY(4) NOT NULL DEFAULT '',
  set_at DATETIME(3) NOT NULL,
  PRIMARY KEY (tenant_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What was read from the far sides and is worth keeping: 'hubspot.properties.deals', 'impact.company', ...
CREATE TABLE IF NOT EXISTS cache (
  tenant_id BIGINT NOT NULL,
  name VARBINARY(64) NOT NULL,
  fetched_at DATETIME(3) NOT NULL,
  document MEDIUMBLOB NOT NULL,
  PRIMARY KEY (tenant_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Raw webhook batches, as received.  Has no tenant yet.  Rows live until split, seconds.
CREATE TABLE IF NOT EXISTS inbox (
  shard TINYINT NOT NULL,
  id BIGINT NOT NULL AUTO_INCREMENT,
  source ENUM('hubspot') NOT NULL,
  packed TINYINT NOT NULL DEFAULT 0,
  received_at DATETIME(3) NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (shard, id),
  KEY inbox_id (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS quarantine (
  id BIGINT NOT NULL AUTO_INCREMENT,
  tenant_id BIGINT NOT NULL DEFAULT 0,
  source ENUM('hubspot') NOT NULL,
  reason VARBINARY(400) NOT NULL,
  received_at DATETIME(3) NOT NULL,
  body MEDIUMBLOB NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS counter (
  tenant_id BIGINT NOT NULL,
  name VARBINARY(64) NOT NULL,
  value BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One fact.  Partitioned by the day it happened (days since 1970), so that a retry after midnight meets it.
CREATE TABLE IF NOT EXISTS event (
  tenant_id BIGINT NOT NULL,
  occurred_day INT NOT NULL,
  event_key BINARY(32) NOT NULL,
  source ENUM('hubspot') NOT NULL,
  kind ENUM('created','changed','deleted','merged','restored','associated','dissociated','privacy_deleted') NOT NULL,
  object_type VARBINARY(32) NOT NULL,
  object_id VARBINARY(32) NOT NULL,
  to_type VARBINARY(32) NOT NULL DEFAULT '',
  to_id VARBINARY(32) NOT NULL DEFAULT '',
  property VARBINARY(128) NOT NULL DEFAULT '',
  value MEDIUMBLOB NOT NULL,
  occurred_at DATETIME(3) NOT NULL,
  received_at DATETIME(3) NOT NULL,
  event_id VARBINARY(32) NOT NULL DEFAULT '',
  subscription_type VARBINARY(64) NOT NULL DEFAULT '',
  change_source VARBINARY(64) NOT NULL DEFAULT '',
  source_id VARBINARY(64) NOT NULL DEFAULT '',
  attempt INT NOT NULL DEFAULT 0,
  echo TINYINT NOT NULL DEFAULT 0,
  batch BINARY(16) NOT NULL,
  PRIMARY KEY (tenant_id, occurred_day, event_key),
  KEY event_batch (tenant_id, batch)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
PARTITION BY RANGE (occurred_day) (PARTITION p_old VALUES LESS THAN (20000));

-- Decide's queue: events that have no final decision yet, with all their facts.
CREATE TABLE IF NOT EXISTS pending (
  tenant_id BIGINT NOT NULL,
  shard TINYINT NOT NULL,
  event_key BINARY(32) NOT NULL,
  due DATETIME(3) NOT NULL,
  looks INT NOT NULL DEFAULT 0,
  kind ENUM('created','changed','deleted','merged','restored','associated','dissociated','privacy_deleted') NOT NULL,
  object_type VARBINARY(32) NOT NULL,
  object_id VARBINARY(32) NOT NULL,
  contact_id VARBINARY(32) NOT NULL DEFAULT '',
  property VARBINARY(128) NOT NULL DEFAULT '',
  value MEDIUMBLOB NOT NULL,
  occurred_at DATETIME(3) NOT NULL,
  received_at DATETIME(3) NOT NULL,
  crash_count INT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, shard, event_key),
  KEY pending_due (tenant_id, shard, due),
  KEY pending_object (tenant_id, object_type, object_id),
  KEY pending_contact (tenant_id, contact_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What was decided about an event, by which trigger of which revision, and why.
CREATE TABLE IF NOT EXISTS decision (
  tenant_id BIGINT NOT NULL,
  decision_id BIGINT NOT NULL AUTO_INCREMENT,
  event_key BINARY(32) NOT NULL,
  trigger_id VARBINARY(32) NOT NULL DEFAULT '',
  revision INT NOT NULL,
  outcome ENUM('CONVERSION','WAITING','SKIPPED','SUPPRESSED','HELD') NOT NULL,
  code VARBINARY(64) NOT NULL DEFAULT '',
  detail MEDIUMBLOB NOT NULL,
  conversion_id BIGINT NULL,
  kind ENUM('created','changed','deleted','merged','restored','associated','dissociated','privacy_deleted') NOT NULL,
  object_type VARBINARY(32) NOT NULL,
  object_id VARBINARY(32) NOT NULL,
  property VARBINARY(128) NOT NULL DEFAULT '',
  value VARBINARY(255) NOT NULL DEFAULT '',
  occurred_at DATETIME(3) NOT NULL,
  received_at DATETIME(3) NOT NULL,
  decided_at DATETIME(3) NOT NULL,
  waits_until DATETIME(3) NULL,
  version INT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, decision_id),
  UNIQUE KEY decision_event (tenant_id, event_key),
  KEY decision_object (tenant_id, object_type, object_id),
  KEY decision_conversion (tenant_id, conversion_id),
  KEY decision_outcome (tenant_id, outcome),
  KEY decision_id (decision_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Ours; its code and id at impact.com are aliases of it.
CREATE TABLE IF NOT EXISTS event_type (
  tenant_id BIGINT NOT NULL,
  event_type_id BIGINT NOT NULL AUTO_INCREMENT,
  program_id VARBINARY(16) NOT NULL,
  code VARBINARY(128) NULL,
  remote_id VARBINARY(16) NULL,
  proved_at DATETIME(3) NULL,
  PRIMARY KEY (tenant_id, event_type_id),
  UNIQUE KEY event_type_code (tenant_id, program_id, code),
  UNIQUE KEY event_type_remote (tenant_id, program_id, remote_id),
  KEY event_type_id (event_type_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The ledger.  Never partitioned, never pruned: it keeps one effect from being sent twice.
CREATE TABLE IF NOT EXISTS conversion (
  tenant_id BIGINT NOT NULL,
  conversion_id BIGINT NOT NULL AUTO_INCREMENT,
  claim BINARY(32) NULL,
  effect_key BINARY(32) NOT NULL,
  lane BINARY(32) NOT NULL,
  program_id VARBINARY(16) NOT NULL,
  event_type_id BIGINT NOT NULL,
  event_type VARBINARY(128) NOT NULL,
  order_id VARBINARY(64) NOT NULL,
  customer_id VARBINARY(255) NOT NULL DEFAULT '',
  object_type VARBINARY(32) NOT NULL,
  object_id VARBINARY(32) NOT NULL,
  trigger_id VARBINARY(32) NOT NULL DEFAULT '',
  trigger_value VARBINARY(255) NOT NULL DEFAULT '',
  order_expression VARBINARY(4096) NOT NULL DEFAULT '',
  revision INT NOT NULL DEFAULT 1,
  state ENUM('READY','SENDING','UNKNOWN','ACCEPTED','CONFIRMED','REJECTED','HELD','PARKED','SHADOW','DEAD','ERASED') NOT NULL,
  code VARBINARY(255) NOT NULL DEFAULT '',
  message VARBINARY(500) NOT NULL DEFAULT '',
  body MEDIUMBLOB NULL,
  body_hash BINARY(32) NOT NULL,
  fields MEDIUMBLOB NULL,
  event_date DATETIME(3) NOT NULL,
  occurred_at DATETIME(3) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  sending_at DATETIME(3) NULL,
  accepted_at DATETIME(3) NULL,
  ended_at DATETIME(3) NULL,
  attempts INT NOT NULL DEFAULT 0,
  unanswered INT NOT NULL DEFAULT 0,
  batch_id VARBINARY(64) NOT NULL DEFAULT '',
  action_id VARBINARY(64) NOT NULL DEFAULT '',
  partner_id VARBINARY(32) NOT NULL DEFAULT '',
  partner_name VARBINARY(255) NOT NULL DEFAULT '',
  amount DECIMAL(18,4) NULL,
  payout DECIMAL(18,4) NULL,
  currency VARBINARY(3) NOT NULL DEFAULT '',
  action_state VARBINARY(16) NOT NULL DEFAULT '',
  action_detail VARBINARY(64) NOT NULL DEFAULT '',
  locking_at DATETIME(3) NULL,
  cleared_at DATETIME(3) NULL,
  version INT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, conversion_id),
  UNIQUE KEY conversion_claim (tenant_id, claim),
  KEY conversion_lane (tenant_id, lane, state),
  KEY conversion_object (tenant_id, object_type, object_id),
  KEY conversion_state (tenant_id, state),
  KEY conversion_order (tenant_id, order_id),
  KEY conversion_id (conversion_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The one queue row of every outgoing effect; deleted when done.
CREATE TABLE IF NOT EXISTS delivery (
  tenant_id BIGINT NOT NULL,
  kind ENUM('conversion') NOT NULL,
  effect_id BIGINT NOT NULL,
  stage ENUM('send','follow','reconcile') NOT NULL,
  due DATETIME(3) NOT NULL,
  looks INT NOT NULL DEFAULT 0,
  tries INT NOT NULL DEFAULT 0,
  fence BIGINT NOT NULL DEFAULT 0,
  crash_count INT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, kind, effect_id),
  KEY delivery_due (tenant_id, stage, due)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Written before the bytes leave; ended_at NULL means: no answer is known.
CREATE TABLE IF NOT EXISTS attempt (
  tenant_id BIGINT NOT NULL,
  kind ENUM('conversion') NOT NULL,
  effect_id BIGINT NOT NULL,
  attempt INT NOT NULL,
  revision INT NOT NULL DEFAULT 1,
  started_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  result VARBINARY(32) NOT NULL DEFAULT '',
  http_status INT NOT NULL DEFAULT 0,
  message VARBINARY(500) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, kind, effect_id, attempt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who works on what.  Tenant 0 holds the inbox shards.  due: when there is something to do.
CREATE TABLE IF NOT EXISTS lease (
  tenant_id BIGINT NOT NULL,
  stage ENUM('split','decide','send','follow') NOT NULL,
  shard TINYINT NOT NULL,
  due DATETIME(3) NOT NULL,
  owner VARBINARY(64) NOT NULL DEFAULT '',
  lease_until DATETIME(3) NULL,
  fence BIGINT NOT NULL DEFAULT 0,
  wake BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, stage, shard),
  KEY lease_due (due)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS budget (
  tenant_id BIGINT NOT NULL,
  destination ENUM('hubspot','impact') NOT NULL,
  window_start DATETIME(3) NOT NULL,
  used INT NOT NULL DEFAULT 0,
  blocked_until DATETIME(3) NULL,
  PRIMARY KEY (tenant_id, destination)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Periodic work, one row per tenant and kind: any number of workers, one does it.  Tenant 0: the installation.
CREATE TABLE IF NOT EXISTS schedule (
  tenant_id BIGINT NOT NULL,
  kind ENUM('token','housekeeping') NOT NULL,
  due DATETIME(3) NOT NULL,
  owner VARBINARY(64) NOT NULL DEFAULT '',
  lease_until DATETIME(3) NULL,
  fence BIGINT NOT NULL DEFAULT 0,
  tries INT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, kind),
  KEY schedule_due (due)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO lease (tenant_id, stage, shard, due) VALUES
  (0,'split',0,'1970-01-02'),(0,'split',1,'1970-01-02'),(0,'split',2,'1970-01-02'),(0,'split',3,'1970-01-02'),
  (0,'split',4,'1970-01-02'),(0,'split',5,'1970-01-02'),(0,'split',6,'1970-01-02'),(0,'split',7,'1970-01-02')
  ON DUPLICATE KEY UPDATE tenant_id = VALUES(tenant_id);

INSERT INTO schedule (tenant_id, kind, due) VALUES (0,'housekeeping','1970-01-02')
  ON DUPLICATE KEY UPDATE tenant_id = VALUES(tenant_id);
