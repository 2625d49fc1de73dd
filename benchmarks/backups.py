"""R7: backup → restore → compare, and what each takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
from psycopg.rows import dict_row

import sql
from benchmarks.measure import Figure
from benchmarks.stage import Stage
from services.backups import backup, backup_restore
from services.config import Settings
from services.demo import synthetic

SEED = 79

_Q = sql.queries("benchmarks")


def figures(stage: Stage) -> Iterator[Figure]:
    """On servers of its own: a database of synthetic people, restored into an empty one beside it."""
    people = 10_000 if stage.quick else 200_000
    with Stage(quick=True) as own:
        synthetic.generate(own.rt, own.actor, people, "Backup", seed=SEED)
        began = time.monotonic()
        path, manifest = backup.make(own.settings, own.settings.home / "backups", "benchmark")
        made = time.monotonic()
        elsewhere = _elsewhere(own)
        backup_restore.restore(elsewhere, path)
        restored = time.monotonic()
        before, after = _digest(own.settings), _digest(elsewhere)
    differ = sum(before[name] != after[name] for name in before)
    yield Figure(
        "R7", f"backup -> restore of {people:,} people: content that differs = 0", differ, "", differ == 0, n=people,
        note=f"backup {made - began:.1f} s, {manifest.bytes / 1e6:.0f} MB; restore {restored - made:.1f} s",
    )  # fmt: skip


def _elsewhere(stage: Stage) -> Settings:
    """An empty database on the same server, and a home of its own."""
    postgres = stage.servers.postgres
    assert postgres is not None
    with psycopg.connect(stage.superuser_url, autocommit=True) as conn:
        postgres.create_database(conn, "elsewhere")
    return replace(
        stage.settings,
        home=stage.settings.home / "elsewhere",
        database_url=postgres.url("sourcingx_app", "elsewhere"),
        database_owner_url=postgres.url("sourcingx_owner", "elsewhere"),
    )


def _digest(settings: Settings) -> dict[str, Any]:
    """On a connection without the pool's limit of time: it reads everything."""
    with psycopg.connect(settings.database_url, row_factory=dict_row) as conn:
        row = conn.execute(_Q.digest_people).fetchone()
    assert row is not None
    return row
