-- create_log --
-- The table of what has been applied; made before anything else.
CREATE TABLE IF NOT EXISTS schema_migrations (
    number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());

-- lock --
-- One migrator at a time; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(hashtext('sourcingx migrations'));

-- fetch_applied --
-- Numbers already applied.
SELECT number FROM schema_migrations ORDER BY number;

-- insert_applied --
-- Remember one migration.
INSERT INTO schema_migrations (number, name) VALUES (%(number)s, %(name)s);

-- server_version --
-- 180006 for 18.6.
SELECT current_setting('server_version_num')::int AS version;

-- queue_exists --
-- Whether the job queue's tables are there.
SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS found;

-- ensure_matching --
-- What needs pgvector, which may have been installed since; nothing on a schema that is older than that.
DO $ensure$ BEGIN
    IF to_regproc('ensure_matching') IS NOT NULL THEN
        PERFORM ensure_matching();
    END IF;
    IF to_regproc('ensure_vectors_tell') IS NOT NULL THEN
        PERFORM ensure_vectors_tell();
    END IF;
END $ensure$;

-- grant_app --
-- What the app's role may do: everything with rows, nothing with tables.
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
REVOKE UPDATE, DELETE, TRUNCATE ON audit_log, ai_decisions FROM {role};
-- What was spent stays spent, and who rejected by score stays known.
REVOKE UPDATE, DELETE, TRUNCATE ON api_usage, score_rejections FROM {role};
REVOKE DELETE, TRUNCATE ON usage_totals FROM {role};
-- The ledger: a line is written once, and then only closed.
REVOKE UPDATE, DELETE, TRUNCATE ON exclusions FROM {role};
GRANT UPDATE (restored_at, restored_by, restored_as) ON exclusions TO {role};
-- Who was erased stays erased, and known by the same key.
DO $revoke$ BEGIN
    -- A backup of before there were any is migrated in steps.
    IF to_regclass('erasure_marks') IS NOT NULL THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON erasures, erasure_marks, suppression_key FROM {role};
    END IF;
END $revoke$;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON schema_migrations FROM {role};
-- Vacuum after bulk writes (15 MAINTAIN, Postgres 17+): keeps index-only scans index-only.
GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {role};
