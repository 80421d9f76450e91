-- Activity: lists by outcome over a million rows, search by e-mail and name, and what was before the last revision.

-- HMAC of the e-mail that was read, under the tenant's key (fcgi/store/mail_hash.h); held_id: of a HELD decision its own
-- conversion, beside the one in its way.
ALTER TABLE decision ADD COLUMN email_hash BINARY(32) NULL AFTER name;

ALTER TABLE decision ADD COLUMN held_id BIGINT NULL AFTER conversion_id;

-- Of the event that made it, or its last revision: lists of a state go by it without a sort.
ALTER TABLE conversion ADD COLUMN received_at DATETIME(3) NOT NULL DEFAULT '1970-01-02' AFTER occurred_at;

UPDATE conversion c JOIN (SELECT tenant_id, conversion_id, MAX(received_at) AS at FROM decision
  WHERE outcome = 'CONVERSION' GROUP BY tenant_id, conversion_id) d
  ON d.tenant_id = c.tenant_id AND d.conversion_id = c.conversion_id SET c.received_at = d.at;

UPDATE decision d JOIN conversion c ON c.tenant_id = d.tenant_id AND c.object_type = d.object_type AND
  c.object_id = d.object_id AND c.occurred_at = d.occurred_at AND c.state = 'HELD'
  SET d.held_id = c.conversion_id WHERE d.outcome = 'HELD';

ALTER TABLE decision ADD KEY decision_list (tenant_id, outcome, received_at, decision_id, object_type, code);

ALTER TABLE decision ADD KEY decision_email (tenant_id, email_hash);

ALTER TABLE decision ADD KEY decision_name (tenant_id, name, received_at);

ALTER TABLE conversion ADD KEY conversion_list (tenant_id, state, received_at, object_type, code);

ALTER TABLE conversion ADD KEY conversion_action (tenant_id, action_id);

-- What was before and is written over, and what a person did and why.  conversion_id 0: about a decision without one.
CREATE TABLE IF NOT EXISTS history (
  tenant_id BIGINT NOT NULL,
  history_id BIGINT NOT NULL AUTO_INCREMENT,
  decision_id BIGINT NOT NULL DEFAULT 0,
  conversion_id BIGINT NOT NULL DEFAULT 0,
  at DATETIME(3) NOT NULL,
  kind ENUM('refused','asked','revised','unchanged','not_again','released','dropped','found','resent','second',
    'looked','redecided') NOT NULL,
  revision INT NOT NULL DEFAULT 0,
  code VARBINARY(255) NOT NULL DEFAULT '',
  message VARBINARY(500) NOT NULL DEFAULT '',
  batch_id VARBINARY(64) NOT NULL DEFAULT '',
  fields MEDIUMBLOB NULL,
  author VARBINARY(320) NOT NULL DEFAULT '',
  note VARBINARY(2000) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, history_id),
  KEY history_conversion (tenant_id, conversion_id),
  KEY history_decision (tenant_id, decision_id),
  KEY history_id (history_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Refused conversions that a person wants sent again: decide makes their next revision with the rules of then.
CREATE TABLE IF NOT EXISTS asked (
  tenant_id BIGINT NOT NULL,
  conversion_id BIGINT NOT NULL,
  event_key BINARY(32) NOT NULL,
  asked_at DATETIME(3) NOT NULL,
  author VARBINARY(320) NOT NULL,
  note VARBINARY(2000) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, conversion_id),
  KEY asked_event (tenant_id, event_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
