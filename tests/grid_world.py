"""One search in a database of a module's own, and its pages by all three ways that a page is made."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from services.access import identity
from services.access.identity import Actor
from services.grid import result_sets
from services.grid.grid_view import View
from services.grid.result_sets import Page
from services.runtime import Runtime
from services.servers.servers import Servers
from tests.grid_reference import Row, load_rows
from tests.people import Person, add_people, add_search, own_database, runtime


class World:
    """rt has a Valkey, away has none. No dataclass: hypothesis would print all rows of one."""

    def __init__(
        self, rt: Runtime, away: Runtime, actor: Actor, search_id: uuid.UUID, rows: list[Row], database_url: str
    ) -> None:
        self.rt, self.away, self.actor, self.search_id = rt, away, actor, search_id
        self.rows, self.database_url = rows, database_url


@contextmanager
def world(servers: Servers, template: str, home: Path, people: Sequence[Person]) -> Iterator[World]:
    with own_database(servers, template) as urls:
        nowhere = replace(urls, redis_url=f"unix://{home}/nowhere.sock")
        with runtime(urls, home) as rt, runtime(nowhere, home) as away:
            rt.redis.flushall()
            actor = identity.create_user(rt, "alice@example.com", "Alice Owner", "recruiter")
            with psycopg.connect(urls.database_url) as conn:
                search_id = add_search(conn, actor)
                add_people(conn, search_id, people)
                # Others' people must never show.
                add_people(conn, add_search(conn, actor), people[:50])
                reject(conn, actor, search_id)
                rows = load_rows(conn, search_id)
            yield World(rt, away, actor, search_id, rows, urls.database_url)


def reject(conn: psycopg.Connection[Any], actor: Actor, search_id: uuid.UUID) -> None:
    """Give the rejected ones a reason, a third of them none that holds: theirs was taken back."""
    for part, (reason, undone_at) in enumerate((("skills", None), ("location", None), ("salary", datetime.now(UTC)))):
        made = conn.execute(
            "INSERT INTO change_batches (search_id, user_id, action, value, reason, undone_at)"
            " VALUES (%s, %s, 'stage', 'rejected', %s, %s) RETURNING id",
            (search_id, actor.user_id, reason, undone_at),
        ).fetchone()
        conn.execute(
            "INSERT INTO changes (batch_id, candidate_id, field, old, new)"
            " SELECT %s, id, 'stage', to_jsonb('new'::text), to_jsonb(stage) FROM candidates"
            " WHERE search_id = %s AND stage = 'rejected' AND id %% 3 = %s",
            (made[0] if made else None, search_id, part),
        )


def check_three_ways(world: World, view: View, expected: Sequence[Row], start: int, end: int) -> None:
    """The first page, a slice of the list and a page by OFFSET show what is expected, in its order."""
    ids = [str(row.id) for row in expected]
    size = end - start
    first = result_sets.fetch_page(world.rt, world.actor, view, None, 0, size)
    assert shown(first) == ids[:size]
    assert not first.exact or first.row_count == len(ids)
    assert first.exact or len(ids) > size

    counted = result_sets.count(world.rt, world.actor, view, first.version)
    assert (counted.row_count, counted.exact, counted.rows) == (len(ids), True, [])
    listed = world.rt.lists.slice(view.search_id, view.key(first.version), start, end)
    assert listed is not None and [str(found) for found in listed.ids] == ids[start:end]

    for rt in (world.rt, world.away):
        page = result_sets.fetch_page(rt, world.actor, view, first.version, start, end)
        assert shown(page) == ids[start:end]
        assert (page.version, page.moved, page.too_large) == (first.version, False, False)
        assert page.row_count == len(ids) or (not page.exact and start == 0)


def all_ids(rt: Runtime, actor: Actor, view: View) -> list[int]:
    """Everyone in a view, in its order."""
    made, _ = result_sets.whole_list(rt, actor, view, None)
    return made.slice(0, made.total).ids


def shown(page: Page) -> list[str]:
    """Ids of a page; nobody in it is gone."""
    assert not any(row["deleted"] for row in page.rows)
    return [row["id"] for row in page.rows]
