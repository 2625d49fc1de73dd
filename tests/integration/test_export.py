"""A list of people into a file, as the job worker does it."""

from __future__ import annotations

import csv
import errno
import io
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from services import db
from services.access.identity import Actor
from services.cache import CacheDown
from services.errors import BadInput, Forbidden, Unavailable
from services.exports import export_run, export_targets, exports
from services.exports.exports import start_export
from services.grid import result_sets
from services.grid.grid_view import View
from services.runs import jobs, run_rights, runs
from services.runs.job_runner import Runner
from services.runs.jobs import RunHandle
from services.runtime import Runtime
from services.searches import searches
from services.storage import Storage
from tests.integration.test_import import table, work
from tests.people import add_people, varied

Export = Callable[..., dict[str, Any]]
AfterBatch = Callable[[int, Callable[[], Any]], None]


class Killed(BaseException):
    """Passes through everything, as a kill -9 does."""


def kill() -> NoReturn:
    raise Killed


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


@pytest.fixture
def after_batch(monkeypatch: pytest.MonkeyPatch) -> AfterBatch:
    """after_batch(n, happens): let something happen once n batches are written; all progress is saved at once."""
    monkeypatch.setattr("services.runs.run_handle.WRITE_EVERY_S", 0.0)
    monkeypatch.setattr(export_targets, "BATCH_ROWS", 500)
    progress = RunHandle.progress

    def at(number: int, happens: Callable[[], Any]) -> None:
        calls: list[int] = []

        def reported(self: RunHandle, *args: Any, **given: Any) -> None:
            calls.append(1)
            if len(calls) == number + 1 and happens is kill:
                kill()
            if len(calls) == number and happens is not kill:
                happens()
            progress(self, *args, **given)

        monkeypatch.setattr(RunHandle, "progress", reported)

    return at


def fill(rt: Runtime, search_id: str, count: int) -> list[int]:
    with rt.db.connection() as conn:
        return add_people(conn, uuid.UUID(search_id), varied(count))


def content(rt: Runtime, run: dict[str, Any]) -> bytes:
    with Storage.of(rt.settings).open_read(exports.export_of_run(rt, run["id"])["storage_key"]) as file:
        return file.read()


def people_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def stored_files(rt: Runtime) -> list[Path]:
    return [path for path in (rt.settings.home / "storage").rglob("*") if path.is_file()]


def part_of(rt: Runtime, run_id: int) -> Path:
    """Where the file of a run is while it is not whole."""
    key = table(rt, "SELECT counts ->> '_file' AS key FROM runs WHERE id = %s", run_id)[0]["key"]
    return rt.settings.home / "storage" / key[:2] / f"{key}.part"


def ids_in_order(rt: Runtime, actor: Actor, view: View) -> list[int]:
    made, _ = result_sets.whole_list(rt, actor, view, None)
    return made.slice(0, made.total).ids


def name_by_id(rt: Runtime) -> dict[int, str]:
    found = table(rt, "SELECT c.id, p.full_name FROM candidates c JOIN profiles p ON p.id = c.profile_id")
    return {row["id"]: row["full_name"] for row in found}


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
    names = name_by_id(rt)
    assert [row["full_name"] for row in people_of(content(rt, run))] == [names[one] for one in wanted]


def test_more_people_than_a_batch(
    rt: Runtime, people: list[int], export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_targets, "BATCH_ROWS", 500)
    run = export()
    data = content(rt, run)
    assert run["message"] == "1,234 people"
    assert data.startswith(b"\xef\xbb\xbffull_name,first_name,last_name,title,company,")
    assert len(people_of(data)) == 1234
    made = table(rt, "SELECT rows, bytes, format, expires_at > now() + interval '167 hours' AS kept FROM exports")
    assert made == [{"rows": 1234, "bytes": len(data), "format": "csv", "kept": True}]


def test_chosen_columns_in_the_order_given(rt: Runtime, people: list[int], export: Export) -> None:
    data = content(rt, export(columns=["email", "full_name"]))
    assert data.splitlines()[0] == b"\xef\xbb\xbfemail,full_name"


def test_lines_of_json(rt: Runtime, people: list[int], export: Export) -> None:
    run = export({"ids": people[:3]}, fmt="ndjson", columns=["full_name", "skills", "score"])
    found = [json.loads(line) for line in content(rt, run).splitlines()]
    assert found == table(
        rt,
        "SELECT p.full_name, p.skills, c.score::float8 AS score FROM candidates c"
        " JOIN profiles p ON p.id = c.profile_id WHERE c.id = ANY (%s) ORDER BY c.id",
        people[:3],
    )
    assert table(rt, "SELECT file_name FROM exports")[0]["file_name"].endswith(".ndjson")


