"""What the app's role of the database may do, and what it may not whatever the code does."""

from __future__ import annotations

import psycopg
import pytest

from services.access import identity
from services.access.identity import Actor
from services.runtime import Runtime
from services.servers.servers import ServerUrls

APPEND_ONLY = ("audit_log", "ai_decisions")


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET user_id = 1", "DELETE FROM {}", "TRUNCATE {}", "ALTER TABLE {} ADD COLUMN x int", "DROP TABLE {}"],
)
def test_what_was_written_down_stays(rt: Runtime, alice: Actor, table: str, statement: str) -> None:
    with rt.db.connection() as conn:
        identity.audit(conn, alice, "test")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), rt.db.connection() as conn:
        conn.execute(statement.format(table))
    with rt.db.connection() as conn:
        assert conn.execute("SELECT action FROM audit_log").fetchall() == [{"action": "test"}]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (x int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1",
        "CREATE EXTENSION dblink",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "ALTER TABLE users ADD COLUMN x int",
        "ALTER FUNCTION search_visible(searches, bigint, text) OWNER TO CURRENT_USER",
        "INSERT INTO schema_migrations (number, name) VALUES (9999, 'x')",
        "DELETE FROM schema_migrations",
        "SET ROLE sourcingx_owner",
        "SELECT * FROM pg_authid",
        "COPY users TO '/tmp/users'",
        "COPY users TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "GRANT ALL ON users TO PUBLIC",
    ],
)
def test_the_apps_role_does_rows_and_nothing_else(database: ServerUrls, statement: str) -> None:
    with psycopg.connect(database.database_url, autocommit=True) as conn:
        if statement.startswith("GRANT"):
            # Postgres only warns; what matters is that nothing was granted.
            conn.execute(statement)
            found = conn.execute("SELECT has_table_privilege('pg_monitor', 'users', 'SELECT')").fetchone()
            assert found == (False,)
            return
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
            conn.execute(statement)


def test_no_role_of_ours_is_a_superuser_or_makes_others(database: ServerUrls) -> None:
    for url in (database.database_url, database.database_owner_url):
        with psycopg.connect(url) as conn:
            found = conn.execute(
                "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles"
                " WHERE rolname = current_user"
            ).fetchone()
        assert found == (False, False, False, False, False)


def test_every_table_is_the_owners_and_every_one_can_be_used(database: ServerUrls) -> None:
    """A table of a new migration needs no line of its own: rights are given after each."""
    with psycopg.connect(database.database_url) as conn:
        found = conn.execute(
            "SELECT c.relname, pg_get_userbyid(c.relowner), has_table_privilege(c.oid, 'SELECT')"
            " FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
        ).fetchall()
    assert len(found) > 30
    assert {owner for _, owner, _ in found} == {"sourcingx_owner"}
    assert [name for name, _, readable in found if not readable] == []


def test_functions_run_with_the_rights_of_who_calls_them_but_few(database: ServerUrls) -> None:
    with psycopg.connect(database.database_url) as conn:
        found = conn.execute(
            "SELECT proname, proconfig FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY proname"
        ).fetchall()
    # Each does one thing, named in its migration, and finds nothing of the caller's by name.
    assert [name for name, _ in found] == [
        "add_embedding_partition", "delete_changes_of_batches", "delete_exclusions_of_candidates",
        "delete_exclusions_of_rules", "drop_embedding_model", "forget_decisions", "move_exclusion", "move_exclusions",
        "sort_in_search_words",
    ]  # fmt: skip
    assert all(any(line.startswith("search_path=") for line in config) for _, config in found)
