-- insert_run --
-- A run that waits; no row when the actor may not see the search.
INSERT INTO runs (kind, search_id, user_id, params, total)
SELECT %(kind)s, %(search_id)s::uuid, %(actor)s, %(params)s, %(total)s::bigint
WHERE %(search_id)s::uuid IS NULL
    OR EXISTS (SELECT FROM searches s WHERE s.id = %(search_id)s::uuid AND search_listed(s, %(actor)s, %(role)s)
        AND (%(kind)s IN ('archive', 'restore') OR (s.archived_at IS NULL AND NOT search_frozen(s))))
RETURNING id;

-- lock_claims --
-- Claims are counted one after the other; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(hashtext('sourcingx claim'));

-- claim_run --
-- Takes a waiting run, unless as many runs as allowed are alive already (limit null: no limit).
UPDATE runs r SET state = 'running', lease_token = %(token)s, worker = %(worker)s, attempts = attempts + 1,
    started_at = coalesce(started_at, now()), heartbeat_at = now(), message = '', counts = counts - '_rate'
FROM users u
WHERE r.id = %(run_id)s AND r.state = 'queued' AND u.id = r.user_id
    AND (%(limit)s::int IS NULL OR %(limit)s::int > (
        SELECT count(*) FROM runs o WHERE o.state = 'running' AND o.kind <> ALL (%(unlimited_kinds)s)
            AND o.heartbeat_at > now() - make_interval(secs => %(silence_s)s)))
RETURNING r.kind, r.search_id, r.user_id, u.role, u.name, run_refused(r, %(needs)s) AS refused,
    r.params, r.counts, r.total, r.done, r.failed, r.attempts;

-- fetch_waiting --
-- Whether a run still waits, and for whom.
SELECT kind, user_id FROM runs WHERE id = %(run_id)s AND state = 'queued';

-- save_progress --
-- Progress and a sign of life; no row when the lease is lost. Getting on forgives earlier attempts.
UPDATE runs r SET done = %(done)s, total = coalesce(%(total)s, total), failed = %(failed)s,
    counts = counts || %(counts)s, heartbeat_at = now(),
    attempts = CASE WHEN %(done)s > done THEN 1 ELSE attempts END
WHERE id = %(run_id)s AND lease_token = %(token)s
RETURNING cancel_requested, run_refused(r, %(needs)s) AS refused;

-- touch_run --
-- A sign of life; no row when the lease is lost.
UPDATE runs r SET heartbeat_at = now() WHERE id = %(run_id)s AND lease_token = %(token)s
RETURNING cancel_requested, run_refused(r, %(needs)s) AS refused;

-- fetch_refusal --
-- Why whoever started a run may no longer do so; null while they may.
SELECT run_refused(r, %(needs)s) AS refused FROM runs r WHERE r.id = %(run_id)s;

-- finish_run --
-- The end of a run; no row when the lease is lost.
UPDATE runs SET state = %(state)s, message = %(message)s, counts = counts - '_rate',
    finished_at = now(), heartbeat_at = now(), lease_token = NULL
WHERE id = %(run_id)s AND lease_token = %(token)s
RETURNING id;

-- release_run --
-- Puts a run back into the queue; refund is 1 when the attempt shall not count.
UPDATE runs SET lease_token = NULL, worker = NULL, attempts = greatest(attempts - %(refund)s, 0),
    counts = counts - '_rate',
    state = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'queued' END,
    finished_at = CASE WHEN cancel_requested THEN now() END
WHERE id = %(run_id)s AND lease_token = %(token)s
RETURNING kind, user_id, state;

-- beat --
-- A sign of life for all runs of one process; a row that is being saved right now is alive anyway.
UPDATE runs SET heartbeat_at = now()
WHERE id IN (SELECT id FROM runs WHERE lease_token = ANY (%(tokens)s::uuid[]) FOR UPDATE SKIP LOCKED);

-- fetch_leases --
-- Which leases still hold, what was asked of their runs, and why they have to end. needs: by kind.
SELECT r.lease_token, r.cancel_requested, run_refused(r, coalesce(%(needs)s::jsonb ->> r.kind, 'see')) AS refused
FROM runs r WHERE r.lease_token = ANY (%(tokens)s::uuid[]);

