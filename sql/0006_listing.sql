-- When a tenant's actions were last listed because most of its call budget was used up (design 6).
CREATE TABLE IF NOT EXISTS listing (
  tenant_id BIGINT NOT NULL,
  listed_at DATETIME(3) NOT NULL,
  PRIMARY KEY (tenant_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
