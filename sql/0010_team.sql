-- Every change that somebody made, with what was there before and after.  The person is text as well: people may go.
CREATE TABLE IF NOT EXISTS audit (
  tenant_id BIGINT NOT NULL,
  audit_id BIGINT NOT NULL AUTO_INCREMENT,
  at DATETIME(3) NOT NULL,
  person_id BIGINT NOT NULL DEFAULT 0,
  email VARBINARY(320) NOT NULL DEFAULT '',
  action VARBINARY(64) NOT NULL,
  subject VARBINARY(255) NOT NULL DEFAULT '',
  before_json VARBINARY(4096) NOT NULL DEFAULT '',
  after_json VARBINARY(4096) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, audit_id),
  KEY audit_id (audit_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Addresses are compared without case; HubSpot tells them as people typed them.
UPDATE person SET email = LOWER(CONVERT(email USING utf8mb4));

-- Somebody who was invited by e-mail has no HubSpot user.  removed_at: an owner took this person out, who may not
-- come back alone.
ALTER TABLE person MODIFY hub_user_id BIGINT NULL;

ALTER TABLE person ADD COLUMN removed_at DATETIME(3) NULL;

ALTER TABLE person ADD COLUMN seen_at DATETIME(3) NULL;

ALTER TABLE person ADD KEY person_email (email);

ALTER TABLE person ADD KEY person_user (hub_user_id);

-- How the browser proved who it is: that decides which other accounts it may go to.
ALTER TABLE session ADD COLUMN proof ENUM('hubspot','email','invitation') NOT NULL DEFAULT 'hubspot';

ALTER TABLE session ADD KEY session_person (tenant_id, person_id);

-- The account that a log-in is meant for; 0: any.
ALTER TABLE oauth_state ADD COLUMN portal_id BIGINT NOT NULL DEFAULT 0;

-- Open invitations; one that was taken, refused or replaced is gone.  No link is stored: it is made from the row and
-- the installation's master key.
CREATE TABLE IF NOT EXISTS invitation (
  tenant_id BIGINT NOT NULL,
  invitation_id BIGINT NOT NULL AUTO_INCREMENT,
  email VARBINARY(320) NOT NULL,
  role ENUM('owner','editor','viewer') NOT NULL,
  nonce BINARY(16) NOT NULL,
  invited_by VARBINARY(320) NOT NULL DEFAULT '',
  created_at DATETIME(3) NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  PRIMARY KEY (tenant_id, invitation_id),
  UNIQUE KEY invitation_email (tenant_id, email),
  KEY invitation_id (invitation_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Somebody asked for a sign-in link, known or not: the answer, and how long it takes, is the same.
CREATE TABLE IF NOT EXISTS sign_in_link (
  link_id BIGINT NOT NULL AUTO_INCREMENT,
  email VARBINARY(320) NOT NULL,
  nonce BINARY(16) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (link_id),
  KEY sign_in_link_email (email, created_at),
  KEY sign_in_link_created (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- E-mails to be sent.  Tenant 0: sign-in links, which belong to an address and not to an account.
CREATE TABLE IF NOT EXISTS mail (
  tenant_id BIGINT NOT NULL,
  mail_id BIGINT NOT NULL AUTO_INCREMENT,
  kind ENUM('invitation','sign_in') NOT NULL,
  subject_id BIGINT NOT NULL,
  state ENUM('waiting','sent','failed') NOT NULL,
  created_at DATETIME(3) NOT NULL,
  due DATETIME(3) NOT NULL,
  tries INT NOT NULL DEFAULT 0,
  problem VARBINARY(255) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, mail_id),
  UNIQUE KEY mail_subject (tenant_id, kind, subject_id),
  KEY mail_due (state, due),
  KEY mail_id (mail_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A kind that joins later appends to this list.
ALTER TABLE schedule MODIFY kind ENUM('token','housekeeping','mail') NOT NULL;

INSERT INTO schedule (tenant_id, kind, due) VALUES (0,'mail','1970-01-02')
  ON DUPLICATE KEY UPDATE tenant_id = VALUES(tenant_id);
