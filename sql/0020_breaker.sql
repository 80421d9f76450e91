-- A far end that fails or refuses as a rule, from the first opening until a probe is answered well.
CREATE TABLE IF NOT EXISTS breaker (
  tenant_id BIGINT NOT NULL,
  destination ENUM('hubspot','impact','impact_submissions','impact_actions') NOT NULL,
  since DATETIME(3) NOT NULL,
  open_until DATETIME(3) NOT NULL,
  opens INT NOT NULL DEFAULT 1,
  why VARBINARY(255) NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, destination)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