def test_nobody_is_a_file_with_headers_only(rt: Runtime, search: str, export: Export) -> None:
    run = export()
    assert (run["state"], run["message"]) == ("done", "0 people")
    assert len(content(rt, run).splitlines()) == 1


# -- whom ------------------------------------------------------------------------------------------


def test_chosen_people_only(rt: Runtime, alice: Actor, people: list[int], export: Export) -> None:
    elsewhere = fill(rt, str(searches.create_search(rt, alice, "Leads").id), 1)
    # As the grid has them: texts. Somebody of another search is nobody here.
    run = export({"ids": [str(people[7]), people[3], people[7], *elsewhere]})
    assert run["message"] == "2 people. 1 of the list had left the search meanwhile"
    assert len(people_of(content(rt, run))) == 2


def test_one_person(rt: Runtime, people: list[int], export: Export) -> None:
    assert export({"ids": people[:1]})["message"] == "1 person"


def test_places_in_the_list(rt: Runtime, alice: Actor, search: str, people: list[int], export: Export) -> None:
    view = View.of(search, status="all", sort=[{"colId": "full_name", "sort": "asc"}])
    newest = result_sets.version_of(rt, alice, view)
    run = export({"ranges": [[600, 1234], [3, 5], [4, 9]]}, view=view, version=newest, columns=["full_name"])
    names = name_by_id(rt)
    wanted = ids_in_order(rt, alice, view)
    chosen = [*wanted[3:9], *wanted[600:1234]]
    assert [row["full_name"] for row in people_of(content(rt, run))] == [names[one] for one in chosen]


def test_places_in_a_list_that_the_person_still_sees(
    rt: Runtime, alice: Actor, search: str, people: list[int], export: Export
) -> None:
    """Others changed the data since; the places are those of the list on the screen."""
    view = View.of(search, status="all", sort=[{"colId": "added_at", "sort": "asc"}])
    seen = result_sets.count(rt, alice, view, None).version
    wanted = ids_in_order(rt, alice, view)[:10]
    table(rt, "UPDATE candidates SET added_at = added_at + random() * interval '1 year' RETURNING id")
    table(rt, "SELECT bump_version(%s)", search)
    run = export({"ranges": [[0, 10]]}, view=view, version=seen)
    names = name_by_id(rt)
    assert [row["full_name"] for row in people_of(content(rt, run))] == [names[one] for one in wanted]


def test_places_in_a_list_that_is_gone_are_refused(
    rt: Runtime, alice: Actor, search: str, people: list[int], redis: Any
) -> None:
    view = View.of(search, status="all")
    seen = result_sets.count(rt, alice, view, None).version
    run_id = start_export(rt, alice, view, seen, {"ranges": [[0, 10]]})
    table(rt, "SELECT bump_version(%s)", search)
    redis.flushall()
    for version in (seen, None, seen + 7):
        with pytest.raises(BadInput, match="has changed"):
            start_export(rt, alice, view, version, {"ranges": [[0, 10]]})
    work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["message"]) == ("failed", export_targets.MOVED)
    assert stored_files(rt) == []


def test_who_left_meanwhile_is_left_out(
    rt: Runtime, alice: Actor, search: str, people: list[int], export: Export
) -> None:
    view = View.of(search, status="all")
    seen = result_sets.count(rt, alice, view, None).version
    table(rt, "DELETE FROM candidates WHERE id = ANY (%s) RETURNING id", people[:34])
    run = export(view=view, version=seen)
    assert run["message"] == "1,200 people. 34 of the list had left the search meanwhile"
    assert len(people_of(content(rt, run))) == 1200


def test_without_redis_the_newest_list_is_exported(
    rt: Runtime, people: list[int], export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any) -> None:
        raise CacheDown

    monkeypatch.setattr(rt.cache, "call", down)
    assert export(version=1)["message"] == "1,234 people"


def test_what_makes_no_sense_starts_nothing(rt: Runtime, alice: Actor, search: str) -> None:
    for given in ({"fmt": "pdf"}, {"columns": ["salary"]}, {"target": {"ids": ["x"]}}):
        with pytest.raises(BadInput):
            start_export(rt, alice, View.of(search), 1, **{"target": {"all": True}} | given)
    assert table(rt, "SELECT id FROM runs") == []


# -- who may ---------------------------------------------------------------------------------------


