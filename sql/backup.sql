-- server_version --
-- 180006 for 18.6.
SELECT current_setting('server_version_num')::int AS version;

-- migrated --
-- Whether this database has SourcingX's tables.
SELECT to_regclass('schema_migrations') IS NOT NULL AS found;

-- hold_migrations --
-- No migration while a backup is made, and no backup while one goes on; several backups may.
SELECT pg_advisory_xact_lock_shared(hashtext('sourcingx migrations'));

-- export_snapshot --
-- The moment that this transaction sees, for pg_dump to see the same.
SELECT pg_export_snapshot() AS snapshot;

-- fetch_migrations --
-- What this database has had.
SELECT number, name FROM schema_migrations ORDER BY number;

-- count_holdings --
-- How much is in it, for people.
SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM searches) AS searches,
    (SELECT count(*) FROM profiles) AS people, (SELECT count(*) FROM candidates) AS candidates;

-- fetch_idle_extensions --
-- Those that nothing of ours needs: an empty database can do without, and only a superuser may add some of them.
SELECT e.extname AS name FROM pg_extension e
WHERE e.extname <> 'plpgsql' AND NOT EXISTS (
    SELECT FROM pg_depend part
    JOIN pg_depend used ON used.refclassid = part.classid AND used.refobjid = part.objid AND used.deptype = 'n'
    WHERE part.refclassid = 'pg_extension'::regclass AND part.refobjid = e.oid AND part.deptype = 'e'
        AND used.classid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass)
        AND NOT EXISTS (SELECT FROM pg_depend own
            WHERE own.classid = used.classid AND own.objid = used.objid AND own.deptype = 'e'));

-- takes_vectors --
-- Whether pgvector is in this database, or this role may add it.
SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector') OR (
    EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')
    AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)) AS found;

-- fetch_files --
-- The files that rows speak of, and whose they are. sha256 where it was noted when the file was written: an
-- archive's files are the only copy of what is in them. An upload of no bytes is being written.
SELECT storage_key AS key, 'upload' AS of, id::text AS id, bytes, '' AS sha256 FROM uploads WHERE bytes > 0
UNION ALL SELECT storage_key, 'export', id::text, bytes, '' FROM exports
UNION ALL SELECT f ->> 'key', 'archive', search_id::text, (f ->> 'bytes')::bigint, f ->> 'sha256'
    FROM archives, jsonb_array_elements(files) AS f;

-- insert_audit --
-- One line of the audit log, of nobody who is signed in.
INSERT INTO audit_log (action, subject, detail) VALUES (%(action)s, %(subject)s, %(detail)s);

-- fetch_target --
-- Where a backup would go: its name, who else is connected, whether anything is in it.
SELECT current_database() AS name,
    (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND usesysid IS NOT NULL) AS others,
    EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')) AS has_tables;

-- fetch_anything --
-- Whether a database with our tables holds anything that people made.
SELECT EXISTS (SELECT FROM users) OR EXISTS (SELECT FROM searches) OR EXISTS (SELECT FROM profiles) AS found;

-- begin --
-- Everything from here on, or nothing: whatever ends this before its last line leaves the database as it was.
-- SQLSTATEs instead of messages, which would quote rows.
\set ON_ERROR_STOP on
\set VERBOSITY sqlstate
-- What statements give is for nobody; what psql says by itself is for us.
\o /dev/null
BEGIN;
SET LOCAL lock_timeout = '10s';
SET LOCAL client_min_messages = error;
-- No migration meanwhile; and whoever gets this lock knows that the restore is over.
SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('sourcingx migrations'));

