"""A database with something of everything in it, empty ones to restore into, and a way to compare them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql as pgsql

import sql
from services.access import identity
from services.access.identity import Actor
from services.config import Settings
from services.exports import export_run, exports
from services.grid.grid_view import View
from services.imports import uploads
from services.runs import jobs
from services.runtime import Runtime
from services.servers.servers import Servers
from services.storage import Storage
from tests.archives import archive, full_search, work
from tests.embedding import embed, quick_model

# What a restore changes on purpose: sign-ins end, versions move on, open jobs are put down, one line is added.
CHANGED = {"user_sessions", "login_links", "runs", "procrastinate_jobs", "procrastinate_workers",
           "procrastinate_events", "audit_log"}  # fmt: skip
assert export_run


def furnish(rt: Runtime, owner: Actor) -> dict[str, Any]:
    """Two searches, one of them archived, an export, an upload, a sign-in, another name of a company, vectors."""
    kept, away = full_search(rt, owner), full_search(rt, owner, 40, seed=2)
    archive(rt, owner, away)
    with rt.db.connection() as conn:
        conn.execute(
            "INSERT INTO aliases (holds, name, same_as, user_id) VALUES ('companies', 'Alphabet Inc', 'Google', %s)",
            [owner.user_id],
        )
    params = exports.read_params(View.of(kept), None, {"all": True}, "csv", None)
    with rt.db.connection() as conn:
        run_id = jobs.start_run(conn, owner, "export", str(kept), params)
    assert work(rt, run_id)["state"] == "done"
    with quick_model():
        embed(rt, owner)
    key = Storage.new_key()
    size = Storage.of(rt.settings).save_stream(key, [b"name\nAda Example\n"], 1000)
    uploads.record_upload(rt, owner, "people.csv", size, key)
    token = identity.sign_in_with_link(rt, identity.make_login_link(rt, "alice@example.com"))
    return {"kept": kept, "away": away, "export": exports.export_of_run(rt, run_id), "token": token}


@contextmanager
def empty_database(servers: Servers, settings: Settings, home: Path, *, vectors: bool = True) -> Iterator[Settings]:
    """A database of the owner's without any table, and a home of its own: another machine. vectors: it has pgvector."""
    assert servers.postgres is not None
    name = f"empty_{uuid.uuid4().hex}"
    with psycopg.connect(servers.urls.superuser_url, autocommit=True) as conn:
        servers.postgres.create_database(conn, name)
    if vectors:
        with psycopg.connect(servers.postgres.url("postgres", name), autocommit=True) as conn:
            conn.execute("CREATE EXTENSION vector")
    url = servers.postgres.url("sourcingx_app", name)
    home.mkdir()
    try:
        yield replace(
            settings,
            home=home,
            database_url=url,
            database_direct_url=url,
            database_owner_url=servers.postgres.url("sourcingx_owner", name),
        )
    finally:
        with psycopg.connect(servers.urls.superuser_url, autocommit=True) as conn:
            conn.execute(pgsql.SQL(sql.queries("servers").drop_database).format(name=pgsql.Identifier(name)))


def ask(settings: Settings, query: str, *params: Any) -> list[tuple[Any, ...]]:
    """As the owner."""
    with psycopg.connect(settings.database_owner_url) as conn:
        cursor = conn.execute(query, params)
        return cursor.fetchall() if cursor.description else []


def contents(settings: Settings) -> dict[str, str | None]:
    """A checksum of every table's rows."""
    tables = [row[0] for row in ask(settings, """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'""")]  # fmt: skip
    found: dict[str, str | None] = {}
    for name in set(tables) - CHANGED:
        line = "to_jsonb(t) - 'data_version'" if name == "searches" else "t"
        ((found[name],),) = ask(
            settings,
            f"SELECT md5(coalesce(string_agg(({line})::text, E'\\n' ORDER BY ({line})::text), '')) FROM {name} t",
        )
    return found


def rights(settings: Settings) -> list[tuple[Any, ...]]:
    """Who may do what with tables and functions, and how functions find their way."""
    return ask(settings, """
        SELECT relname::text, ARRAY(SELECT a::text FROM unnest(relacl) AS a ORDER BY 1), NULL
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
        UNION ALL SELECT oid::regprocedure::text, coalesce(proacl::text[], '{}'), proconfig::text
        FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
        UNION ALL SELECT attrelid::regclass || '.' || attname, attacl::text[], NULL
        FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid::regclass::text !~ '\\.' ORDER BY 1""")  # fmt: skip


def stored(settings: Settings) -> dict[str, bytes]:
    """Every file under SOURCINGX_HOME/storage, by its name."""
    folder = settings.home / "storage"
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} if folder.exists() else {}
