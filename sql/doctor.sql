-- server_version --
-- 180006 for 18.6.
SELECT current_setting('server_version_num')::int AS version;

-- is_superuser --
-- Whether this role may do anything, which the app's must not.
SELECT rolsuper AS found FROM pg_roles WHERE rolname = current_user;

-- missing_extensions --
-- Those of a list that the server does not ship.
SELECT wanted FROM unnest(%(names)s::text[]) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = wanted);

-- migrated --
-- Whether any migration was applied.
SELECT to_regclass('schema_migrations') IS NOT NULL AS found;

-- count_applied --
-- How many migrations this database has had.
SELECT count(*)::int AS applied FROM schema_migrations;

-- may_rewrite_audit --
-- Whether this role may change what the audit log says.
SELECT coalesce(has_table_privilege(to_regclass('audit_log')::oid, 'UPDATE, DELETE'), false) AS found;

-- statements_are_counted --
-- Whether pg_stat_statements can be asked in this database.
SELECT to_regclass('pg_stat_statements') IS NOT NULL AS found;
