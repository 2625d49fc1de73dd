#!/bin/bash
# Once, on an empty data folder: two roles, a database that the first one owns, and extensions that only a
# superuser may add. The passwords come from files and stand in no command line.
set -euo pipefail
psql -v ON_ERROR_STOP=1 --username postgres <<SQL
CREATE ROLE sourcingx_owner LOGIN PASSWORD '$(cat /run/secrets/owner_password)';
CREATE ROLE sourcingx_app LOGIN PASSWORD '$(cat /run/secrets/app_password)';
CREATE DATABASE sourcingx OWNER sourcingx_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE sourcingx FROM PUBLIC;
GRANT CONNECT ON DATABASE sourcingx TO sourcingx_app;
\connect sourcingx
CREATE EXTENSION pg_trgm;
CREATE EXTENSION unaccent;
CREATE EXTENSION vector;
CREATE EXTENSION pg_stat_statements;
SQL
