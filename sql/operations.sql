-- fetch_dead --
-- Runs that failed and wait for someone to look at them, newest first.
SELECT r.id, r.kind, r.message, r.attempts, r.finished_at, r.done, r.total, r.search_id, s.title AS search_title,
    u.name AS user_name, s.id IS NULL OR (s.archived_at IS NULL AND s.deleted_at IS NULL AND NOT search_frozen(s)) AS may_retry
FROM runs r JOIN users u ON u.id = r.user_id LEFT JOIN searches s ON s.id = r.search_id
WHERE r.state = 'failed' AND r.finished_at > now() - interval '30 days' ORDER BY r.finished_at DESC, r.id DESC LIMIT 100;

-- fetch_dead_items --
-- Calls of screening runs that were given up, by reason.
SELECT i.run_id, s.title AS search_title, r.search_id, i.reason, count(*)::int AS items
FROM screening_items i JOIN runs r ON r.id = i.run_id JOIN searches s ON s.id = r.search_id
WHERE i.state = 'dead' AND s.deleted_at IS NULL AND r.created_at > now() - interval '30 days'
GROUP BY i.run_id, s.title, r.search_id, i.reason ORDER BY i.run_id DESC, items DESC LIMIT 100;

-- retry_run --
-- A failed run waits again, with all its attempts; no row when it did not fail or its search is away or deleted.
UPDATE runs r SET state = 'queued', attempts = 0, message = '', cancel_requested = false, finished_at = NULL,
    lease_token = NULL, worker = NULL
WHERE r.id = %(run_id)s AND r.state = 'failed' AND NOT EXISTS (
    SELECT FROM searches s WHERE s.id = r.search_id
        AND (s.archived_at IS NOT NULL OR s.deleted_at IS NOT NULL OR search_frozen(s)))
RETURNING r.kind, r.user_id;

-- fetch_slow --
-- What this role's queries took, the most time in all first. Times in milliseconds; texts have $1 for values.
SELECT left(regexp_replace(query, '\s+', ' ', 'g'), 300) AS query, calls, mean_exec_time AS mean_ms,
    max_exec_time AS max_ms, total_exec_time AS total_ms, rows
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND userid = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND toplevel
ORDER BY total_exec_time DESC LIMIT 20;
