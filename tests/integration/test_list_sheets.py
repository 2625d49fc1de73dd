"""Lists that are kept in Google Sheets: read as asked, and whatever goes wrong is told while the list stays."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Iterator

import procrastinate
import pytest
import redis as redis_client

from services.access.identity import Actor
from services.config import Settings
from services.errors import BadInput, Forbidden, NotFound, ProductError, Unavailable
from services.filtering import list_sheets, lists, sheet_sync
from services.operations import metrics
from services.runs import runs, worker
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.vendors import sheets_client
from tests.change_runs import change, rows, run_row, work
from tests.integration.test_jobs import working
from tests.stubs.loopback import LoopbackServer, Reply, Request
from tests.stubs.sheets_server import ADDRESS, SheetsStub
from tests.waiting import until

SHEET = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"


@pytest.fixture
def stub() -> Iterator[SheetsStub]:
    with SheetsStub() as server:
        server.sheets[SHEET] = {"Companies": [["Company", "Why"], ["Acme", "client"], [], ["Beeb"]]}
        yield server


@pytest.fixture
def settings(settings: Settings, stub: SheetsStub) -> Settings:
    return dataclasses.replace(
        settings, google_service_account=stub.key, google_sheets_base_url=stub.url, google_sheets_rpm=60_000
    )


@pytest.fixture
def list_id(rt: Runtime, alice: Actor) -> int:
    list_id = lists.create(rt, alice, "blacklisted_companies", "From a sheet")
    list_sheets.set_source(
        rt, alice, list_id, f"https://docs.google.com/spreadsheets/d/{SHEET}/edit#gid=0", "Companies", 30
    )
    return list_id


def test_a_sheet_that_nobody_may_read_any_more_says_so_and_is_taken_over(
    rt: Runtime, alice: Actor, bob: Actor, list_id: int, stub: SheetsStub
) -> None:
    change(rt, "UPDATE users SET disabled_at = now() WHERE id = %s", alice.user_id)
    assert sheet_sync.sync_due(rt) == 0 and stub.reads == 0
    about = lists.get(rt, bob, list_id)
    assert (about.sync_state, about.sync_message) == ("failed", list_sheets.UNREAD)
    list_sheets.set_source(rt, bob, list_id, SHEET, "Companies", 30)
    change(rt, "UPDATE lists SET sync_tried_at = NULL")
    assert sheet_sync.sync_due(rt) == 1
    assert (lists.get(rt, bob, list_id).sync_state, lists.get(rt, bob, list_id).entry_count) == ("ok", 2)
    change(rt, "UPDATE users SET role = 'viewer' WHERE id = %s", bob.user_id)
    change(rt, "UPDATE lists SET sync_tried_at = NULL")
    assert sheet_sync.sync_due(rt) == 0
    assert lists.get(rt, bob, list_id).sync_message == list_sheets.UNREAD
    assert lists.get(rt, bob, list_id).entry_count == 2


def names(rt: Runtime, actor: Actor, list_id: int) -> list[tuple[int, str]]:
    found, _ = lists.entries(rt, actor, list_id)
    return [(entry.row_number, entry.label) for entry in found]


def test_a_sheet_becomes_entries_that_know_their_row(rt: Runtime, alice: Actor, stub: SheetsStub, list_id: int) -> None:
    filled = sheet_sync.sync(rt, alice, list_id)
    assert (filled.version, filled.added) == (1, 2)
    assert names(rt, alice, list_id) == [(2, "Acme"), (4, "Beeb")]
    assert stub.reads == 1
    about = lists.get(rt, alice, list_id)
    assert (about.source, about.sync_state, about.sync_message, about.sheet_id) == ("sheet", "ok", "", SHEET)
    assert about.synced_at is not None
    # Read again without a change: the version stays.
    assert sheet_sync.sync(rt, alice, list_id).version == 1


def test_rows_of_people_may_be_short(rt: Runtime, alice: Actor, stub: SheetsStub) -> None:
    stub.sheets[SHEET]["People"] = [
        ["Name", "Company", "E-mail"], ["Ada Example", "Acme"], ["Bea Example"], ["", "", "cy@example.com"], [7],
    ]  # fmt: skip
    list_id = lists.create(rt, alice, "do_not_contact", "People")
    list_sheets.set_source(rt, alice, list_id, SHEET, "People!A:C")
    assert sheet_sync.sync(rt, alice, list_id).entries == 2
    assert [row for row, _ in names(rt, alice, list_id)] == [2, 4]


def test_fifty_thousand_rows_are_one_read(rt: Runtime, alice: Actor, stub: SheetsStub, list_id: int) -> None:
    stub.sheets[SHEET]["Companies"] = [[f"Company {n}"] for n in range(50_000)]
    assert sheet_sync.sync(rt, alice, list_id).entries == 50_000
    assert stub.reads == 1


FAULTS = {
    "not shared": (403, f"Share it with {ADDRESS}"),
    "deleted": (404, "There is no such sheet"),
    "a renamed tab": (400, "has no “Companies”"),
    "too many reads": (429, "no more reads"),
    "a fault of Google's": (503, "does not answer as it should"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_what_goes_wrong_is_told_and_the_list_stays(
    rt: Runtime, alice: Actor, stub: SheetsStub, list_id: int, what: str
) -> None:
    sheet_sync.sync(rt, alice, list_id)
    status, told = FAULTS[what]
    if status == 404:
        del stub.sheets[SHEET]
    elif status == 403:
        stub.private.add(SHEET)
    elif status == 400:
        stub.sheets[SHEET]["Firms"] = stub.sheets[SHEET].pop("Companies")
    else:
        stub.failing = status, {}
    with pytest.raises(ProductError, match=told):
        sheet_sync.sync(rt, alice, list_id)
    about = lists.get(rt, alice, list_id)
    assert (about.sync_state, about.version, about.entry_count) == ("failed", 1, 2)
    assert told in about.sync_message
    assert about.synced_at is not None and about.sync_tried_at is not None and about.synced_at < about.sync_tried_at
    assert names(rt, alice, list_id) == [(2, "Acme"), (4, "Beeb")]


def test_a_redirect_is_not_followed(rt: Runtime, alice: Actor, stub: SheetsStub, list_id: int) -> None:
    """The token would go along to wherever it leads."""
    asked: list[Request] = []

    def take(request: Request) -> Reply:
        asked.append(request)
        return Reply(200, {})

    other = LoopbackServer(take)
    try:
        stub.failing = 307, {"Location": f"http://127.0.0.1:{other.port}/v4/spreadsheets/x"}
        with pytest.raises(ProductError, match="does not answer as it should"):
            sheet_sync.sync(rt, alice, list_id)
    finally:
        other.stop()
    assert asked == []


def test_an_empty_range_empties_no_list(rt: Runtime, alice: Actor, stub: SheetsStub, list_id: int) -> None:
    sheet_sync.sync(rt, alice, list_id)
    for nothing in ([], [["Company"]], [["", ""], []]):
        stub.sheets[SHEET]["Companies"] = nothing
        with pytest.raises(BadInput, match="the list stays as it is"):
            sheet_sync.sync(rt, alice, list_id)
    about = lists.get(rt, alice, list_id)
    assert (about.sync_state, about.version, about.entry_count) == ("failed", 1, 2)


def test_a_timeout_is_told(
    rt: Runtime, alice: Actor, stub: SheetsStub, list_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets_client, "TIMEOUT_S", 0.3)
    stub.release.clear()
    with pytest.raises(ProductError, match="in time"):
        sheet_sync.sync(rt, alice, list_id)
    assert lists.get(rt, alice, list_id).sync_state == "failed"


def test_an_answer_that_is_none_and_a_key_that_is_none_are_told(
    rt: Runtime, alice: Actor, stub: SheetsStub, list_id: int
) -> None:
    stub.html = True
    with pytest.raises(ProductError, match="does not answer as it should"):
        sheet_sync.sync(rt, alice, list_id)
    stub.html, stub.refuses_key = False, True
    with pytest.raises(ProductError, match="does not take the service account's key"):
        sheet_sync.sync(rt, alice, list_id)
    for key, told in (("", "is not set up"), ("{", "does not take"), ("[]", "does not take")):
        rt.settings = dataclasses.replace(rt.settings, google_service_account=key)
        with pytest.raises(ProductError, match=told):
            sheet_sync.sync(rt, alice, list_id)
        assert told in lists.get(rt, alice, list_id).sync_message


def test_after_a_429_nobody_reads_for_as_long_as_google_says(
    rt: Runtime, alice: Actor, stub: SheetsStub, list_id: int
) -> None:
    stub.failing = 429, {"retry-after": "300"}
    with pytest.raises(ProductError, match="no more reads"):
        sheet_sync.sync(rt, alice, list_id)
    stub.failing = None
    with pytest.raises(Unavailable, match="Too many sheets"):
        sheet_sync.sync(rt, alice, list_id)
    assert stub.reads == 1


def test_reads_are_counted_by_how_they_ended(rt: Runtime, alice: Actor, stub: SheetsStub, list_id: int) -> None:
    def counted(outcome: str) -> float:
        found = metrics.REGISTRY.get_sample_value(
            "sourcingx_vendor_calls_total", {"vendor": "google-sheets", "outcome": outcome}
        )
        return found or 0.0

    before = counted("ok"), counted("SheetsDown")
    sheet_sync.sync(rt, alice, list_id)
    stub.failing = 503, {}
    with pytest.raises(ProductError):
        sheet_sync.sync(rt, alice, list_id)
    assert (counted("ok"), counted("SheetsDown")) == (before[0] + 1, before[1] + 1)


def test_without_redis_nobody_reads(
    rt: Runtime, alice: Actor, stub: SheetsStub, list_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis_client.Redis(unix_socket_path="/nonexistent/redis.sock") as gone:
        monkeypatch.setattr(rt, "_redis", gone)
        with pytest.raises(Unavailable):
            sheet_sync.sync(rt, alice, list_id)
    assert stub.reads == 0
    assert lists.get(rt, alice, list_id).sync_state == "failed"


def test_what_is_due_is_read_each_by_itself(
    rt: Runtime, alice: Actor, stub: SheetsStub, list_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    broken = lists.create(rt, alice, "target_companies", "Broken")
    list_sheets.set_source(rt, alice, broken, SHEET[::-1], "Companies", 5)
    by_hand = lists.create(rt, alice, "target_companies", "By hand")
    list_sheets.set_source(rt, alice, by_hand, SHEET, "Companies")
    with caplog.at_level(logging.WARNING):
        assert sheet_sync.sync_due(rt) == 1
    assert ADDRESS not in caplog.text and "list " in caplog.text
    states = {one.name: one.sync_state for one in lists.all_lists(rt, alice)}
    assert states == {"From a sheet": "ok", "Broken": "failed", "By hand": "never"}
    assert sheet_sync.sync_due(rt) == 0, "each at its time"
    change(rt, "UPDATE lists SET sync_tried_at = now() - interval '31 minutes' WHERE id = %s", list_id)
    assert sheet_sync.sync_due(rt) == 1


def test_a_stopping_worker_leaves_the_rest_for_later(rt: Runtime, alice: Actor, list_id: int) -> None:
    stopping = threading.Event()
    stopping.set()
    assert sheet_sync.sync_due(rt, stopping) == 0
    assert lists.get(rt, alice, list_id).sync_state == "never"


@pytest.mark.parametrize(("has_key", "expected"), [(True, {"nightly", "sheets"}), (False, {"nightly"})])
def test_sheets_are_looked_at_each_minute_only_where_there_can_be_any(
    rt: Runtime, has_key: bool, expected: set[str]
) -> None:
    # Vectors are looked after each minute, too, where somebody makes them.
    rt.settings = dataclasses.replace(rt.settings, embedding_provider="off")
    if not has_key:
        rt.settings = dataclasses.replace(rt.settings, google_service_account="")
    queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
    worker.schedule(queue, Runner(rt, "here"))
    assert {name for name, _ in queue.periodic_registry.periodic_tasks} == expected


def test_a_worker_reads_what_is_due_by_itself(rt: Runtime, alice: Actor, stub: SheetsStub, list_id: int) -> None:
    queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
    with working(rt), rt.db.connection() as conn:
        # What the clock does each minute.
        queue.configure_task(worker.SHEETS_TASK, connection=conn, queue="quick").defer(timestamp=0)
        conn.commit()
        until(lambda: lists.get(rt, alice, list_id).sync_state == "ok", "nobody reads the sheet")
    assert lists.get(rt, alice, list_id).entry_count == 2


def test_one_reads_a_sheet_now_as_a_job(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, stub: SheetsStub, list_id: int
) -> None:
    run_id = list_sheets.sync_now(rt, bob, list_id)
    assert rows(rt, "SELECT params::text AS told FROM runs WHERE id = %s", run_id) == [
        {"told": f'{{"list_id": {list_id}}}'}
    ]
    work(rt, run_id)
    run = run_row(rt, run_id)
    assert (run["state"], run["counts"]["entries"]) == ("done", 2)
    assert lists.versions(rt, alice, list_id)[0].who == "Bob Teammate"
    stub.private.add(SHEET)
    run_id = list_sheets.sync_now(rt, bob, list_id)
    work(rt, run_id)
    run = run_row(rt, run_id)
    assert "Share it with" in run["message"] and run["state"] != "done"
    assert runs.list_runs(rt, bob)
    with pytest.raises(Forbidden):
        list_sheets.sync_now(rt, charlie, list_id)
    with pytest.raises(NotFound):
        list_sheets.sync_now(rt, alice, 999)


def test_a_list_without_a_sheet_and_addresses_that_are_none_are_refused(rt: Runtime, alice: Actor) -> None:
    list_id = lists.create(rt, alice, "target_companies", "Typed")
    with pytest.raises(BadInput, match="not kept in a sheet"):
        list_sheets.sync_now(rt, alice, list_id)
    for bad in ("https://example.com/x", "short", "../../etc"):
        with pytest.raises(BadInput, match="Paste the sheet's address"):
            list_sheets.set_source(rt, alice, list_id, bad, "Tab")
    with pytest.raises(BadInput, match="which part"):
        list_sheets.set_source(rt, alice, list_id, SHEET, " ")
    list_sheets.set_source(rt, alice, list_id, SHEET, "Tab")
    list_sheets.set_source(rt, alice, list_id, "", "")
    assert lists.get(rt, alice, list_id).sheet_id == ""