-- try_rescue_lock --
-- One rescuer at a time.
SELECT pg_try_advisory_xact_lock(hashtext('sourcingx rescue')) AS taken;

-- rescue_runs --
-- Runs whose worker is silent, or was this slot's: back into the queue, or to an end with a reason.
UPDATE runs SET lease_token = NULL, worker = NULL, counts = counts - '_rate',
    state = CASE WHEN cancel_requested THEN 'cancelled' WHEN attempts >= %(max_attempts)s THEN 'failed'
        ELSE 'queued' END,
    message = CASE WHEN cancel_requested OR attempts < %(max_attempts)s THEN message ELSE %(reason)s END,
    finished_at = CASE WHEN cancel_requested OR attempts >= %(max_attempts)s THEN now() END
WHERE id IN (
    SELECT id FROM runs
    WHERE state = 'running' AND (split_part(worker, '#', 1) = %(slot)s::text
        OR (%(slot)s::text IS NULL AND heartbeat_at < now() - make_interval(secs => %(silence_s)s)))
    FOR UPDATE SKIP LOCKED)
RETURNING id, state, attempts;

-- delete_jobs_of --
-- The transport's rows of runs that were just taken from a dead worker.
DELETE FROM procrastinate_jobs
WHERE task_name = %(task)s AND status = 'doing' AND (args ->> 'run_id')::bigint = ANY (%(run_ids)s);

-- delete_dead_jobs --
-- The transport's rows that nobody works on: their worker is silent and no run of theirs is alive. Those of the clock's
-- tasks too: each holds its task's lock, and as long as it stands nobody does that task any more, on any host.
DELETE FROM procrastinate_jobs j
WHERE j.status = 'doing'
    AND NOT EXISTS (SELECT FROM procrastinate_workers w WHERE w.id = j.worker_id
        AND w.last_heartbeat > now() - make_interval(secs => %(silence_s)s))
    AND NOT EXISTS (SELECT FROM runs r WHERE r.id = (j.args ->> 'run_id')::bigint AND r.state = 'running'
        AND r.heartbeat_at > now() - make_interval(secs => %(silence_s)s));

-- fetch_stranded --
-- Waiting runs that the transport knows nothing of.
SELECT r.id, r.kind, r.user_id FROM runs r
WHERE r.state = 'queued' AND NOT EXISTS (
    SELECT FROM procrastinate_jobs j WHERE j.task_name = %(task)s AND j.status IN ('todo', 'doing')
        AND (j.args ->> 'run_id')::bigint = r.id)
ORDER BY r.id LIMIT 1000;

-- fetch_runs --
-- The newest runs that the actor may see, with their place in the queue.
SELECT r.id, r.kind, r.state, r.total, r.done, r.failed, r.counts, r.message, r.attempts, r.cancel_requested,
    r.created_at, r.started_at, r.finished_at, r.search_id, s.title AS search_title, u.name AS user_name,
    r.user_id = %(actor)s OR %(role)s = 'admin' AS own,
    r.user_id = %(actor)s OR %(role)s = 'admin' OR (r.kind IN ('screen', 'enrich') AND r.state = 'paused'
        AND search_editable(s, %(actor)s, %(role)s)) AS may_cancel,
    -- Quick jobs have threads of their own: they wait for each other only, and no long one waits for them.
    CASE WHEN r.state = 'queued' THEN (
        SELECT count(*) FROM runs o WHERE o.state = 'queued' AND o.id <= r.id
            AND (o.kind = ANY (%(quick)s)) = (r.kind = ANY (%(quick)s))) END AS queue_position,
    CASE WHEN r.kind = 'screen' AND r.state = 'paused' THEN (
        SELECT min(b.created_at) FROM screening_batches b WHERE b.run_id = r.id AND b.state IN ('sending', 'sent'))
        WHEN r.kind = 'fetch' AND r.state = 'paused' THEN (
        SELECT min(l.sent_at) FROM vendor_launches l WHERE l.run_id = r.id AND l.state IN ('unknown', 'running'))
        END AS vendor_since,
    CASE WHEN r.kind = 'screen' AND r.state = 'paused' THEN (
        SELECT max(b.problem) FROM screening_batches b WHERE b.run_id = r.id AND b.state IN ('sending', 'sent'))
        WHEN r.kind = 'fetch' AND r.state = 'paused' THEN (
        SELECT max(l.message) FROM vendor_launches l WHERE l.run_id = r.id AND l.state IN ('unknown', 'running'))
        END AS vendor_problem,
    CASE WHEN r.kind = 'export' AND r.state = 'done' AND %(role)s <> 'viewer' THEN (
        SELECT e.id FROM exports e WHERE e.run_id = r.id AND e.expires_at > now()
            AND (e.user_id = %(actor)s OR %(role)s = 'admin')) END AS export_id,
    CASE WHEN r.kind IN ('bulk', 'filter') AND r.state IN ('done', 'failed', 'cancelled') THEN (
        SELECT b.id FROM change_batches b WHERE b.run_id = r.id AND b.changed > 0 AND NOT batch_undone(b)
            AND (b.user_id = %(actor)s OR %(role)s = 'admin')
            AND search_editable(s, %(actor)s, %(role)s)) END AS undo_batch
