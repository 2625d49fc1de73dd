-- What is fetched every day or week at an hour keeps to that hour of the zone in which it was chosen, also when the clocks
-- change there. Without an hour it comes after so many hours, as all of them did before. Forward only.
ALTER TABLE fetch_schedules
    ADD COLUMN hour smallint CHECK (hour BETWEEN 0 AND 23),
    ADD COLUMN zone text NOT NULL DEFAULT 'UTC' CHECK (length(zone) BETWEEN 1 AND 64);
