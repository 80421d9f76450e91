-- What kills its process each time is found out by its lease (fcgi/store/lease.h): whoever takes one over whose holder died
-- writes down what it works on before it does.  working: just now; suspect, deaths: with what a holder died, and how often.

ALTER TABLE lease ADD COLUMN working VARBINARY(64) NOT NULL DEFAULT '';

ALTER TABLE lease ADD COLUMN suspect VARBINARY(64) NOT NULL DEFAULT '';

ALTER TABLE lease ADD COLUMN deaths INT NOT NULL DEFAULT 0;

-- Counted there instead: the lease knows who died, and a row of a queue costs nothing for it.
ALTER TABLE pending DROP COLUMN crash_count;

ALTER TABLE delivery DROP COLUMN crash_count;