FROM runs r JOIN users u ON u.id = r.user_id LEFT JOIN searches s ON s.id = r.search_id
WHERE (%(run_id)s::bigint IS NULL OR r.id = %(run_id)s::bigint)
    AND (r.user_id = %(actor)s OR %(role)s = 'admin' OR (s.id IS NOT NULL AND search_listed(s, %(actor)s, %(role)s)))
    AND (s.id IS NULL OR search_listed(s, %(actor)s, %(role)s))
ORDER BY r.id DESC LIMIT %(limit)s;

-- fetch_open_runs --
-- Actions on a search that the actor started and that still go on: its page waits for their end.
SELECT r.id, r.kind FROM runs r
WHERE r.search_id = %(search_id)s AND r.user_id = %(actor)s AND r.kind IN ('bulk', 'undo', 'export')
    AND r.state IN ('queued', 'running', 'paused')
ORDER BY r.id LIMIT 20;

-- request_cancel --
-- Asks a run to end; one that waits ends at once, unless it waits for its batches at a vendor, which are taken back
-- first, or has claimed an agent, which is stopped or given free first. No row unless the actor started it or is an
-- admin; a screening or an enrichment that is paused holds up its search, so whoever may change that may cancel it.
UPDATE runs r SET cancel_requested = true,
    state = CASE WHEN w.waits THEN 'cancelled' ELSE r.state END,
    finished_at = CASE WHEN w.waits THEN now() ELSE r.finished_at END
FROM (SELECT o.id, o.state, o.state IN ('queued', 'paused') AND NOT EXISTS (
        SELECT FROM screening_batches b WHERE b.run_id = o.id AND b.state IN ('sending', 'sent', 'answered'))
        AND NOT EXISTS (SELECT FROM vendor_launches l
            WHERE l.run_id = o.id AND l.state IN ('launching', 'unknown', 'running')) AS waits
    FROM runs o WHERE o.id = %(run_id)s FOR UPDATE) AS w
WHERE r.id = w.id AND r.state IN ('queued', 'running', 'paused')
    AND (r.user_id = %(actor)s OR %(role)s = 'admin' OR (r.kind IN ('screen', 'enrich') AND w.state = 'paused' AND EXISTS (
        SELECT FROM searches s WHERE s.id = r.search_id AND search_editable(s, %(actor)s, %(role)s))))
RETURNING r.state;

-- fetch_worker_alive --
-- Whether a job worker has given a sign of life lately.
SELECT EXISTS (SELECT FROM procrastinate_workers
    WHERE last_heartbeat > now() - make_interval(secs => %(silence_s)s)) AS alive;

-- delete_waiting_jobs --
-- The transport's row of a run that is done without it.
DELETE FROM procrastinate_jobs
WHERE task_name = %(task)s AND status = 'todo' AND (args ->> 'run_id')::bigint = %(run_id)s;

-- fetch_attempts --
-- How often a run was started without getting on since.
SELECT attempts FROM runs WHERE id = %(run_id)s AND lease_token = %(token)s;
