"""`sourcingx doctor`: what is missing or set wrongly, each in one sentence that says what to do."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
import redis

import sql
from services.config import Settings
from services.config_checks import is_safe_address
from services.errors import ProductError
from services.matching import embedding_local
from services.matching.matching_state import endpoint_of
from services.servers import connections, run_state
from services.servers.migrate import MINIMUM_VERSION
from services.servers.servers import attached
from services.servers.supervisor import base_url
from services.spending import prices
from services.vendors.oidc_client import OidcClient, ProviderDown, ProviderMisset

NO_VECTOR_TABLES = (
    "pgvector is not in the database, or older than 0.8: matching is off. Have a superuser add the extension vector"
    " there, then run sourcingx migrate."
)

_Q = sql.queries("doctor")
_E = sql.queries("embeddings")
_FREE_BYTES = 2_000_000_000
_SHORTEST_KEY = 32
_EXTENSIONS = ["pg_trgm", "unaccent", "vector"]


@dataclass(frozen=True)
class Finding:
    """One sentence; `wrong` = something has to be done."""

    wrong: bool
    text: str


def examine() -> list[Finding]:
    """Everything that can be checked, problems in the order in which to mend them."""
    try:
        settings = Settings.from_env()
    except ProductError as error:
        return [Finding(True, error.message)]
    findings = [*_machine(settings)]
    try:
        with attached(settings) as (ready, _):
            for name, url in (("DATABASE_URL", settings.database_url), ("REDIS_URL", settings.redis_url)):
                if not url:
                    text = f"{name} is not set: the embedded server is used, with data in {settings.home}."
                    findings.append(Finding(False, text))
            findings += [*_postgres(ready, embedded=not settings.database_url), *_redis(ready)]
    except ProductError as error:
        findings.append(Finding(True, error.message))
    return [*findings, *_features(settings)]


def _machine(settings: Settings) -> Iterator[Finding]:
    place = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        yield Finding(True, f"{place} cannot be written: set SOURCINGX_HOME to a folder that can.")
    free = shutil.disk_usage(place).free
    if free < _FREE_BYTES:
        yield Finding(True, f"Only {free / 1e9:.1f} GB are free at {place}: make room, at least 2 GB.")
    if run_state.running(settings.home) is None and settings.port and _taken(settings) and not _is_ours(settings):
        yield Finding(True, f"Port {settings.port} on {settings.host} is taken: set PORT to another one.")
    if settings.secret_key and len(settings.secret_key) < _SHORTEST_KEY:
        yield Finding(True, f"SECRET_KEY is shorter than {_SHORTEST_KEY} characters: set a long random one.")
    exposed = settings.host not in {"127.0.0.1", "localhost", "::1"}
    if exposed and settings.database_url and not settings.secret_key:
        yield Finding(
            False, "SECRET_KEY is not set: one is made for this machine alone; several machines need the same."
        )
    if exposed and settings.database_url and not settings.suppression_key:
        yield Finding(
            False,
            "SUPPRESSION_KEY is not set: one is made for this machine alone, and erased people are known again by it "
            "only. Several machines, and a restore elsewhere, need the same.",
        )


def _taken(settings: Settings) -> bool:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError:
        return True
    return False


def _is_ours(settings: Settings) -> bool:
    """Whether it is SourcingX itself that listens there: `sourcingx web`, as in a container."""
    host = base_url(settings).removeprefix("http://").rsplit(":", 1)[0]
    try:
        with closing(http.client.HTTPConnection(host, settings.port, timeout=1)) as connection:
            connection.request("GET", "/healthz")
            return bool(json.loads(connection.getresponse().read()) == {"status": "ok"})
    except (OSError, http.client.HTTPException, ValueError):
        return False


def _postgres(settings: Settings, *, embedded: bool) -> Iterator[Finding]:
    try:
        with psycopg.connect(settings.database_url, connect_timeout=5) as conn:
            if too_old := _version(int(_value(conn, _Q.server_version))):
                yield too_old
                return
            if _value(conn, _Q.is_superuser):
                yield Finding(
                    False, "DATABASE_URL is a superuser: give the app a role of its own, see docs/settings.md."
                )
            missing = _lacking(conn, _EXTENSIONS)
            for name in sorted(missing - {"vector"}):
                yield Finding(True, f"The Postgres server lacks the extension {name}: install postgresql-contrib.")
            if "vector" in missing:
                yield Finding(False, "The Postgres server lacks pgvector: matching is off.")
            elif _value(conn, _Q.migrated) and not _value(conn, _E.is_possible):
                yield Finding(False, NO_VECTOR_TABLES)
            yield from _rights(conn)
            applied = int(_value(conn, _Q.count_applied)) if _value(conn, _Q.migrated) else 0
            behind = len(sql.migrations()) - applied
            # An embedded database is migrated by every command that uses it.
            if behind > 0 and not embedded:
                yield Finding(True, f"{behind} migrations are not applied: run sourcingx migrate.")
            if behind < 0:
                yield Finding(True, "The database is of a newer version of SourcingX: install that version.")
    except psycopg.OperationalError:
        yield Finding(True, "Postgres does not answer at DATABASE_URL: check host, user, password and pg_hba.conf.")
    except psycopg.Error as error:
        yield Finding(True, f"DATABASE_URL is not usable ({type(error).__name__}).")
    for name, url, why in (
        ("DATABASE_OWNER_URL", settings.database_owner_url, "migrations need"),
        ("DATABASE_DIRECT_URL", settings.database_direct_url, "the job worker needs"),
    ):
        if url not in ("", settings.database_url):
            try:
                psycopg.connect(url, connect_timeout=5).close()
            except psycopg.Error:
                yield Finding(True, f"Postgres does not answer at {name}, which {why}.")
    yield from _connections(settings)


def _version(version: int) -> Finding | None:
    if version >= MINIMUM_VERSION:
        return None
    return Finding(True, f"PostgreSQL 18 or newer is needed; DATABASE_URL is {version // 10000}.")


def _lacking(conn: psycopg.Connection, names: list[str]) -> set[str]:
    return {row[0] for row in conn.execute(_Q.missing_extensions, {"names": names})}


def _rights(conn: psycopg.Connection) -> Iterator[Finding]:
    if _value(conn, _Q.may_rewrite_audit) and not _value(conn, _Q.is_superuser):
        yield Finding(
            False, "DATABASE_URL's role owns the tables, so the audit log is not append-only: see docs/settings.md."
        )
    if not _value(conn, _Q.statements_are_counted):
        yield Finding(
            False, "pg_stat_statements is not there: the admin page shows no slow queries. To have them, put it into"
            " shared_preload_libraries and create the extension.")  # fmt: skip


def _connections(settings: Settings) -> Iterator[Finding]:
    if connections.pooled(settings):
        need = connections.demand(settings)
        yield Finding(False, f"Behind a pooler: it must take {need.total - connections.QUEUE_POOL} connections of us.")
        return
    found = connections.room(settings.database_url)
    if found is not None and (problem := connections.shortage(settings, found)):
        yield Finding(True, problem)


def _redis(settings: Settings) -> Iterator[Finding]:
    try:
        with redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2) as client:
            policy = str(client.info("memory").get("maxmemory_policy", ""))
    except (redis.RedisError, ValueError):
        yield Finding(True, "Redis does not answer at REDIS_URL: pages work without it, but slower.")
        return
    if not policy.startswith("allkeys"):
        yield Finding(False, f"Redis has maxmemory-policy {policy}: set allkeys-lru, all it holds may be dropped.")


def _features(settings: Settings) -> Iterator[Finding]:
    if not settings.openai_api_key:
        yield Finding(False, "OPENAI_API_KEY is not set: screening is off.")
    elif settings.openai_model not in {*prices.KNOWN, *prices.read_table(settings.openai_prices)}:
        yield Finding(False, f"The price of {settings.openai_model} is not known: screening cannot keep a budget. Set"
                             " OPENAI_PRICES (docs/settings.md).")  # fmt: skip
    if settings.embedding_provider == "off":
        yield Finding(False, "EMBEDDING_PROVIDER is off: matching is off.")
    elif settings.embedding_provider == "openai" and not endpoint_of(settings)[1]:
        yield Finding(False, "EMBEDDING_PROVIDER is openai, and there is no EMBEDDING_API_KEY: matching is off.")
    elif settings.embedding_provider == "local" and not embedding_local.is_installed():
        yield Finding(True, embedding_local.NOT_INSTALLED)
    if settings.openai_api_key and not is_safe_address(settings.openai_base_url):
        yield Finding(
            False, "OPENAI_BASE_URL is no https address: key and profiles can be read on the way. Keep it to a network"
            " of your own.")  # fmt: skip
    if not settings.metrics_token:
        yield Finding(False, "METRICS_TOKEN is not set: there is no /metrics.")
    if settings.oidc_issuer and (problem := _provider(settings)):
        yield Finding(True, problem)


def _provider(settings: Settings) -> str:
    """Why nobody can sign in by the identity provider, or ""."""
    try:
        OidcClient(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret).metadata()
    except ProviderMisset as error:
        what = (
            "calls itself otherwise: set OIDC_ISSUER to what it says" if str(error) == "issuer" else f"has no {error}"
        )
        return f"The provider at OIDC_ISSUER {what}."
    except ProviderDown:
        return "The provider at OIDC_ISSUER does not answer: check the address, and that this machine may reach it."
    return ""


def _value(conn: psycopg.Connection, query: str) -> Any:
    row = conn.execute(query).fetchone()
    return row[0] if row else None
