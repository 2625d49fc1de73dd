"""Who was erased comes back on no way at all: files have tests of their own (test_erasure), here are all others."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import redis as redis_client

import sql
from callbacks.list_filling import told
from layouts import text
from services import db
from services.access.identity import Actor
from services.enrichment import fetch_schedules
from services.enrichment.launches import Wanted
from services.errors import BadInput
from services.filtering import list_files, list_rows, list_sheets, lists, sheet_sync
from services.imports import uploads
from services.privacy import erasure_files, erasure_nightly, erasures
from services.privacy.suppression import OTHER_KEY
from services.runs import jobs
from services.runs.jobs import RunHandle
from services.runtime import Runtime
from services.searches import searches
from services.servers.servers import ServerUrls
from services.storage import Storage
from tests import canary, phantoms
from tests import enrichment as enriching
from tests import screening as screenings
from tests.archives import work
from tests.change_runs import change, rows
from tests.integration.test_erasure import CANARY, EMAIL, HEADER, OTHER, URL, erase, load
from tests.integration.test_import import upload
from tests.phantoms import agent, phantom
from tests.stubs import vendor_people
from tests.stubs.openai_server import OpenAIStub
from tests.stubs.phantombuster_rows import people
from tests.stubs.phantombuster_server import PhantomStub
from tests.stubs.salesql_server import SalesqlStub
from tests.stubs.sheets_server import SheetsStub
from tests.waiting import PATIENCE_S, until

__all__ = ["agent", "phantom"]
_Q = sql.queries("erasures")
SHEET = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
LINES = f"Name,LinkedIn,Email\nCanary Person,{URL},\nCanary Person,,{EMAIL}\nAda Example,,ada@example.com\n"


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    return str(searches.create_search(rt, alice, "Backend engineers, Lisbon").id)


@pytest.fixture
def erased(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    """Someone is in a search with somebody else, and is erased."""
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    erase(rt, admin)


# -- vendors ---------------------------------------------------------------------------------------


def test_no_launch_and_no_schedule_fetches_them_again(
    rt: Runtime, alice: Actor, admin: Actor, search: str, phantom: PhantomStub, agent: str, database: ServerUrls
) -> None:
    rt.settings = phantoms.pointed(rt.settings, phantom)
    found = [{**people(3)[0], "fullName": "Canary Person", "firstName": "Canary", "lastName": "Person",
              "defaultProfileUrl": URL}, *people(3)[1:]]  # fmt: skip
    phantom.next(agent, polls=0, result=json.dumps(found))
    phantoms.to_the_end(rt, phantoms.launch(rt, alice, search, agent))
    assert len(phantoms.names(rt, search)) == 3
    erase(rt, admin)
    phantom.next(agent, polls=0, result=json.dumps(found))
    phantoms.to_the_end(rt, phantoms.launch(rt, alice, search, agent))
    # Sales Navigator gives the opaque address only, and another name.
    again = [{**found[0], "fullName": "C. P.", "firstName": "C.", "lastName": "P.", "defaultProfileUrl": ""}]
    phantom.next(agent, polls=0, result=json.dumps(again + found[1:]))
    fetch_schedules.create(rt, alice, UUID(search), Wanted(agent, agent_name="Export", source_url=phantoms.URL), 24)
    change(rt, "UPDATE fetch_schedules SET next_at = now() - interval '6 minutes'")
    assert fetch_schedules.start_due(rt) == 1
    phantoms.to_the_end(rt, int(rows(rt, "SELECT max(id) AS id FROM runs WHERE kind = 'fetch'")[0]["id"]))
    assert phantoms.names(rt, search) == sorted(one["fullName"] for one in found[1:])
    counted = rows(rt, "SELECT counts FROM runs WHERE kind = 'import' AND state = 'done' ORDER BY id")
    assert [row["counts"]["suppressed"] for row in counted] == [0, 1, 1]
    assert canary.in_tables(database.superuser_url) == set()


@pytest.fixture
def salesql(rt: Runtime) -> Iterator[SalesqlStub]:
    with SalesqlStub() as stub:
        rt.settings = enriching.with_vendors(rt.settings, stub)
        yield stub


def test_an_answer_about_them_that_comes_too_late_is_not_kept(
    rt: Runtime, job_rt: Runtime, alice: Actor, admin: Actor, salesql: SalesqlStub, monkeypatch: pytest.MonkeyPatch,
    database: ServerUrls, redis: redis_client.Redis, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO)
    run_id = enriching.start(rt, alice, enriching.add_people(rt, alice, ["canary-person", "bo-two"]), "email")
    real = vendor_people.emails

    def meanwhile(slug: str) -> Any:
        if slug == "canary-person":
            erasures.erase_by_address(job_rt, admin, URL, "erase")
        return real(slug)

    monkeypatch.setattr(vendor_people, "emails", meanwhile)
    assert enriching.work(rt, run_id)["state"] == "done"
    assert enriching.profile(rt, "bo-two")["email"]
    for run in rows(rt, "SELECT id FROM runs WHERE kind = 'erase'"):
        assert work(rt, run["id"])["state"] == "done"
    assert canary.in_tables(database.superuser_url) == set()
    assert canary.in_redis(redis) == set() and canary.WORD not in caplog.text.lower()


def test_what_a_vendor_says_of_someone_with_their_contacts_is_not_kept(
    rt: Runtime, alice: Actor, erased: None, salesql: SalesqlStub, monkeypatch: pytest.MonkeyPatch, database: ServerUrls
) -> None:
    """As an import would not take the row: it is them under another address."""
    real = vendor_people.emails
    theirs = [{"email": EMAIL.title(), "type": "Direct", "status": "Valid"}]
    monkeypatch.setattr(vendor_people, "emails", lambda slug: theirs if slug == "cy-three" else real(slug))
    started = enriching.start(rt, alice, enriching.add_people(rt, alice, ["cy-three", "bo-two"]), "email")
    run = enriching.work(rt, started)
    assert run["state"] == "done" and enriching.profile(rt, "bo-two")["email"]
    assert enriching.profile(rt, "cy-three")["email"] == ""
    outcomes = rows(rt, "SELECT outcome FROM profile_lookups ORDER BY profile_id")
    assert [row["outcome"] for row in outcomes] == ["missed", "found"]
    assert canary.in_tables(database.superuser_url) == set()


def test_under_another_key_no_vendor_is_asked(rt: Runtime, alice: Actor, erased: None, salesql: SalesqlStub) -> None:
    """Its answer would be paid for, and could not be kept."""
    rt.settings = replace(rt.settings, suppression_key="another-key-0123456789abcdef")
    run = enriching.work(rt, enriching.start(rt, alice, enriching.add_people(rt, alice, ["bo-two"]), "email"))
    assert (run["state"], run["message"]) == ("failed", OTHER_KEY) and salesql.asked == []


# -- the model -------------------------------------------------------------------------------------


def test_a_verdict_on_them_that_comes_too_late_is_not_kept(
    rt: Runtime, job_rt: Runtime, alice: Actor, admin: Actor, database: ServerUrls
) -> None:
    with OpenAIStub(api_key="sk-test") as stub:
        rt.settings = replace(rt.settings, openai_api_key="sk-test", openai_base_url=stub.base_url)
        into = screenings.add_search(rt, alice, 1)
        change(rt, "UPDATE profiles SET full_name = 'Canary Person', summary = 'The canary sings', email = %s", EMAIL)
        run_id = screenings.start(rt, alice, into)
        stub.mode = "slow"
        done: list[Any] = []
        thread = threading.Thread(target=lambda: done.append(screenings.work(rt, run_id)))
        thread.start()
        assert stub.slow_arrived.wait(PATIENCE_S)
        erasures.erase_by_address(job_rt, admin, EMAIL, "erase")
        stub.release.set()
        thread.join()
    assert done[0]["state"] == "done", done[0]["message"]
    assert rows(rt, "SELECT 1 FROM verdicts") == []
    for run in rows(rt, "SELECT id FROM runs WHERE kind = 'erase'"):
        assert work(rt, run["id"])["state"] == "done"
    assert canary.in_tables(database.superuser_url) == set()


# -- lists -----------------------------------------------------------------------------------------


@pytest.fixture
def list_id(rt: Runtime, alice: Actor) -> int:
    return lists.create(rt, alice, "do_not_contact", "Never again")


def labels(rt: Runtime, actor: Actor, list_id: int) -> list[str]:
    return [one.label for one in lists.entries(rt, actor, list_id)[0]]


def test_no_list_names_them_again(rt: Runtime, alice: Actor, erased: None, list_id: int, database: ServerUrls) -> None:
    """Typed, from a file, from a sheet: imports keep them out without it."""
    typed = list_rows.from_text(f"{URL}\n{EMAIL}\nada@example.com", "people")
    filled = lists.add(rt, alice, list_id, typed)
    assert (filled.added, filled.taken, filled.suppressed, filled.given) == (1, 1, 2, 3)
    assert text.LIST_FILLED_ERASED.format(n=2) in told(filled)
    assert text.LIST_FILLED_LEFT.split("}")[1] not in told(filled)

    filled = list_files.fill(rt, alice, list_id, upload(rt, alice, LINES))
    assert (filled.entries, filled.suppressed) == (1, 2)
    assert labels(rt, alice, list_id) == ["Ada Example"]

    with SheetsStub() as stub:
        rt.settings = replace(
            rt.settings, google_service_account=stub.key, google_sheets_base_url=stub.url, google_sheets_rpm=60_000
        )
        stub.sheets[SHEET] = {"Left": [line.split(",") for line in LINES.strip().splitlines()]}
        list_sheets.set_source(rt, alice, list_id, f"https://docs.google.com/spreadsheets/d/{SHEET}/edit", "Left", 30)
        filled = sheet_sync.sync(rt, alice, list_id)
    assert (filled.entries, filled.suppressed) == (1, 2)
    assert text.LIST_FILLED_ERASED.format(n=2) in told(filled), "also where nothing else changed"
    assert canary.in_tables(database.superuser_url) == set()


def test_a_list_that_is_being_filled_just_then_does_not_keep_them(
    rt: Runtime, job_rt: Runtime, alice: Actor, admin: Actor, search: str, list_id: int,
    monkeypatch: pytest.MonkeyPatch, database: ServerUrls,
) -> None:  # fmt: skip
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    real, erasing = lists._not_erased, list[Future[erasures.Erased]]()
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    def meanwhile(*given: Any) -> Any:
        kept = real(*given)
        erasing.append(other.submit(erasures.erase_by_address, job_rt, admin, URL, "erase"))
        until(lambda: erasing[0].done() or rows(rt, waiting), "nobody is erased")
        return kept

    monkeypatch.setattr(lists, "_not_erased", meanwhile)
    with ThreadPoolExecutor(1) as other:
        lists.add(rt, alice, list_id, list_rows.from_text(f"{URL}\nada@example.com", "people"))
        done = erasing[0].result()
    work(rt, done.run_id or 0)
    assert len(lists.entries(rt, alice, list_id)[0]) == lists.get(rt, alice, list_id).entry_count == 1
    assert canary.in_tables(database.superuser_url) == set()


def test_a_list_of_nobody_else_stays_as_it_was(rt: Runtime, alice: Actor, erased: None, list_id: int) -> None:
    lists.add(rt, alice, list_id, list_rows.from_text("bo@example.com", "people"))
    with pytest.raises(BadInput, match="erased on request"):
        lists.replace(rt, alice, list_id, list_rows.from_text(URL, "people"))
    assert lists.get(rt, alice, list_id).entry_count == 1


def test_under_another_key_no_list_is_filled(rt: Runtime, alice: Actor, erased: None, list_id: int) -> None:
    rt.settings = replace(rt.settings, suppression_key="another-key-0123456789abcdef")
    with pytest.raises(BadInput) as refused:
        lists.add(rt, alice, list_id, list_rows.from_text("bo@example.com", "people"))
    assert refused.value.message == OTHER_KEY and lists.get(rt, alice, list_id).entry_count == 0


# -- files on their way ------------------------------------------------------------------------------


def test_an_upload_on_its_way_is_looked_through_when_it_is_there(
    rt: Runtime, alice: Actor, admin: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    storage, key = Storage.of(rt.settings), Storage.new_key()
    uploads.record_upload(rt, alice, "people.csv", 0, key)
    draft = storage.place(key).with_suffix(".part")
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(f"{HEADER}\n{CANARY[:20]}")
    waits: list[float] = []

    def arrives(self: RunHandle, seconds: float) -> None:
        waits.append(seconds)
        draft.write_text(f"{HEADER}\n{CANARY}\n")
        draft.rename(storage.place(key))

    monkeypatch.setattr(RunHandle, "wait", arrives)
    erase(rt, admin)
    assert len(waits) == 1
    assert canary.in_files(rt) == set() and rows(rt, "SELECT id FROM uploads") == []


def test_the_half_of_an_upload_whose_writer_was_killed_is_not_waited_for(
    rt: Runtime, alice: Actor, admin: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    storage, key = Storage.of(rt.settings), Storage.new_key()
    uploads.record_upload(rt, alice, "people.csv", 0, key)
    draft = storage.place(key).with_suffix(".part")
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text("half")
    then = draft.stat().st_mtime - 3600
    os.utime(draft, (then, then))
    monkeypatch.setattr(RunHandle, "wait", lambda *_: pytest.fail("it waits"))
    erase(rt, admin)


def test_what_a_waiting_job_was_told_of_them_goes_when_it_has_ended(
    rt: Runtime, alice: Actor, admin: Actor, search: str, database: ServerUrls
) -> None:
    """The first row of a file without headers, for one, is what its columns are called."""
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    waiting = upload(rt, alice, "Bo Newman,https://www.linkedin.com/in/bo-newman\n")
    params = {"parts": [{"upload_id": waiting}], "header": ["Canary Person", URL]}
    with rt.db.connection() as conn:
        run_id = jobs.start_run(conn, alice, "import", search, params)
    done = erasures.erase_by_address(rt, admin, URL, "erase")
    assert done.run_id is not None and erasure_files.NOT_ENDED in work(rt, done.run_id)["message"]
    assert rows(rt, "SELECT params FROM runs WHERE id = %s", run_id) == [{"params": params}], "the job needs it"
    assert canary.in_tables(database.superuser_url) == {"runs"}
    change(rt, "UPDATE runs SET state = 'cancelled' WHERE id = %s", run_id)
    night = erasure_nightly.run(rt)
    assert night is not None and not work(rt, night)["message"]
    assert canary.in_tables(database.superuser_url) == set()
    assert erasures.erasures(rt, admin)[0][0].files_left == 0


def test_a_job_that_ends_just_then_does_not_keep_what_it_was_told(
    rt: Runtime, job_rt: Runtime, alice: Actor, admin: Actor, search: str, monkeypatch: pytest.MonkeyPatch,
    database: ServerUrls,
) -> None:  # fmt: skip
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    with rt.db.connection() as conn:
        run_id = jobs.start_run(conn, alice, "filter", search, {"q": URL})
    real, ended = db.run, list[str]()

    def ends(conn: db.Conn, query: Any, params: Any = None) -> int:
        touched = real(conn, query, params)
        if query in (_Q.keep_open_runs, _Q.blank_runs) and not ended:
            # Between the two questions, whichever comes first.
            ended.append(query)
            change(job_rt, "UPDATE runs SET state = 'done' WHERE id = %s", run_id)
        return touched

    monkeypatch.setattr(db, "run", ends)
    erase(rt, admin)
    assert ended and canary.in_tables(database.superuser_url) == set()
