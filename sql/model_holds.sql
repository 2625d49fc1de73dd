-- fetch_hold --
-- Why an account is not used for now, until when by what its server said, and how many runs wait for it.
SELECT h.message, h.since, h.until, (
    SELECT count(*) FROM runs r WHERE r.state = 'paused' AND r.counts ->> '_held' = h.account)::int AS runs
FROM model_holds h WHERE h.account = %(account)s;

-- upsert_hold --
-- Since when it is so stays; until when too, where the same is said again without it.
INSERT INTO model_holds AS h (account, reason, message, until)
VALUES (%(account)s, %(reason)s, %(message)s, %(until)s)
ON CONFLICT (account) DO UPDATE SET reason = excluded.reason, message = excluded.message, tried_at = now(),
    until = CASE WHEN h.reason = excluded.reason THEN coalesce(excluded.until, h.until) ELSE excluded.until END;

-- fetch_due --
-- A hold that nobody has tried for a while, or whose time is over.
SELECT account FROM model_holds
WHERE account = %(account)s AND (until <= now() OR tried_at < now() - make_interval(
    secs => CASE WHEN until IS NULL THEN %(after_s)s::float8 ELSE %(after_said_s)s::float8 END));

-- delete_hold --
-- The account is used again.
DELETE FROM model_holds WHERE account = %(account)s;

-- reopen_left --
-- Runs that came to their pause while the hold that they heard of was lifted: nobody else wakes them.
UPDATE runs SET state = 'queued', finished_at = NULL, message = '', attempts = 0, counts = counts - '_held' - 'waiting'
WHERE state = 'paused' AND kind = 'screen' AND counts ->> '_held' = %(account)s
    AND NOT EXISTS (SELECT FROM model_holds h WHERE h.account = %(account)s)
RETURNING id, kind, user_id;

-- reopen_held --
-- Every run that waited for the account goes back into the queue.
UPDATE runs SET state = 'queued', finished_at = NULL, message = '', attempts = 0, counts = counts - '_held' - 'waiting'
WHERE state = 'paused' AND kind = 'screen' AND counts ->> '_held' = %(account)s
RETURNING id, kind, user_id;
