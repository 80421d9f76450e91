-- What is held is found by its code: of a large account most of what is REJECTED was refused for a reason of its own.
ALTER TABLE conversion ADD KEY conversion_cause (tenant_id, state, code);