def test_a_viewer_may_not_export(rt: Runtime, charlie: Actor, search: str) -> None:
    with pytest.raises(Forbidden, match="Viewers cannot export"):
        start_export(rt, charlie, View.of(search), None, {"all": True})
    assert table(rt, "SELECT id FROM runs") == []


def test_a_private_search_of_someone_else_is_not_there(rt: Runtime, alice: Actor, bob: Actor) -> None:
    private = searches.create_search(rt, alice, "Mine", "private").id
    for missing in (private, uuid.uuid4()):
        with pytest.raises(Forbidden, match="does not exist"):
            start_export(rt, bob, View.of(missing), None, {"all": True})


def test_a_search_that_was_made_private_meanwhile_is_not_exported(
    rt: Runtime, alice: Actor, bob: Actor, search: str, people: list[int]
) -> None:
    run_id = start_export(rt, bob, View.of(search), None, {"all": True})
    searches.set_visibility(rt, alice, search, "private")
    work(rt, run_id)
    assert table(rt, "SELECT state FROM runs") == [{"state": "cancelled"}]
    assert stored_files(rt) == []


def test_rights_that_are_withdrawn_while_it_writes_end_it(
    rt: Runtime, alice: Actor, bob: Actor, search: str, people: list[int], after_batch: AfterBatch
) -> None:
    run_id = start_export(rt, bob, View.of(search, status="all"), None, {"all": True})
    after_batch(1, lambda: searches.set_visibility(rt, alice, search, "private"))
    work(rt, run_id)
    assert table(rt, "SELECT state FROM runs") == [{"state": "cancelled"}]
    assert stored_files(rt) == []
    assert table(rt, "SELECT id FROM exports") == []


def test_a_recruiter_who_became_a_viewer_exports_no_more(rt: Runtime, bob: Actor, search: str) -> None:
    run_id = start_export(rt, bob, View.of(search), None, {"all": True})
    table(rt, "UPDATE users SET role = 'viewer' WHERE id = %s RETURNING id", bob.user_id)
    work(rt, run_id)
    (run,) = table(rt, "SELECT state, message FROM runs")
    assert (run["state"], run["message"].startswith(run_rights.REASONS["role"])) == ("cancelled", True)


def test_one_line_in_the_audit_log(rt: Runtime, alice: Actor, search: str, people: list[int], export: Export) -> None:
    run = export()
    lines = table(rt, "SELECT user_id, subject, detail FROM audit_log WHERE action = 'export'")
    made = str(exports.export_of_run(rt, run["id"])["id"])
    detail = {"run_id": run["id"], "export": made, "variant": "processed", "rows": 1234, "format": "csv"}
    assert lines == [{"user_id": alice.user_id, "subject": search, "detail": detail}]


# -- ends and new beginnings -----------------------------------------------------------------------


def test_a_cancelled_export_leaves_nothing(
    rt: Runtime, alice: Actor, search: str, people: list[int], after_batch: AfterBatch
) -> None:
    run_id = start_export(rt, alice, View.of(search, status="all"), None, {"all": True})
    after_batch(2, lambda: runs.cancel_run(rt, alice, run_id))
    work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["done"], run["total"]) == ("cancelled", 1000, 1234)
    assert stored_files(rt) == []
    assert table(rt, "SELECT id FROM exports") == []


def test_an_export_that_was_killed_while_it_wrote_is_made_anew(
    rt: Runtime, alice: Actor, search: str, people: list[int], after_batch: AfterBatch
) -> None:
    run_id = start_export(rt, alice, View.of(search, status="all"), None, {"all": True})
    after_batch(2, kill)
    with pytest.raises(Killed):
        work(rt, run_id)
    # A kill -9 leaves the lease and half a file.
    half = part_of(rt, run_id)
    half.write_bytes(b"half")
    assert runs.get_run(rt, alice, run_id)["state"] == "running"

    again = Runner(rt, "test")
    assert again.rescue(own_slot=True) == [run_id]
    again.execute(run_id)

    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["done"], run["message"]) == ("done", 1234, "1,234 people")
    assert len(people_of(content(rt, run))) == 1234
    assert len(stored_files(rt)) == len(table(rt, "SELECT id FROM exports")) == 1
    assert not half.exists()


