"""Brings a database to the newest schema. Forward only; safe to run twice or at once."""

from __future__ import annotations

from typing import Any

import psycopg
from procrastinate import schema as queue_schema
from psycopg import sql as pgsql
from psycopg.conninfo import conninfo_to_dict

import sql
from services.errors import Unavailable

MINIMUM_VERSION = 180000

_Q = sql.queries("migrate")


def migrate(owner_url: str, app_url: str) -> list[str]:
    """Apply what is missing as the owner, then grant the app's role its rights.

    Returns the file names that were applied. Raises Unavailable for a server that is too old
    or does not answer; nothing is half applied (one transaction).
    """
    app_role = conninfo_to_dict(app_url).get("user") or ""
    try:
        with psycopg.connect(owner_url, connect_timeout=5) as conn:
            return _migrate(conn, str(app_role))
    except psycopg.OperationalError as error:
        raise Unavailable("Postgres does not answer at DATABASE_OWNER_URL or DATABASE_URL.") from error


def _migrate(conn: psycopg.Connection, app_role: str) -> list[str]:
    version = _value(conn, _Q.server_version)
    if int(version) < MINIMUM_VERSION:
        raise Unavailable(f"PostgreSQL 18 or newer is needed; this server is {int(version) // 10000}.")
    conn.execute(_Q.lock)
    conn.execute(_Q.create_log)
    applied = {row[0] for row in conn.execute(_Q.fetch_applied)}
    new = []
    for number, name, text in sql.migrations():
        if number not in applied:
            conn.execute(text)
            conn.execute(_Q.insert_applied, {"number": number, "name": name})
            new.append(name)
    if not _value(conn, _Q.queue_exists):
        conn.execute(queue_schema.SchemaManager.get_schema())
    conn.execute(_Q.ensure_matching)
    if app_role and app_role != conn.info.user:
        conn.execute(pgsql.SQL(_Q.grant_app).format(role=pgsql.Identifier(app_role)))
    return new


def _value(conn: psycopg.Connection, query: str) -> Any:
    row = conn.execute(query).fetchone()
    return row[0] if row else None
