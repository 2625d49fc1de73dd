"""Caches, preferences, session rows and cookies keep no data; and A's warmed cache never serves B."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from flask import Response
from flask.testing import FlaskClient

from services.access import identity
from services.access.identity import Actor
from services.errors import Forbidden
from services.grid import result_sets
from services.grid.grid_view import View
from services.runtime import Runtime
from services.state_limits import StateTooLarge
from tests.people import add_people, add_search, varied


def test_a_memo_that_is_too_large_is_computed_each_time(rt: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    made: list[int] = []

    def compute() -> list[int]:
        made.append(1)
        return [0] * 101

    assert [rt.cache.memo("facet:canary", 60, compute) for _ in range(2)] == [[0] * 101] * 2
    assert len(made) == 2
    assert not list(rt.redis.scan_iter("memo:*"))
    assert "not kept: a memoized value has 101 items" in caplog.text
    assert "canary" not in caplog.text


def test_a_preference_is_a_choice(rt: Runtime, alice: Actor) -> None:
    with pytest.raises(StateTooLarge):
        identity.set_preference(rt, alice, "columns", ["x"] * 101)
    assert identity.preferences(rt, alice) == {}


def test_a_session_row_is_small(rt: Runtime, alice: Actor) -> None:
    token = identity.sign_in_with_link(rt, identity.make_login_link(rt, "alice@example.com"))
    assert identity.actor_of(rt, token)
    for settings in ({"q": "x" * 11_000}, {"ids": list(range(101))}):
        with pytest.raises(psycopg.errors.CheckViolation), rt.db.connection() as conn:
            conn.execute("UPDATE user_sessions SET filter_settings = %s", [psycopg.types.json.Jsonb(settings)])


def test_a_cookie_is_small(server: Any, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(response: Response) -> Response:
        response.set_cookie("data", "x" * 11_000)
        return response

    # The function that is registered last is called first.
    monkeypatch.setitem(server.after_request_funcs, None, [*server.after_request_funcs[None], fill])
    assert stranger.get("/healthz").status_code == 500


def test_what_someone_warmed_is_not_served_to_someone_who_may_not_see_it(rt: Runtime, alice: Actor, bob: Actor) -> None:
    with rt.db.connection() as conn:
        search_id = add_search(conn, alice, "private")
        add_people(conn, search_id, varied(300))
    view = View(search_id, "all", "", {}, ())
    warmed = result_sets.count(rt, alice, view, None)
    assert warmed.row_count == 300
    assert list(rt.redis.scan_iter("rs:list:*"))
    for start in (0, 100):
        with pytest.raises(Forbidden):
            result_sets.fetch_page(rt, bob, view, warmed.version, start, start + 100)
