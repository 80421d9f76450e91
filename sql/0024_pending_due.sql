-- Decide takes what is due first: its rows lie in that order, so that a hundred of them are a few neighbouring pages
-- however many wait.  By its key an event is found, and known to wait already, by an index of its own.
ALTER TABLE pending DROP PRIMARY KEY, ADD PRIMARY KEY (tenant_id, shard, due, event_key),
  ADD UNIQUE KEY pending_event (tenant_id, shard, event_key), DROP INDEX pending_due;
