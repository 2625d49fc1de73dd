"""Jobs whose starter loses the right meanwhile: they end with a reason, what was committed stays, and no more comes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from services.access.identity import Actor
from services.archive import archive_nightly, archives
from services.config import Settings
from services.decisions import bulk, undo
from services.exports import exports
from services.filtering import filtering, list_runs, list_sheets, lists, sheet_sync
from services.grid.grid_view import View
from services.imports import import_preview, imports
from services.matching import embedding_runs
from services.people import duplicates
from services.runs import jobs
from services.runs.job_runner import Runner
from services.runs.jobs import RunHandle
from services.runs.run_rights import REASONS
from services.runtime import Runtime
from services.screening import batches, rubrics, screening, screening_model
from services.searches import searches
from tests import enrichment as enriching
from tests import filter_world, phantoms
from tests import screening as screens
from tests.archives import full_search, hot
from tests.change_runs import change, rows, run_row, work
from tests.embedding import FakeShelf, embedded
from tests.integration.test_export import stored_files
from tests.integration.test_import import many, upload
from tests.integration.test_import import start as start_import
from tests.integration.test_list_sheets import SHEET
from tests.people import Person, add_people, add_search
from tests.stubs.openai_server import OpenAIStub
from tests.stubs.salesql_server import SalesqlStub
from tests.stubs.sheets_server import SheetsStub

PEOPLE = 60
LOOKS = ("check", "progress", "save")
DISABLED = "UPDATE users SET disabled_at = now() WHERE email = 'alice@example.com'"
VIEWER = "UPDATE users SET role = 'viewer' WHERE email = 'alice@example.com'"
TAKEN_AWAY = (
    "UPDATE searches SET visibility = 'private', user_id = (SELECT id FROM users WHERE email = 'bob@example.com')"
)
LIST_TAKEN_AWAY = "UPDATE lists SET shared = false, user_id = (SELECT id FROM users WHERE email = 'bob@example.com')"


@pytest.fixture
def model() -> Any:
    with OpenAIStub(api_key="sk-canary") as running:
        yield running


@pytest.fixture
def sheets() -> Any:
    with SheetsStub() as running:
        running.sheets[SHEET] = {"Companies": [["Company"], ["Acme"], ["Beeb"]]}
        yield running


@pytest.fixture
def contacts() -> Any:
    with SalesqlStub() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, model: OpenAIStub, sheets: SheetsStub, contacts: SalesqlStub) -> Settings:
    return replace(
        enriching.with_vendors(settings, contacts, salesql_batch=10), phantombuster_api_key="canary",
        openai_api_key="sk-canary", openai_base_url=model.base_url, openai_rpm=100_000,
        openai_tpm=100_000_000, google_service_account=sheets.key, google_sheets_base_url=sheets.url,
        google_sheets_rpm=60_000,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many checkpoints in a few people, and each of them asks."""
    for module, name, value in (
        ("services.runs.run_handle", "WRITE_EVERY_S", 0.0), ("services.decisions.bulk", "MOST_AT_ONCE", 10),
        ("services.decisions.undo", "MOST_AT_ONCE", 10), ("services.filtering.filter_run", "BATCH", 10),
        ("services.exports.export_targets", "BATCH_ROWS", 10), ("services.people.duplicates_job", "BATCH", 10),
        ("services.matching.embedding_job", "BATCH", 10), ("services.matching.embedding_local", "SHELF", FakeShelf()),
        ("services.archive.archive_job", "READ_PEOPLE", 10), ("services.archive.archive_job", "CLEAR_PEOPLE", 10),
        ("services.decisions.candidates", "MOST", 20),
    ):  # fmt: skip
        monkeypatch.setattr(f"{module}.{name}", value)
    monkeypatch.setattr(screening_model, "PACE", replace(screening_model.PACE, fan_out=2, claim=4))


@dataclass
class Begun:
    """A job that waits. over: what must hold once it has ended early."""

    run_id: int
    over: Callable[[], bool]


Begin = Callable[[Runtime, Actor], Begun]


def _search(rt: Runtime, alice: Actor) -> uuid.UUID:
    with rt.db.connection() as conn:
        search_id = add_search(conn, alice)
        add_people(conn, search_id, [Person(f"Ada Example {n:03}", title="Engineer") for n in range(PEOPLE)])
    return search_id


