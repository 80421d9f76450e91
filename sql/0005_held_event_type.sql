-- An event type that impact.com refuses: what is of it waits, one conversion at a time tries it (design 6).
-- held_at: a conversion that was sent later and not refused so proves that it is mended.
CREATE TABLE IF NOT EXISTS event_type_hold (
  tenant_id BIGINT NOT NULL,
  event_type_id BIGINT NOT NULL,
  code VARBINARY(64) NOT NULL,
  held_at DATETIME(3) NOT NULL,
  PRIMARY KEY (tenant_id, event_type_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
