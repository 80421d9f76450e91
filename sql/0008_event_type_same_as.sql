-- An event type that was addressed by its code and later by its id has two rows, until impact.com tells that both are
-- the same: then the one names the other.
ALTER TABLE event_type ADD COLUMN same_as BIGINT NULL;