def _count(rt: Runtime, query: str, *params: Any) -> int:
    (found,) = rows(rt, query, *params)[0].values()
    return int(found)


def begin_import(rt: Runtime, alice: Actor) -> Begun:
    search_id = str(searches.create_search(rt, alice, "Leads").id)
    run_id = start_import(rt, alice, search_id, many(2500))

    def over() -> bool:
        there, done = _count(rt, "SELECT count(*) FROM profiles"), run_row(rt, run_id)["done"]
        return 0 < there < 2500 and there == done and f"{done:,} of 2,500 rows" in run_row(rt, run_id)["message"]

    return Begun(run_id, over)


def begin_dry_run(rt: Runtime, alice: Actor) -> Begun:
    search_id = str(searches.create_search(rt, alice, "Leads").id)
    upload_id = upload(rt, alice, many(2500))
    mapping = import_preview.preview(rt, alice, upload_id).mapping
    run_id = imports.start_dry_run(rt, alice, search_id, [{"upload_id": upload_id}], mapping)
    return Begun(run_id, lambda: run_row(rt, run_id)["done"] < 2500)


def begin_export(rt: Runtime, alice: Actor) -> Begun:
    view = View.of(_search(rt, alice), status="all")
    run_id = exports.start_export(rt, alice, view, None, {"all": True})

    def over() -> bool:
        exports.purge(rt)
        return stored_files(rt) == [] and _count(rt, "SELECT count(*) FROM exports") == 0

    return Begun(run_id, over)


def _bulk(rt: Runtime, alice: Actor) -> int:
    outcome = bulk.start(rt, alice, View.of(_search(rt, alice)), None, "stage", "contacted")
    assert outcome.run_id is not None
    return outcome.run_id


def begin_bulk(rt: Runtime, alice: Actor) -> Begun:
    run_id = _bulk(rt, alice)
    return Begun(run_id, lambda: 0 < _staged(rt) < PEOPLE and _staged(rt) == run_row(rt, run_id)["done"])


def begin_undo(rt: Runtime, alice: Actor) -> Begun:
    work(rt, _bulk(rt, alice))
    batch = rows(rt, "SELECT id FROM change_batches")[0]["id"]
    outcome = undo.undo(rt, alice, batch)
    assert outcome.run_id is not None
    return Begun(outcome.run_id, lambda: 0 < _staged(rt) < PEOPLE)


def _staged(rt: Runtime) -> int:
    return _count(rt, "SELECT count(*) FROM candidates WHERE stage = 'contacted'")


def begin_filter(rt: Runtime, alice: Actor) -> Begun:
    search_id = _search(rt, alice)
    rules = [{"kind": "title", "params": {"terms": ["engineer"], "has": True}}]
    run_id = filtering.start(rt, alice, search_id, rules)

    def over() -> bool:
        out = sum(status != "active" for status in filter_world.statuses(rt, search_id).values())
        return 0 < out < PEOPLE and out == _count(rt, "SELECT count(*) FROM exclusions")

    return Begun(run_id, over)


def begin_screen(rt: Runtime, alice: Actor) -> Begun:
    search_id = screens.add_search(rt, alice, PEOPLE)
    run_id = screens.start(rt, alice, search_id)
    return Begun(run_id, lambda: _count(rt, "SELECT count(DISTINCT candidate_id) FROM verdicts") < PEOPLE)


def begin_propose(rt: Runtime, alice: Actor) -> Begun:
    search_id = screens.add_search(rt, alice, 1)
    run_id = rubrics.propose(rt, alice, search_id, screens.JOB)
    return Begun(run_id, lambda: "_criteria" not in run_row(rt, run_id)["counts"])


def begin_archive(rt: Runtime, alice: Actor) -> Begun:
    search_id = full_search(rt, alice, PEOPLE)
    before = hot(rt, search_id)
    run_id = archives.start_archive(rt, alice, search_id, "warm")
    return Begun(run_id, lambda: hot(rt, search_id) == before and _archived(rt) == 0)


def begin_restore(rt: Runtime, alice: Actor) -> Begun:
    search_id = full_search(rt, alice, PEOPLE)
    work(rt, archives.start_archive(rt, alice, search_id, "warm"))
    return Begun(archives.start_restore(rt, alice, search_id), lambda: _archived(rt) == 1)


def _archived(rt: Runtime) -> int:
    return _count(rt, "SELECT count(*) FROM searches WHERE archived_at IS NOT NULL")


