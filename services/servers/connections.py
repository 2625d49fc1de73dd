"""How many Postgres connections the processes of one host may open, against what the server gives.

Pools grow with the load: sizes that do not fit are noticed on the busiest day, as errors. So they
are added up when something starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import psycopg
from psycopg.rows import dict_row

import sql
from services.config import Settings
from services.errors import BadInput

# A web worker's threads hold at most one each; two more for its housekeeping.
SPARE = 2
# Procrastinate's own pool, see services/runs/worker.py.
QUEUE_POOL = 4
# Migrations, backups, commands and someone's psql.
FOR_OTHERS = 3
# A reload (HUP) starts all new web workers before the old ones have finished what they have.
GENERATIONS = 2

Kind = Literal["web", "worker"]
KINDS: tuple[Kind, ...] = ("web", "worker")

_Q = sql.queries("connections")


@dataclass(frozen=True)
class Demand:
    """Connections that one host's processes may open: web workers together, old and new ones of a reload, and the
    job worker."""

    web: int
    worker: int

    @property
    def total(self) -> int:
        return self.web + self.worker


@dataclass(frozen=True)
class Room:
    """What a server gives: `most` to this role, of its max_connections."""

    most: int
    max_connections: int


def pool_size(settings: Settings, kind: str) -> int:
    """Most connections of one process of a kind (web or worker)."""
    if kind == "worker":
        return settings.job_concurrency * 2 + SPARE
    return settings.web_pool or settings.web_threads + SPARE


def demand(settings: Settings, kinds: tuple[Kind, ...] = KINDS) -> Demand:
    """What the processes of these kinds may open on this host."""
    return Demand(
        web=GENERATIONS * settings.web_workers * pool_size(settings, "web") if "web" in kinds else 0,
        worker=pool_size(settings, "worker") + QUEUE_POOL if "worker" in kinds else 0,
    )


def room(url: str) -> Room | None:
    """What the server at a URL gives; None when it does not answer."""
    try:
        with psycopg.connect(url, connect_timeout=5, row_factory=dict_row) as conn:
            row = conn.execute(_Q.fetch_limit).fetchone()
    except psycopg.OperationalError:
        return None
    return Room(row["most"], row["max_connections"]) if row else None


def shortage(settings: Settings, found: Room, kinds: tuple[Kind, ...] = KINDS) -> str | None:
    """What is too much and what to do about it; None when all fits."""
    need = demand(settings, kinds)
    if need.total + FOR_OTHERS <= found.most:
        return None
    parts = []
    if need.web:
        parts.append(
            f"{settings.web_workers} web workers of {pool_size(settings, 'web')} connections, "
            "and as many new ones during a reload,"
        )
    if need.worker:
        parts.append(f"a job worker of {need.worker}")
    raised = found.max_connections + need.total + FOR_OTHERS - found.most
    return (
        f"{' and '.join(parts)} can open {need.total}, and {FOR_OTHERS} are kept for migrations and backups, "
        f"but Postgres gives this role {found.most}: lower WEB_WORKERS, WEB_THREADS, WEB_POOL or JOB_CONCURRENCY, "
        f"or raise max_connections to {raised} (and any limit of the role or database)."
    )


def must_fit(settings: Settings, kinds: tuple[Kind, ...] = KINDS) -> None:
    """Raises BadInput when the pools of this host cannot all be filled.

    A server that is away is no reason not to start. Behind a pooler (DATABASE_DIRECT_URL is another
    server than DATABASE_URL) the pooler's own limit counts, which it alone knows.
    """
    if pooled(settings):
        return
    found = room(settings.database_url)
    if found is not None and (problem := shortage(settings, found, kinds)):
        raise BadInput(problem)


def pooled(settings: Settings) -> bool:
    """Whether a pooler stands between the pools and Postgres."""
    return bool(settings.database_direct_url) and settings.database_direct_url != settings.database_url
