"""What admins see of a running install: processes, the queue, what failed, keys, slow queries.

Every function raises Forbidden for anyone who is no admin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors

import sql
from services import config, db
from services.access import identity
from services.access.accounts import must_be_admin
from services.access.identity import Actor
from services.cache import CacheDown
from services.config import Settings
from services.enrichment import launches, vendor_budget
from services.errors import BadInput, Conflict, Unavailable
from services.operations import process_figures
from services.operations.process_figures import ProcessFigures
from services.runs import jobs
from services.runtime import Runtime
from services.vendors import openai_check
from services.vendors.vendor_errors import VendorError

NO_STATEMENTS = (
    "This Postgres does not count its statements. Put pg_stat_statements into shared_preload_libraries, "
    "restart it, and add the extension of that name to this database."
)

UNTRIED = "This interface has no call that costs nothing, so the key cannot be tried."
# Secrets that others have given us, besides their API keys.
OTHER_KEYS = ("GOOGLE_SERVICE_ACCOUNT", "OIDC_CLIENT_SECRET")

_Q = sql.queries("operations")
_M = sql.queries("metrics")


@dataclass(frozen=True)
class Queue:
    """Runs that have not ended: (kind, state, how many, seconds of the oldest). dead: see dead_letters()."""

    open: list[tuple[str, str, int, float]]
    silence_s: float | None


@dataclass(frozen=True)
class Key:
    """A secret of a vendor. origin: "environment", "file" or "" where it is not set. Never its value."""

    name: str
    help: str
    origin: str
    testable: bool


def processes(rt: Runtime, actor: Actor) -> list[ProcessFigures] | None:
    """Every web and job worker of every host; None when Redis, through which they tell, does not answer."""
    must_be_admin(actor)
    try:
        return process_figures.processes(rt)
    except CacheDown:
        return None


def queue(rt: Runtime, actor: Actor) -> Queue:
    """What waits and what goes on; silence_s: since a job worker's last sign of life, None where none is."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        found = db.rows(conn, _M.fetch_queue)
        silence = db.one(conn, _M.fetch_silence)
    return Queue(
        [(r["kind"], r["state"], r["runs"], r["oldest_s"]) for r in found], silence["seconds"] if silence else None
    )


def dead_letters(rt: Runtime, actor: Actor) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """(runs that failed in the last 30 days, calls to the model that were given up); at most 100 each."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        runs = [{**r, "may_retry": r["may_retry"] and r["kind"] in jobs.KINDS} for r in db.rows(conn, _Q.fetch_dead)]
        return list(runs), list(db.rows(conn, _Q.fetch_dead_items))


def retry(rt: Runtime, actor: Actor, run_id: int) -> None:
    """A failed run goes on from its checkpoint, as the person who started it. Raises Conflict."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.retry_run, {"run_id": run_id})
        if row is None:
            raise Conflict("This job did not fail, was tried again already, or its search is archived or deleted.")
        jobs.enqueue(conn, run_id, row["kind"], row["user_id"])
        identity.audit(conn, actor, "run.retry", str(run_id), kind=row["kind"])


def slow_queries(rt: Runtime, actor: Actor) -> list[Mapping[str, Any]] | None:
    """The 20 statements that took most time in all: query, calls, mean_ms, max_ms, total_ms, rows.
    None where the server does not count them."""
    must_be_admin(actor)
    try:
        with rt.db.connection() as conn:
            return list(db.rows(conn, _Q.fetch_slow))
    except (errors.UndefinedTable, errors.ObjectNotInPrerequisiteState, errors.InsufficientPrivilege):
        return None
    except psycopg.ProgrammingError:
        # An older version of the extension, with other columns.
        return None


def keys(rt: Runtime, actor: Actor) -> list[Key]:
    """Keys of vendors and of the identity provider: whether and whence, never what."""
    must_be_admin(actor)
    return [
        Key(setting.name, setting.help, config.origin(setting, rt.settings), setting.name in CHECKS)
        for setting in config.SETTINGS
        if setting.secret and (setting.name.endswith("_API_KEY") or setting.name in OTHER_KEYS)
    ]


def check_key(rt: Runtime, actor: Actor, name: str) -> str:
    """Ask the vendor whether the key works, by a call that costs nothing; what it says, in a sentence.

    Raises BadInput when the key is not set or cannot be tried, Unavailable when the vendor does not answer.
    """
    must_be_admin(actor)
    check = CHECKS.get(name)
    if check is None:
        raise BadInput("This key cannot be tried.")
    if not getattr(rt.settings, name.lower()):
        raise BadInput(f"{name} is not set. Set it, or {name}_FILE, and restart.")
    return check(rt.settings)


def _check_openai(s: Settings) -> str:
    return openai_check.check(s.openai_base_url, s.openai_api_key, s.openai_model)


def _check_enricher(vendor: str) -> Callable[[Settings], str]:
    """What the account has left, which costs nothing to ask."""

    def check(s: Settings) -> str:
        # Not every web process is ever asked for this, and the client is heavy.
        from services.enrichment.enrichment_vendors import client_of

        try:
            with closing(client_of(s, vendor)) as client:
                left = client.credits_left()
        except VendorError as error:
            raise (Unavailable if error.retryable else BadInput)(error.message) from None
        return UNTRIED if left is None else f"The key works: {left:,} credits left."

    return check


def _check_phantombuster(s: Settings) -> str:
    with launches.connect(s, launches.PATIENCE_S) as client:
        agents, most = len(client.agents()), client.parallelism()
    at_once = f" At most {most:,} run at once." if most else ""
    return f"The key works. Agents of the account: {agents:,}.{at_once}"


# A new vendor's check is one line here.
CHECKS: dict[str, Callable[[Settings], str]] = {
    "OPENAI_API_KEY": _check_openai,
    "CRUSTDATA_API_KEY": _check_enricher(vendor_budget.CRUSTDATA),
    "SALESQL_API_KEY": _check_enricher(vendor_budget.SALESQL),
    "PHANTOMBUSTER_API_KEY": _check_phantombuster,
}