def test_an_export_that_was_killed_before_its_file_was_known_leaves_one_file(
    rt: Runtime, alice: Actor, search: str, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = start_export(rt, alice, View.of(search), None, {"all": True})
    with monkeypatch.context() as patch:
        patch.setattr(export_run, "audit", lambda *_, **__: kill())
        with pytest.raises(Killed):
            work(rt, run_id)
    left = stored_files(rt)
    assert len(left) == 1
    again = Runner(rt, "test")
    again.rescue(own_slot=True)
    again.execute(run_id)
    assert runs.get_run(rt, alice, run_id)["state"] == "done"
    assert len(stored_files(rt)) == len(table(rt, "SELECT id FROM exports")) == 1
    assert stored_files(rt) != left


def test_an_export_that_kills_its_worker_is_given_up(
    rt: Runtime, alice: Actor, search: str, people: list[int], after_batch: AfterBatch
) -> None:
    """Getting to the same batch again is not getting on."""
    run_id = start_export(rt, alice, View.of(search, status="all"), None, {"all": True})
    states = []
    for _ in range(6):
        after_batch(1, kill)
        runner = Runner(rt, "test")
        with pytest.raises(Killed):
            runner.execute(run_id)
        runner.rescue(own_slot=True)
        states.append(runs.get_run(rt, alice, run_id)["state"])
        if states[-1] == "failed":
            break
    assert states == ["queued", "queued", "failed"]


def test_a_worker_that_lost_its_run_leaves_no_file(
    rt: Runtime, alice: Actor, search: str, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = start_export(rt, alice, View.of(search), None, {"all": True})

    def lose(*_: Any, **__: Any) -> None:
        table(rt, "UPDATE runs SET lease_token = gen_random_uuid() RETURNING id")

    monkeypatch.setattr(export_run, "audit", lose)
    work(rt, run_id)
    assert runs.get_run(rt, alice, run_id)["state"] == "running"
    assert stored_files(rt) == []
    assert table(rt, "SELECT id FROM exports") == []


def test_an_end_that_may_have_been_written_keeps_its_file(
    rt: Runtime, alice: Actor, search: str, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection broke at the last moment: whether the export is known, only the database knows."""
    run_id = start_export(rt, alice, View.of(search), None, {"all": True})
    finish = RunHandle.finish

    def finish_and_break(self: RunHandle, *args: Any, conn: db.Conn, **given: Any) -> None:
        finish(self, *args, conn=conn, **given)
        conn.commit()
        raise Unavailable("The database does not answer; try again in a moment.")

    with monkeypatch.context() as patch:
        patch.setattr(RunHandle, "finish", finish_and_break)
        work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert run["state"] == "done"
    assert people_of(content(rt, run))


def test_a_full_disk_is_said_and_leaves_nothing(
    rt: Runtime, alice: Actor, search: str, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    run_id = start_export(rt, alice, View.of(search), None, {"all": True})
    monkeypatch.setattr("services.storage.os.fsync", full)
    for _ in range(5):
        if runs.get_run(rt, alice, run_id)["state"] == "queued":
            work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert run["state"] == "failed"
    assert "no room" in run["message"]
    assert stored_files(rt) == []


# -- old files -------------------------------------------------------------------------------------


def test_expired_exports_of_everybody_are_deleted_when_the_next_one_starts(
    rt: Runtime, bob: Actor, people: list[int], export: Export
) -> None:
    old = exports.export_of_run(rt, export(actor=bob)["id"])
    table(rt, "UPDATE exports SET expires_at = now() - interval '1 second' RETURNING id")
    fresh = exports.export_of_run(rt, export()["id"])
    assert table(rt, "SELECT id FROM exports") == [{"id": fresh["id"]}]
    assert [path.name for path in stored_files(rt)] == [fresh["storage_key"]] != [old["storage_key"]]


def test_what_a_failed_run_left_is_deleted_when_the_next_one_starts(
    rt: Runtime, alice: Actor, search: str, people: list[int], export: Export, after_batch: AfterBatch
) -> None:
    run_id = start_export(rt, alice, View.of(search, status="all"), None, {"all": True})
    after_batch(1, kill)
    with pytest.raises(Killed):
        work(rt, run_id)
    half = part_of(rt, run_id)
    half.write_bytes(b"half")
    table(rt, "UPDATE runs SET state = 'failed', lease_token = NULL RETURNING id")
    export()
    assert not half.exists()
    assert len(stored_files(rt)) == 1
    assert table(rt, "SELECT counts ? '_file' AS noted FROM runs WHERE id = %s", run_id) == [{"noted": False}]


def test_an_old_file_that_cannot_be_deleted_stops_nobody(
    rt: Runtime, people: list[int], export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    export()
    table(rt, "UPDATE exports SET expires_at = now() - interval '1 second' RETURNING id")

    def refuse(*_: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Storage, "delete", refuse)
    assert export()["state"] == "done"
    assert len(table(rt, "SELECT id FROM exports")) == 2


def test_the_export_kind_names_its_handler() -> None:
    assert jobs.handler_of("export") is export_run.run_export
