-- vacuum --
-- After many writes: index-only scans need the visibility map.
VACUUM (ANALYZE) candidates, profiles;

-- unlimited --
-- For statements that take as long as they take.
SET statement_timeout = 0;

-- limited --
-- Back to what the pool has set.
RESET statement_timeout;

-- vacuum_candidates --
-- After many changes of candidates alone; puts the waiting entries of the indexes of words in their place.
VACUUM candidates;