-- empty --
-- All that is in the schema and of no extension, whatever version it is of. Each kind's statements are made before the
-- first of them is done: CASCADE takes others along (a function that is written with another one's name in it), and
-- what is gone has no name that it could be dropped by, if it exists.
DO $empty$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY ARRAY(
        SELECT format('DROP %s IF EXISTS public.%I CASCADE',
            CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, c.relname)
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
            -- Columns that a table is partitioned by depend on it: objsubid.
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                AND d.objsubid = 0 AND d.deptype IN ('e', 'i', 'a')))
    LOOP
        EXECUTE statement;
    END LOOP;
    FOREACH statement IN ARRAY ARRAY(
        SELECT 'DROP ROUTINE IF EXISTS ' || p.oid::regprocedure::text || ' CASCADE'
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype IN ('e', 'i')))
    LOOP
        EXECUTE statement;
    END LOOP;
    FOREACH statement IN ARRAY ARRAY(
        SELECT 'DROP TYPE IF EXISTS ' || t.oid::regtype::text || ' CASCADE'
        FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace
            AND (t.typtype IN ('e', 'd', 'r')
                OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
            AND NOT EXISTS (
                SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype IN ('e', 'i')))
    LOOP
        EXECUTE statement;
    END LOOP;
END $empty$;

-- guard_transactions --
-- Numbers of transactions mean nothing in another server, whose own may be lower: everybody would look changed
-- after each list that is made there. While rows are loaded, a number from its future becomes this transaction's.
CREATE FUNCTION public.restore_of_transactions() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    NEW.changed_xid := least(NEW.changed_xid, pg_catalog.pg_current_xact_id());
    RETURN NEW;
END $guard$;
CREATE TRIGGER restore_of_transactions BEFORE INSERT ON public.candidates
FOR EACH ROW EXECUTE FUNCTION public.restore_of_transactions();

-- unguard_transactions --
-- All rows are there. The dump took the search path away, and triggers of the queue go by it.
SET LOCAL search_path = public, pg_temp;
DROP TRIGGER restore_of_transactions ON public.candidates;
DROP FUNCTION public.restore_of_transactions();

-- end_sessions --
-- Whoever was signed in when the backup was made is not now, and links of then lead nowhere.
UPDATE public.user_sessions SET revoked_at = now() WHERE revoked_at IS NULL;
DELETE FROM public.login_links WHERE used_at IS NULL;

-- pass_versions --
-- Lists and counts in Redis are kept by version: no version of before is ever counted up to again.
UPDATE public.searches SET data_version = data_version + extract(epoch FROM now())::bigint;

-- put_down_runs --
-- Jobs that were not over: those that only read and write here begin again from their checkpoints, by the next
-- worker that starts; the others wait for somebody who knows what came of them outside.
UPDATE public.runs SET lease_token = NULL, worker = NULL, heartbeat_at = NULL, attempts = 0, counts = counts - '_rate',
    state = CASE WHEN cancel_requested THEN 'cancelled' WHEN kind = ANY ({repeatable}::text[]) THEN 'queued'
        ELSE 'failed' END,
    message = CASE WHEN cancel_requested OR kind = ANY ({repeatable}::text[]) THEN message ELSE {reason} END,
    finished_at = CASE WHEN cancel_requested OR kind <> ALL ({repeatable}::text[]) THEN now() END
WHERE state IN ('queued', 'running');
DELETE FROM public.procrastinate_jobs;
DELETE FROM public.procrastinate_workers;

-- record_restore --
-- One line of the audit log.
INSERT INTO public.audit_log (action, subject, detail)
VALUES ('database.restore', {subject}, {detail}::jsonb);

-- say_ready --
-- All of it is done, by this transaction; what is left is to commit.
SELECT pg_catalog.pg_current_xact_id() AS transaction \gset
\echo ready :transaction

-- wait_for_restore --
-- Until a restore is over, one way or the other.
SELECT pg_advisory_xact_lock_shared(hashtext('sourcingx migrations'));

-- fetch_outcome --
-- What became of a transaction: committed or aborted.
SELECT pg_xact_status(%(transaction)s::text::xid8) AS status;

-- commit --
-- Nothing was in the database before this, and all of it is from here on.
COMMIT;
