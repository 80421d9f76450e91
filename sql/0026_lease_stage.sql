-- Each stage's leases are looked for apart: however many of one stage wait for room, those of another are found.
ALTER TABLE lease ADD KEY lease_stage (stage, due), DROP INDEX lease_due;
