-- fetch_hold --
-- Why an account is not used for now, and how many runs wait for it.
SELECT h.message, h.since, (
    SELECT count(*) FROM runs r WHERE r.state = 'paused' AND r.counts ->> '_held' = h.account)::int AS runs
FROM model_holds h WHERE h.account = %(account)s;

-- upsert_hold --
-- Since when it is so stays.
INSERT INTO model_holds AS h (account, reason, message) VALUES (%(account)s, %(reason)s, %(message)s)
ON CONFLICT (account) DO UPDATE SET reason = excluded.reason, message = excluded.message, tried_at = now();

-- fetch_due --
-- A hold that nobody has tried for a while.
SELECT account FROM model_holds
WHERE account = %(account)s AND tried_at < now() - make_interval(secs => %(after_s)s);

-- delete_hold --
-- The account is used again.
DELETE FROM model_holds WHERE account = %(account)s;

-- reopen_held --
-- Every run that waited for the account goes back into the queue.
UPDATE runs SET state = 'queued', finished_at = NULL, message = '', attempts = 0, counts = counts - '_held' - 'waiting'
WHERE state = 'paused' AND kind = 'screen' AND counts ->> '_held' = %(account)s
RETURNING id, kind, user_id;
