-- What is wrong with a connection, since when, and who was told of it.

-- issued_at: when HubSpot gave the access token; access_refused: HubSpot has answered 401 to it; failures: refreshes in
-- a row that brought nothing.  lease_until without an owner: nobody refreshes before that.
ALTER TABLE install ADD COLUMN issued_at DATETIME(3) NULL AFTER expires_at;

UPDATE install SET issued_at = last_ok_at WHERE issued_at IS NULL;

ALTER TABLE install ADD COLUMN trouble ENUM('none','unreachable','client','denied','refused','removed','account_gone')
  NOT NULL DEFAULT 'none' AFTER state_since;

UPDATE install SET trouble = 'removed' WHERE state = 'disconnected' AND
  tenant_id IN (SELECT tenant_id FROM tenant WHERE state = 'paused');

ALTER TABLE install ADD COLUMN failures INT NOT NULL DEFAULT 0 AFTER refused;

ALTER TABLE install ADD COLUMN access_refused TINYINT NOT NULL DEFAULT 0 AFTER failures;

-- What a person has to mend at a connection: one row from the moment it was found until it is over.  open is 1 or NULL,
-- so that of each kind one stands.
CREATE TABLE IF NOT EXISTS alarm (
  tenant_id BIGINT NOT NULL,
  alarm_id BIGINT NOT NULL AUTO_INCREMENT,
  kind ENUM('hubspot_ended','hubspot_scopes','impact_refused','impact_scopes') NOT NULL,
  open TINYINT NULL DEFAULT 1,
  detail VARBINARY(500) NOT NULL DEFAULT '',
  raised_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  PRIMARY KEY (tenant_id, alarm_id),
  UNIQUE KEY alarm_open (tenant_id, kind, open),
  KEY alarm_id (alarm_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- An e-mail about an alarm goes to each owner: person_id; of the other kinds it is 0.
ALTER TABLE mail ADD COLUMN person_id BIGINT NOT NULL DEFAULT 0 AFTER subject_id;

ALTER TABLE mail MODIFY kind ENUM('invitation','sign_in','alarm','recovery') NOT NULL;

ALTER TABLE mail DROP INDEX mail_subject, ADD UNIQUE KEY mail_subject (tenant_id, kind, subject_id, person_id);

ALTER TABLE schedule MODIFY kind ENUM('token','housekeeping','mail','erase','impact') NOT NULL;

INSERT INTO schedule (tenant_id, kind, due) SELECT tenant_id, 'impact', UTC_TIMESTAMP(3) FROM secret
  WHERE name = 'impact.auth_token' ON DUPLICATE KEY UPDATE tenant_id = VALUES(tenant_id);
