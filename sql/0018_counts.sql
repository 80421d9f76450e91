-- Numbers of causes in the order of an index: each by outcome and code without a table in between, over a million rows.
-- decision_outcome and conversion_state are the beginning of decision_list and conversion_list, which do their work.
ALTER TABLE decision ADD KEY decision_cause (tenant_id, outcome, code, received_at, decision_id, object_type);

ALTER TABLE decision DROP INDEX decision_outcome;

ALTER TABLE conversion DROP INDEX conversion_state;

-- What was held before 0013 and sent or given up since has its line's moment, too.
UPDATE conversion c JOIN decision d ON d.tenant_id = c.tenant_id AND d.outcome = 'HELD' AND
  d.held_id = c.conversion_id SET c.received_at = d.received_at WHERE c.received_at = '1970-01-02';

UPDATE conversion c JOIN decision d ON d.tenant_id = c.tenant_id AND d.conversion_id = c.conversion_id AND
  d.outcome = 'CONVERSION' SET c.received_at = d.received_at WHERE c.received_at = '1970-01-02';
