"""Judging a large search in parts at once, each on a connection of its own: one connection keeps one core busy.

Parts are of neighbouring ids, so that two that write do not meet on the same pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.sql import SQL, Literal

import sql
from services import db
from services.access.identity import Actor
from services.filtering import filter_query
from services.filtering.filter_query import Judging
from services.filtering.filter_statement import ListInForce
from services.filtering.rule_kinds import Rule
from services.runtime import Runtime

PARTS = 2
# A part of its own is worth it from here on: what all parts have to know, lists above all, is found out by each.
PART_FROM = 20_000

_Q = sql.queries("filtering")
SAMPLES = 10
T = TypeVar("T")


def parts_of(people: int) -> int:
    """In how many parts so many people are judged."""
    return PARTS if people >= PART_FROM else 1


def at_once(*calls: Callable[[], T]) -> list[T]:
    """Their results, in their order. Raises what the first of them raised, once all have ended."""
    if not calls:
        return []
    with ThreadPoolExecutor(len(calls), thread_name_prefix="part") as pool:
        running = [pool.submit(call) for call in calls]
    return [one.result() for one in running]


def read(rt: Runtime, conn: db.Conn, query: str, judgings: Sequence[Judging]) -> list[list[DictRow]]:
    """A query of filtering.sql on each part, all of them as of the moment of conn, which is a snapshot."""

    def own(judging: Judging) -> list[DictRow]:
        return db.rows(conn, SQL(query).format(ctes=judging.ctes), judging.params)

    if len(judgings) == 1:
        return [own(judgings[0])]
    shared = db.one(conn, _Q.export_snapshot)
    assert shared is not None

    def other(judging: Judging) -> list[DictRow]:
        with rt.db.snapshot() as another:
            another.execute(SQL(_Q.join_snapshot).format(snapshot=Literal(shared["snapshot"])))
            db.one(another, _Q.more_memory)
            return db.rows(another, SQL(query).format(ctes=judging.ctes), judging.params)

    first, *rest = judgings
    return at_once(lambda: own(first), *(lambda one=one: other(one) for one in rest))


def judgings_of(
    rules: Sequence[Rule],
    lists: Mapping[int, ListInForce],
    actor: Actor,
    search_id: UUID,
    parts: int,
    scope: str,
    again: bool = False,
    sample: int = 1,
) -> list[Judging]:
    """filter_query.judging() for each part, all of them as of one moment."""
    now = datetime.now(UTC)
    return [
        filter_query.judging(
            rules, lists, actor, search_id,
            scope=scope, now=now, again=again, sample=sample, part=part, parts_in_all=parts,
        )
        for part in range(parts)
    ]  # fmt: skip


def joined(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One row of the rows of several parts: counts are added up, of samples the first ten stay."""
    first, *others = rows
    if not others:
        return dict(first)
    joined: dict[str, Any] = {}
    for name, value in first.items():
        if name == "n":
            joined[name] = value
        elif isinstance(value, list):
            joined[name] = sorted(one for row in rows for one in row[name])[:SAMPLES]
        else:
            joined[name] = sum(row[name] for row in rows)
    return joined
