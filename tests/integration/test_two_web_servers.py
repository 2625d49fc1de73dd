"""Two web servers, as on two hosts with one database and one Redis: whichever answers, the page goes on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest

from benchmarks.web import Session, Web, serving, sign_in
from services.grid.grid_view import View
from services.runtime import Runtime
from services.servers.servers import Servers
from tests.grid_reference import load_rows, ordered
from tests.grid_world import World, world
from tests.people import add_people, add_search, varied

SORT = [{"colId": "stage", "sort": "asc"}, {"colId": "full_name", "sort": "asc"}]


@dataclass
class Pair:
    """Alice's one sign-in, at both servers."""

    rt: Runtime
    search_id: Any
    both: tuple[Session, Session]

    def block(self, number: int, start: int, version: int | None = None) -> dict[str, Any]:
        """A block from server 0 or 1."""
        return self.both[number].rows(str(self.search_id), start, sort=SORT, version=version)

    def expected(self) -> list[str]:
        with psycopg.connect(self.rt.settings.database_url) as conn:
            rows = load_rows(conn, self.search_id)
        return [str(row.id) for row in ordered(rows, [("stage", "asc"), ("full_name", "asc")])]

    def lists(self) -> list[bytes]:
        return list(self.rt.redis.scan_iter("rs:list:*"))


@pytest.fixture(scope="module")
def hosts(
    servers: Servers, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Web, Web]]:
    home = tmp_path_factory.mktemp("hosts")
    with world(servers, template_database, home, ()) as shared:
        settings = replace(shared.rt.settings, secret_key="w" * 64)
        one_worker = {"WEB_WORKERS": "1"}
        with serving(settings, home / "1", one_worker) as first, serving(settings, home / "2", one_worker) as second:
            yield shared, first, second


@pytest.fixture
def pair(hosts: tuple[World, Web, Web]) -> Pair:
    shared, first, second = hosts
    shared.rt.redis.flushdb()
    with shared.rt.db.connection() as conn:
        search_id = add_search(conn, shared.actor)
        add_people(conn, search_id, varied(400))
    # Signed in at the first; the second has never heard of it.
    session = sign_in(shared.rt, first, "alice@example.com")
    return Pair(shared.rt, search_id, (session, session.at(second)))


def shown(*blocks: dict[str, Any]) -> list[str]:
    return [row["id"] for block in blocks for row in block["rowData"]]


def test_blocks_from_two_servers_in_turn_show_everyone_once(pair: Pair) -> None:
    expected = pair.expected()
    version = pair.block(0, 0)["meta"]["version"]
    blocks = [pair.block(number % 2, start, version) for number, start in enumerate((100, 200, 300, 0))]
    assert shown(blocks[3], *blocks[:3]) == expected
    assert {(block["meta"]["version"], block["meta"]["moved"]) for block in blocks} == {(version, False)}
    # One list, which the first to be asked has built.
    assert len(pair.lists()) == 1
    # Someone else's change moves nothing under the reader, at either server.
    with pair.rt.db.connection() as conn:
        conn.execute("UPDATE candidates SET stage = 'hired' WHERE id = %s", [int(expected[0])])
        conn.execute("SELECT bump_version(%s)", [pair.search_id])
    again = [pair.block(number % 2, start, version) for number, start in enumerate((300, 0, 100, 200))]
    assert shown(again[1], again[2], again[3], again[0]) == expected
    # The list goes: both say so, and show the same newer order from then on.
    pair.rt.redis.flushdb()
    lost = [pair.block(number, 100, version) for number in (1, 0)]
    assert [(block["meta"]["version"], block["meta"]["moved"]) for block in lost] == [(version + 1, True)] * 2
    newer = [pair.block(number % 2, start, version + 1) for number, start in enumerate((0, 100, 200, 300))]
    assert shown(*newer) == pair.expected() != expected


def test_two_servers_that_are_asked_at_once_build_one_list(pair: Pair) -> None:
    with ThreadPoolExecutor(8) as pool:
        blocks = list(pool.map(lambda number: pair.block(number % 2, 300), range(8)))
    assert {tuple(shown(block)) for block in blocks} == {tuple(pair.expected()[300:])}
    view = View.of(pair.search_id, status="all", sort=SORT)
    assert pair.lists() == [f"rs:list:{view.key(2)}".encode()]


def test_signed_out_at_one_server_is_signed_out_at_the_other(pair: Pair) -> None:
    def status(one: Session) -> int:
        # There is no such export; whoever is not signed in is not told even that.
        return one.http.get(f"{one.url}/exports/{uuid.UUID(int=1)}", timeout=60).status_code

    assert [status(one) for one in pair.both] == [404, 404]
    with pair.rt.db.connection() as conn:
        conn.execute("UPDATE user_sessions SET revoked_at = now()")
    assert [status(one) for one in pair.both] == [401, 401]
