-- What is fetched from PhantomBuster by the clock.

-- insert_schedule --
-- A schedule of a search's that the actor may change; no row otherwise.
INSERT INTO fetch_schedules (search_id, user_id, agent_id, agent_name, what, source_url, argument_name, every_hours, hour,
    zone, next_at)
SELECT s.id, %(actor)s, %(agent_id)s, %(agent_name)s, %(what)s, %(source_url)s, %(argument_name)s, %(every_hours)s,
    %(hour)s, %(zone)s, %(next_at)s
FROM searches s WHERE s.id = %(search_id)s::uuid AND search_editable(s, %(actor)s, %(role)s)
RETURNING id;

-- count_schedules --
-- How many a search has.
SELECT count(*) AS n FROM fetch_schedules WHERE search_id = %(search_id)s::uuid;

-- fetch_schedules --
-- A search's schedules, for whoever may see it; the oldest first.
SELECT f.id, f.agent_id, f.agent_name, f.what, f.source_url, f.every_hours, f.next_at, f.paused, f.last_run_id,
    f.last_at, f.missed, f.message, u.name AS user_name,
    search_editable(s, %(actor)s, %(role)s) AS may_change
FROM fetch_schedules f JOIN users u ON u.id = f.user_id
JOIN searches s ON s.id = f.search_id AND search_visible(s, %(actor)s, %(role)s)
WHERE f.search_id = %(search_id)s::uuid ORDER BY f.id LIMIT 100;

-- lock_schedule --
-- One that the actor may change, until it is changed; no row otherwise.
SELECT f.search_id, f.next_at, f.every_hours, f.hour, f.zone, now() AS now
FROM fetch_schedules f JOIN searches s ON s.id = f.search_id
WHERE f.id = %(schedule_id)s AND search_editable(s, %(actor)s, %(role)s) FOR UPDATE OF f;

-- set_paused --
-- Stops or goes on, when it is locked; from now on it is the actor's.
UPDATE fetch_schedules SET paused = %(paused)s, user_id = CASE WHEN %(paused)s THEN user_id ELSE %(actor)s END,
    message = '', missed = 0, next_at = %(next_at)s
WHERE id = %(schedule_id)s;

-- delete_schedule --
-- Forgets one; no row unless the actor may change the search.
DELETE FROM fetch_schedules f USING searches s
WHERE f.id = %(schedule_id)s AND s.id = f.search_id AND search_editable(s, %(actor)s, %(role)s)
RETURNING f.id, f.search_id;

-- claim_due --
-- One schedule whose time has come, locked until it is moved on; editable: its owner may still do this. Those of a deleted
-- search sleep, and go on as they were when it is back.
SELECT f.id, f.search_id, f.agent_id, f.agent_name, f.what, f.source_url, f.argument_name, f.every_hours, f.hour,
    f.zone, f.next_at, now() AS now, f.missed,
    u.id AS user_id, u.role, u.name, u.disabled_at IS NULL AND search_editable(s, u.id, u.role) AS editable
FROM fetch_schedules f JOIN users u ON u.id = f.user_id JOIN searches s ON s.id = f.search_id
WHERE NOT f.paused AND f.next_at <= now() AND s.deleted_at IS NULL
ORDER BY f.next_at, f.id LIMIT 1 FOR UPDATE OF f SKIP LOCKED;

-- move_on --
-- The next time that lies ahead.
UPDATE fetch_schedules SET next_at = %(next_at)s,
    last_run_id = coalesce(%(run_id)s, last_run_id), last_at = now(), missed = %(missed)s, message = %(message)s,
    paused = %(paused)s
WHERE id = %(schedule_id)s;
