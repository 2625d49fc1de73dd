-- fetch_limit --
-- How many connections this role can have on this server, and how many it has now.
SELECT least(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
            - current_setting('reserved_connections')::int,
        (SELECT CASE WHEN rolconnlimit >= 0 THEN rolconnlimit END FROM pg_roles WHERE rolname = current_user),
        (SELECT CASE WHEN datconnlimit >= 0 THEN datconnlimit END FROM pg_database WHERE datname = current_database())
    )::int AS most,
    current_setting('max_connections')::int AS max_connections;
