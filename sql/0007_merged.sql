-- Which record a merged one became in HubSpot: the same thing under either id is sent once.
CREATE TABLE IF NOT EXISTS merged (
  tenant_id BIGINT NOT NULL,
  object_type VARBINARY(32) NOT NULL,
  loser_id VARBINARY(32) NOT NULL,
  survivor_id VARBINARY(32) NOT NULL,
  PRIMARY KEY (tenant_id, object_type, loser_id),
  KEY merged_survivor (tenant_id, object_type, survivor_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
