"""A list of people into a file, as the job worker does it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services import db, exports, jobs, runs, searches
from services.errors import BadInput, Forbidden, ProductError, Unavailable
from services.exports import start_export
from services.grid_view import View
from services.identity import Actor
from services.job_runner import Runner
from services.jobs import LeaseLost, RunHandle
from services.runtime import Runtime
from services.storage import Storage
from tests.integration.test_import import start as start_import
from tests.integration.test_import import table, work
from tests.people import Person, add_people, varied

Export = Callable[..., dict[str, Any]]


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    return str(searches.create_search(rt, alice, "Backend engineers, Lisbon").id)


@pytest.fixture
def people(rt: Runtime, search: str) -> list[int]:
    """1,234 people in the search; their candidates' ids."""
    return fill(rt, search, 1234)


@pytest.fixture
def export(rt: Runtime, alice: Actor, search: str) -> Export:
    """export(target): do it as the worker does; returns the run."""

    def do(target: Any = None, *, actor: Actor = alice, version: int | None = None, **given: Any) -> dict[str, Any]:
        view = given.pop("view", None) or View.of(search, status="all")
        run_id = start_export(rt, actor, view, version, target or {"all": True}, **given)
        work(rt, run_id)
        return runs.get_run(rt, actor, run_id)

    return do


def fill(rt: Runtime, search_id: str, count: int) -> list[int]:
    with rt.db.connection() as conn:
        return add_people(conn, View.of(search_id).search_id, varied(count))


def content(rt: Runtime, run: dict[str, Any]) -> bytes:
    with Storage.of(rt.settings).open_read(exports.export_of_run(rt, run["id"])["storage_key"]) as file:
        return file.read()


def people_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def stored_files(rt: Runtime) -> list[Path]:
    return [path for path in (rt.settings.home / "storage").rglob("*") if path.is_file()]


def ids_in_order(rt: Runtime, actor: Actor, view: View) -> list[int]:
    from services import result_sets

    return [one for part in result_sets.iterate_ids(rt, actor, view, None) for one in part]


# -- what is in the file ---------------------------------------------------------------------------


def test_everybody_of_the_view_is_in_the_file_in_its_order(
    rt: Runtime, alice: Actor, search: str, people: list[int], export: Export
) -> None:
    view = View.of(search, filters={"stage_in": {"values": ["shortlisted", "hired"]}},
                   sort=[{"colId": "company", "sort": "desc"}])  # fmt: skip
    run = export(view=view)
    wanted = ids_in_order(rt, alice, view)
    assert (run["state"], run["message"]) == ("done", f"{len(wanted)} people")
    assert run["done"] == run["total"] == len(wanted) > 20
    names = {row["id"]: row["full_name"] for row in table(rt, "SELECT c.id, p.full_name FROM candidates c"
                                                              " JOIN profiles p ON p.id = c.profile_id")}  # fmt: skip
    assert [row["full_name"] for row in people_of(content(rt, run))] == [names[one] for one in wanted]


def test_more_people_than_a_batch(rt: Runtime, people: list[int], export: Export) -> None:
    run = export()
    data = content(rt, run)
    assert run["message"] == "1,234 people"
    assert data.startswith(b"\xef\xbb\xbffull_name,first_name,last_name,title,company,")
    assert len(people_of(data)) == 1234
    made = table(rt, "SELECT rows, bytes, format, expires_at > now() + interval '167 hours' AS kept FROM exports")
    assert made == [{"rows": 1234, "bytes": len(data), "format": "csv", "kept": True}]
