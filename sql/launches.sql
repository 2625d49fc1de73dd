-- Launches at PhantomBuster, from their request until their result is imported.

-- lock_agent --
-- One writer of an agent's launches at a time; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('sourcingx agent ' || %(agent_id)s::text, 0));

-- fetch_search --
-- The search, when the actor may see it, and whether they may change what is in it.
SELECT s.id, s.title, search_editable(s, %(actor)s, %(role)s) AS editable
FROM searches s WHERE s.id = %(search_id)s::uuid AND search_visible(s, %(actor)s, %(role)s);

-- insert_launch --
-- Claims the agent for a launch; no row while another launch of it lives.
INSERT INTO vendor_launches (search_id, user_id, schedule_id, agent_id, agent_name, what, source_url, argument_name,
    check_columns, container_id, state)
VALUES (%(search_id)s::uuid, %(actor)s, %(schedule_id)s, %(agent_id)s, %(agent_name)s, %(what)s, %(source_url)s,
    %(argument_name)s, %(check_columns)s, %(container_id)s,
    CASE WHEN %(what)s = 'launch' THEN 'launching' ELSE 'finished' END)
ON CONFLICT (agent_id) WHERE state IN ('launching', 'unknown', 'running') DO NOTHING
RETURNING id;

-- set_run --
-- Which run does it.
UPDATE vendor_launches SET run_id = %(run_id)s WHERE id = %(launch_id)s;

-- fetch_live --
-- Who has agents now, for everyone of the team; the search's title for whom it is shared with. started_s: since it
-- began; usual_s: how long its latest launches took, no value where none is known.
SELECT l.id, l.agent_id, l.state, u.name AS user_name, l.created_at AS since,
    CASE WHEN search_visible(s, %(actor)s, %(role)s) THEN s.title END AS search_title,
    extract(epoch FROM now() - coalesce(l.sent_at, l.created_at))::float8 AS started_s,
    (SELECT avg(t.ms) / 1000 FROM (
        SELECT o.ended_ms - o.began_ms AS ms FROM vendor_launches o
        WHERE o.agent_id = l.agent_id AND o.what = 'launch' AND o.exit_code = 0 AND o.ended_ms > o.began_ms
        ORDER BY o.id DESC LIMIT 5) AS t)::float8 AS usual_s
FROM vendor_launches l JOIN users u ON u.id = l.user_id LEFT JOIN searches s ON s.id = l.search_id
WHERE l.state IN ('launching', 'unknown', 'running') AND (%(agent_id)s::text IS NULL OR l.agent_id = %(agent_id)s)
ORDER BY l.id LIMIT 200;

-- fetch_launch --
-- One launch, for the worker that does it.
SELECT id, run_id, search_id, user_id, agent_id, agent_name, what, source_url, argument_name, check_columns, state,
    container_id, mark_ms, message, upload_id, import_run_id, sent_at IS NOT NULL AS sent,
    extract(epoch FROM now() - sent_at)::float8 AS sent_s
FROM vendor_launches WHERE id = %(launch_id)s;

-- set_sent --
-- From now on it may have been asked for; no row when it may have been already.
UPDATE vendor_launches SET sent_at = now(), mark_ms = %(mark_ms)s, argument_name = %(argument_name)s
WHERE id = %(launch_id)s AND state = 'launching' AND sent_at IS NULL
RETURNING id;

-- set_unsent --
-- It was surely not asked for: it may be, again.
UPDATE vendor_launches SET sent_at = NULL WHERE id = %(launch_id)s AND state = 'launching';

-- set_unknown --
-- The answer is lost: whether it was launched is to be found out.
UPDATE vendor_launches SET state = 'unknown', message = %(message)s
WHERE id = %(launch_id)s AND state = 'launching' AND sent_at IS NOT NULL;

-- set_running --
-- It was launched, as this container.
UPDATE vendor_launches SET state = 'running', container_id = %(container_id)s, message = ''
WHERE id = %(launch_id)s AND state IN ('launching', 'unknown')
RETURNING id;

-- set_looked --
-- Where it stands at the vendor's.
UPDATE vendor_launches SET vendor_status = %(status)s, progress = coalesce(%(progress)s, progress),
    progress_label = %(label)s, began_ms = coalesce(%(began_ms)s, began_ms), looked_at = now(), message = ''
WHERE id = %(launch_id)s AND state = 'running';

-- set_problem --
-- The vendor could not be asked; it is asked again.
UPDATE vendor_launches SET message = %(message)s, looked_at = now()
WHERE id = %(launch_id)s AND state IN ('unknown', 'running');

-- set_ended --
-- It is over: with a result to take, or failed.
UPDATE vendor_launches SET state = %(state)s, vendor_status = %(status)s, end_type = %(end_type)s,
    exit_code = %(exit_code)s, began_ms = coalesce(%(began_ms)s, began_ms), ended_ms = %(ended_ms)s,
    message = %(message)s, ended_at = now(), looked_at = now()
WHERE id = %(launch_id)s AND state = 'running'
RETURNING id, began_ms, ended_ms;

