-- fetch_queue --
-- Runs that wait or go on: how many of each kind, and for how many seconds the oldest has.
SELECT kind, state, count(*)::int AS runs,
    extract(epoch FROM now() - min(CASE WHEN state = 'queued' THEN created_at ELSE coalesce(started_at, created_at) END)
        )::float8 AS oldest_s
FROM runs WHERE state IN ('queued', 'running', 'paused') GROUP BY kind, state ORDER BY kind, state;

-- fetch_dead --
-- Runs that failed and wait for someone to look at them.
SELECT count(*)::int AS runs FROM runs WHERE state = 'failed' AND finished_at > now() - interval '30 days';

-- fetch_silence --
-- Seconds since the last sign of life of any job worker; null when none is there.
SELECT extract(epoch FROM now() - max(last_heartbeat))::float8 AS seconds FROM procrastinate_workers;