def begin_list(rt: Runtime, alice: Actor) -> Begun:
    list_id = lists.create(rt, alice, "blacklisted_companies", "From a file")
    run_id = list_runs.start(rt, alice, list_id, upload(rt, alice, "Company\nAcme\nBeeb\n"))
    return Begun(run_id, lambda: _entries(rt) == 0)


def begin_sheet(rt: Runtime, alice: Actor) -> Begun:
    list_id = lists.create(rt, alice, "blacklisted_companies", "From a sheet")
    list_sheets.set_source(rt, alice, list_id, SHEET, "Companies")
    return Begun(list_sheets.sync_now(rt, alice, list_id), lambda: _entries(rt) == 0)


def _entries(rt: Runtime) -> int:
    return _count(rt, "SELECT count(*) FROM list_entries")


def begin_find_duplicates(rt: Runtime, alice: Actor) -> Begun:
    _search(rt, alice)
    run_id = duplicates.start_find(rt, alice)
    return Begun(run_id, lambda: 0 < run_row(rt, run_id)["done"] < PEOPLE)


def begin_enrich(rt: Runtime, alice: Actor) -> Begun:
    search_id = enriching.add_people(rt, alice, [f"ana-{n}" for n in range(PEOPLE)])
    run_id = enriching.start(rt, alice, search_id, "email")
    return Begun(run_id, lambda: 0 < _count(rt, "SELECT count(DISTINCT profile_id) FROM profile_contacts") < PEOPLE)


def begin_fetch(rt: Runtime, alice: Actor) -> Begun:
    search_id = str(searches.create_search(rt, alice, "Leads").id)
    run_id = phantoms.launch(rt, alice, search_id, "1")
    return Begun(run_id, lambda: rows(rt, "SELECT state FROM vendor_launches") == [{"state": "failed"}])


def begin_embed(rt: Runtime, alice: Actor) -> Begun:
    _search(rt, alice)
    return Begun(embedding_runs.start(rt, alice), lambda: 0 < len(embedded(rt)) < PEOPLE)


# Kind → how it is begun, and at which of its looks the right is lost: check, progress and save, in their order.
KINDS: dict[str, tuple[Begin, int]] = {
    "import": (begin_import, 8),
    "dry_run": (begin_dry_run, 1),
    "export": (begin_export, 3),
    "bulk": (begin_bulk, 5),
    "undo": (begin_undo, 5),
    "filter": (begin_filter, 6),
    "screen": (begin_screen, 3),
    "propose": (begin_propose, 1),
    "archive": (begin_archive, 4),
    "restore": (begin_restore, 12),
    "list": (begin_list, 2),
    "sheet": (begin_sheet, 1),
    "find_duplicates": (begin_find_duplicates, 6),
    "enrich": (begin_enrich, 7),
    "fetch": (begin_fetch, 1),
    "embed": (begin_embed, 8),
}
# Brought to their end, whoever asked for it: test_erasure.py, test_search_deletion.py.
TO_THE_END = {"erase", "purge"}


def lose_at(
    monkeypatch: pytest.MonkeyPatch, rt: Runtime, look: int, how: str, looks: tuple[str, ...] = LOOKS
) -> list[str]:
    """Let it happen before the given look of a job, counted from 1; returns the looks as they are made."""
    seen: list[str] = []

    def watch(name: str) -> None:
        real = getattr(RunHandle, name)

        def watched(self: RunHandle, *args: Any, **given: Any) -> Any:
            seen.append(name)
            if len(seen) == look:
                change(rt, how)
            return real(self, *args, **given)

        monkeypatch.setattr(RunHandle, name, watched)

    for name in looks:
        watch(name)
    return seen


