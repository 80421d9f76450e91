-- What the events that wait for data wait for.  Few events ever wait: two indexes of `pending` served them and were
-- paid for by every event.

CREATE TABLE IF NOT EXISTS waiting (
  tenant_id BIGINT NOT NULL,
  object_type VARBINARY(32) NOT NULL,
  object_id VARBINARY(32) NOT NULL,
  shard TINYINT NOT NULL,
  event_key BINARY(32) NOT NULL,
  PRIMARY KEY (tenant_id, object_type, object_id, shard, event_key),
  KEY waiting_event (tenant_id, shard, event_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO waiting (tenant_id, object_type, object_id, shard, event_key)
  SELECT tenant_id, object_type, object_id, shard, event_key FROM pending WHERE looks > 0
  ON DUPLICATE KEY UPDATE tenant_id = VALUES(tenant_id);

INSERT INTO waiting (tenant_id, object_type, object_id, shard, event_key)
  SELECT tenant_id, 'contacts', contact_id, shard, event_key FROM pending WHERE looks > 0 AND contact_id <> ''
  ON DUPLICATE KEY UPDATE tenant_id = VALUES(tenant_id);

ALTER TABLE pending DROP INDEX pending_object;

ALTER TABLE pending DROP INDEX pending_contact;
