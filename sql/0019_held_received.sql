-- Conversions that were HELD when 0013 came have the moment of their event, too, so that lists show them when released.

UPDATE conversion c JOIN decision d ON d.tenant_id = c.tenant_id AND d.held_id = c.conversion_id
  SET c.received_at = d.received_at WHERE c.received_at = '1970-01-02';
