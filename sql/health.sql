-- fetch_worker_alive --
-- Whether a job worker gave a sign of life in the last seconds.
SELECT EXISTS (
    SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %(seconds)s)) AS alive;
