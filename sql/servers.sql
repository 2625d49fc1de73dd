-- data_directory --
-- Which data this server serves.
SELECT current_setting('data_directory') AS path;

-- role_exists --
-- Whether a role is there.
SELECT 1 FROM pg_roles WHERE rolname = %(name)s;

-- create_role --
-- A role that may sign in and nothing else.
CREATE ROLE {name} LOGIN;

-- database_exists --
-- Whether a database is there.
SELECT 1 FROM pg_database WHERE datname = %(name)s;

-- create_database --
-- An empty database of the owner's.
CREATE DATABASE {name} OWNER {owner};

-- copy_database --
-- A database as it stands in another one, which nobody may be using. Copied file by file: through the log takes longer.
CREATE DATABASE {name} OWNER {owner} TEMPLATE {template} STRATEGY file_copy;

-- drop_database --
-- Remove a database, whoever is still connected.
DROP DATABASE IF EXISTS {name} WITH (FORCE);

-- extension_available --
-- Whether the server ships an extension.
SELECT 1 FROM pg_available_extensions WHERE name = %(name)s;

-- create_extension --
-- Extensions that only a superuser may add.
CREATE EXTENSION IF NOT EXISTS {name};