def test_each_kind_of_job_is_tried() -> None:
    assert set(KINDS) | TO_THE_END == set(jobs.KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_it_ends_when_its_starter_is_disabled(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    begin, look = KINDS[kind]
    begun = begin(rt, alice)
    seen = lose_at(monkeypatch, rt, look, DISABLED)
    work(rt, begun.run_id)
    run = run_row(rt, begun.run_id)
    assert (run["state"], run["message"].startswith(REASONS["account"])) == ("cancelled", True), (run, seen)
    assert run["lease_token"] is None and run["finished_at"] is not None
    assert begun.over(), (run, seen)


@pytest.mark.parametrize(
    ("kind", "how", "why"),
    [
        ("import", VIEWER, "role"),
        ("bulk", VIEWER, "role"),
        ("archive", TAKEN_AWAY, "search"),
        ("restore", TAKEN_AWAY, "search"),
        ("find_duplicates", VIEWER, "role"),
        ("list", LIST_TAKEN_AWAY, "list"),
        ("sheet", LIST_TAKEN_AWAY, "list"),
        ("screen", TAKEN_AWAY, "search"),
    ],
)
def test_it_ends_when_its_starter_may_no_longer_do_that(
    rt: Runtime, alice: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch, kind: str, how: str, why: str
) -> None:
    begin, look = KINDS[kind]
    begun = begin(rt, alice)
    lose_at(monkeypatch, rt, look, how)
    work(rt, begun.run_id)
    run = run_row(rt, begun.run_id)
    assert (run["state"], run["message"].startswith(REASONS[why])) == ("cancelled", True), run
    assert begun.over(), run


@pytest.mark.parametrize("kind", ["import", "export", "bulk", "filter"])
def test_the_search_is_taken_away(
    rt: Runtime, alice: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The job's own writes ask as well, and whichever asks first says why."""
    begin, look = KINDS[kind]
    begun = begin(rt, alice)
    lose_at(monkeypatch, rt, look, TAKEN_AWAY)
    work(rt, begun.run_id)
    run = run_row(rt, begun.run_id)
    assert run["state"] in ("cancelled", "failed") and run["message"], run
    assert begun.over(), run


def test_an_admin_who_is_one_no_more_loses_others_searches(
    rt: Runtime, alice: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The role counts that they have now, not the one they started with."""
    change(rt, "UPDATE users SET role = 'admin' WHERE id = %s", alice.user_id)
    admin = Actor(alice.user_id, "admin", alice.name)
    begun = begin_bulk(rt, admin)
    change(rt, TAKEN_AWAY)
    lose_at(monkeypatch, rt, 5, "UPDATE users SET role = 'recruiter' WHERE email = 'alice@example.com'")
    work(rt, begun.run_id)
    run = run_row(rt, begun.run_id)
    assert (run["state"], run["message"].startswith(REASONS["search"])) == ("cancelled", True), run
    assert begun.over()


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_not_begun_after_its_starter_was_disabled(rt: Runtime, alice: Actor, kind: str) -> None:
    begun = KINDS[kind][0](rt, alice)
    before = {name: _count(rt, f"SELECT count(*) FROM {name}") for name in ("changes", "list_entries", "verdicts")}
    change(rt, DISABLED)
    work(rt, begun.run_id)
    run = run_row(rt, begun.run_id)
    assert (run["state"], run["message"].startswith(REASONS["account"])) == ("cancelled", True), run
    assert {name: _count(rt, f"SELECT count(*) FROM {name}") for name in before} == before
    assert stored_files(rt) == [] or kind in ("import", "dry_run", "list", "restore")


def test_a_search_that_has_changed_hands_is_archived_to_the_end(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of it is gone from the tables by then: to stop would leave it in neither place."""
    begun = begin_archive(rt, alice)
    real, cleared = RunHandle.save, []

    def save(self: RunHandle, *args: Any, **given: Any) -> None:
        if "_cleared" in given and not cleared:
            cleared.append(given["_cleared"])
            change(rt, DISABLED)
        real(self, *args, **given)

    monkeypatch.setattr(RunHandle, "save", save)
    work(rt, begun.run_id)
    assert cleared and run_row(rt, begun.run_id)["state"] == "done"
    assert rows(rt, "SELECT cleared_at IS NOT NULL AS all FROM archives") == [{"all": True}]
    assert hot(rt, rows(rt, "SELECT id FROM searches")[0]["id"])["candidates"] == 0


def test_a_worker_that_does_nothing_but_wait_hears_of_it_through_the_pulse(rt: Runtime, alice: Actor) -> None:
    run_id = begin_bulk(rt, alice).run_id
    runner = Runner(rt, "test")
    handle = runner._claim(run_id, limited=False)
    assert handle is not None
    runner._active[handle.token] = handle
    runner.beat()
    assert not handle.barred
    change(rt, DISABLED)
    runner.beat()
    assert (handle.barred, handle.cancelled.is_set()) == ("account", True)


def test_what_was_rolled_back_is_not_counted(rt: Runtime, alice: Actor) -> None:
    run_id = begin_bulk(rt, alice).run_id
    handle = Runner(rt, "test")._claim(run_id, limited=False)
    assert handle is not None
    handle.progress(10, 60, added=10)
    change(rt, DISABLED)
    with pytest.raises(jobs.RightLost), rt.db.connection() as conn:
        conn.execute("UPDATE candidates SET stage = 'contacted'")
        handle.save(conn, 20, 60, added=20)
    assert (handle.done, handle.counts["added"], run_row(rt, run_id)["done"], _staged(rt)) == (10, 10, 10, 0)


def test_a_finished_file_is_no_longer_given_out(
    rt: Runtime, alice: Actor, bob: Actor, client_for: Callable[[Actor], Any]
) -> None:
    begun = begin_export(rt, alice)
    work(rt, begun.run_id)
    path = f"/exports/{exports.export_of_run(rt, begun.run_id)['id']}"
    client = client_for(alice)
    assert client.get(path).status_code == 200
    change(rt, TAKEN_AWAY)
    assert client.get(path).status_code == 403
    change(rt, "UPDATE searches SET visibility = 'team'")
    change(rt, VIEWER)
    assert client.get(path).status_code == 403
    change(rt, DISABLED)
    assert client.get(path).status_code in (302, 401)


def test_what_an_archive_left_is_removed_at_night_though_its_maker_has_left(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin_archive(rt, alice)
    real = RunHandle.save

    def dying(self: RunHandle, *args: Any, **given: Any) -> None:
        if "_cleared" in given:
            raise RuntimeError
        real(self, *args, **given)

    monkeypatch.setattr(RunHandle, "save", dying)
    work(rt, begun.run_id)
    monkeypatch.setattr(RunHandle, "save", real)
    assert (run_row(rt, begun.run_id)["state"], _archived(rt)) == ("failed", 1)
    change(rt, DISABLED)
    (again,) = archive_nightly.run(rt)
    work(rt, again)
    assert run_row(rt, again)["state"] == "done"
    assert rows(rt, "SELECT cleared_at IS NOT NULL AS all FROM archives") == [{"all": True}]


def test_what_is_with_the_vendor_is_taken_back(rt: Runtime, alice: Actor, model: OpenAIStub) -> None:
    """A run that waits for a batch holds no worker; the clock asks for it."""
    search_id = screens.add_search(rt, alice, 6)
    rubric = screens.save_rubric(rt, alice, search_id)
    run_id = screening.start(rt, alice, View.of(search_id), rubric.id, None, batch=True)
    assert screens.work(rt, run_id)["state"] == "paused"
    change(rt, DISABLED)
    model.batches.hold = True
    batches.look_at_all(rt)
    assert model.batches.made[0].status == "cancelling"
    model.batches.hold = False
    assert batches.look_at_all(rt) == 1
    run = screens.work(rt, run_id)
    assert (run["state"], run["message"].startswith(REASONS["account"])) == ("cancelled", True), run
    assert _count(rt, "SELECT count(*) FROM verdicts") == 0
    # Profiles do not stay with the vendor.
    batches.look_at_all(rt)
    assert model.batches.files == {}


def test_what_was_billed_is_in_the_ledger_although_nobody_gets_the_answer(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin_propose(rt, alice)
    lose_at(monkeypatch, rt, 1, DISABLED, ("save",))
    work(rt, begun.run_id)
    assert (run_row(rt, begun.run_id)["state"], begun.over()) == ("cancelled", True)
    assert _count(rt, "SELECT count(*) FROM api_usage WHERE input_tokens > 0") == 1


def test_a_sheet_that_was_read_for_someone_who_left_is_not_taken_in(
    rt: Runtime, alice: Actor, bob: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin_sheet(rt, alice)
    read = sheet_sync._read

    def slowly(*args: Any) -> Any:
        found = read(*args)
        change(rt, DISABLED)
        return found

    monkeypatch.setattr(sheet_sync, "_read", slowly)
    work(rt, begun.run_id)
    run = run_row(rt, begun.run_id)
    assert (run["state"], run["message"].startswith(REASONS["account"])) == ("cancelled", True), run
    assert begun.over()
    # It is no fault of the list's.
    assert rows(rt, "SELECT sync_state FROM lists") == [{"sync_state": "never"}]