-- set_failed --
-- It came to nothing; no row where it had ended already.
UPDATE vendor_launches SET state = 'failed', message = %(message)s, ended_at = now()
WHERE id = %(launch_id)s AND state IN ('launching', 'unknown', 'finished')
RETURNING id;

-- set_stopped --
-- The vendor was asked to stop it.
UPDATE vendor_launches SET stopped_at = now() WHERE id = %(launch_id)s;

-- set_found --
-- Which container of before it is, and how that ended.
UPDATE vendor_launches SET container_id = %(container_id)s, vendor_status = %(status)s, end_type = %(end_type)s,
    exit_code = %(exit_code)s, began_ms = %(began_ms)s, ended_ms = %(ended_ms)s
WHERE id = %(launch_id)s AND state = 'finished';

-- set_upload --
-- Its result is stored.
UPDATE vendor_launches SET upload_id = %(upload_id)s::uuid WHERE id = %(launch_id)s AND state = 'finished';

-- set_taken --
-- Its result is with us: being imported, or waiting for someone to say what its columns are.
UPDATE vendor_launches SET state = 'taken', import_run_id = %(import_run_id)s, message = %(message)s,
    ended_at = coalesce(ended_at, now())
WHERE id = %(launch_id)s AND state = 'finished'
RETURNING id;

-- fetch_to_look_at --
-- Launches that live, the one first that was looked at the longest time ago. cancel: nobody wants it any more.
-- run_open: some worker still has it or will.
SELECT l.id, l.run_id, l.search_id, l.user_id, l.agent_id, l.state, l.container_id, l.mark_ms, l.sent_at IS NOT NULL AS sent,
    coalesce(extract(epoch FROM now() - l.sent_at), 0)::float8 AS sent_s, l.stopped_at IS NOT NULL AS stopped,
    coalesce(extract(epoch FROM now() - l.stopped_at), 0)::float8 AS stopped_s,
    coalesce(r.cancel_requested OR run_refused(r, 'edit') IS NOT NULL, false) AS cancel,
    coalesce(r.state IN ('queued', 'running'), false) AS run_open
FROM vendor_launches l LEFT JOIN runs r ON r.id = l.run_id
WHERE l.state IN ('launching', 'unknown', 'running')
ORDER BY l.looked_at NULLS FIRST, l.id LIMIT 200;

-- count_live --
-- How many launches there are to look at.
SELECT count(*) AS live FROM vendor_launches WHERE state IN ('launching', 'unknown', 'running');

-- fetch_containers_known --
-- Which of these containers a launch of ours is.
SELECT container_id FROM vendor_launches
WHERE agent_id = %(agent_id)s AND what = 'launch' AND id <> %(launch_id)s AND container_id = ANY (%(containers)s);

-- fetch_containers_taken --
-- Which of these containers' results a search has, or has under way.
SELECT DISTINCT l.container_id FROM vendor_launches l
WHERE l.search_id = %(search_id)s::uuid AND l.container_id = ANY (%(containers)s)
    AND l.id IS DISTINCT FROM %(launch_id)s::bigint AND (l.state = 'taken' OR (l.state = 'finished'
        AND EXISTS (SELECT FROM runs r WHERE r.id = l.run_id AND r.state IN ('queued', 'running', 'paused'))));

-- close_untaken --
-- Launches whose result nobody takes any more, since the run that should have has ended.
UPDATE vendor_launches l SET state = 'failed', message = %(message)s, ended_at = coalesce(l.ended_at, now())
FROM runs r WHERE r.id = l.run_id AND l.state = 'finished' AND r.state IN ('done', 'failed', 'cancelled');

-- reopen_ended --
-- Runs that wait for a launch that is over, or for its result to be had.
UPDATE runs r SET state = 'queued', finished_at = NULL, message = '', attempts = 0
FROM vendor_launches l
WHERE l.run_id = r.id AND r.kind = 'fetch' AND r.state = 'paused' AND l.state IN ('finished', 'failed', 'taken')
RETURNING r.id, r.kind, r.user_id;

-- fetch_of_search --
-- The newest launches of a search, for whoever may see it; one of them where an id is given.
SELECT l.id, l.run_id, l.agent_id, l.agent_name, l.what, l.source_url, l.state, l.container_id, l.vendor_status,
    l.progress, l.progress_label, l.message, l.exit_code, l.created_at, l.ended_at, l.import_run_id, l.schedule_id,
    l.began_ms, l.ended_ms, u.name AS user_name,
    -- A file that waits for its columns is its owner's.
    CASE WHEN l.state = 'taken' AND l.import_run_id IS NULL AND (l.user_id = %(actor)s OR %(role)s = 'admin')
        AND EXISTS (SELECT FROM uploads f WHERE f.id = l.upload_id) THEN l.upload_id::text END AS upload_id
FROM vendor_launches l JOIN users u ON u.id = l.user_id
JOIN searches s ON s.id = l.search_id AND search_visible(s, %(actor)s, %(role)s)
WHERE l.search_id = %(search_id)s::uuid
ORDER BY l.id DESC LIMIT %(limit)s;
