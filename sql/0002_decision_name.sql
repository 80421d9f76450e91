-- What the record of a decision was called when it was read, so that Activity shows more than an id
-- (fcgi/core/record_name.h: how little of a customer that is).

ALTER TABLE decision ADD COLUMN name VARBINARY(255) NOT NULL DEFAULT '' AFTER object_id;
