"""Lists from files and Google Sheets, on the page of a list."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.config import Settings
from services.filtering import list_rows, list_runs, lists
from services.imports import uploads
from services.runs import run_rights, runs
from services.runtime import Runtime
from tests.change_runs import kill_at, work, work_with
from tests.change_runs import rows as rows_of
from tests.filter_pages import full, page, response, said
from tests.integration.test_upload import send
from tests.stubs.sheets_server import SheetsStub
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
SHEET = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
ADDRESS = f"https://docs.google.com/spreadsheets/d/{SHEET}/edit#gid=0"
SAVE = "..list-sheet-run.data...list-sheet-clock.disabled..."
PROGRESS = "..list-sheet-state.children..."


@pytest.fixture
def stub() -> Iterator[SheetsStub]:
    with SheetsStub() as server:
        server.sheets[SHEET] = {"Companies": [["Company"], ["Acme"], ["Beeb"]]}
        yield server


@pytest.fixture
def settings(settings: Settings, stub: SheetsStub) -> Settings:
    return dataclasses.replace(
        settings, google_service_account=stub.key, google_sheets_base_url=stub.url, google_sheets_rpm=60_000
    )


@pytest.fixture
def clients(rt: Runtime, alice: Actor) -> int:
    list_id = lists.create(rt, alice, "blacklisted_companies", "Clients")
    lists.replace(rt, alice, list_id, list_rows.from_text("Globex", "companies"))
    return list_id


def upload(client: Browser, name: str, content: bytes) -> str:
    sent = send(client, content, name)
    assert sent.status_code == 200, sent.get_data(as_text=True)
    return str(sent.get_json()["upload_id"])


def take(client: Browser, list_id: int, uploads: Any, mode: str = "replace") -> Any:
    return call(client, called_by(client, ids.LIST_UPLOAD), [(ids.LIST_UPLOAD, "data", uploads)],
                [(ids.LIST_FILE_MODE, "value", mode), (ids.LIST_ID, "data", list_id)])  # fmt: skip


def look(client: Browser, list_id: int, seen: Any = None) -> Any:
    """The page's clock: how far reading the file is."""
    return call(client, called_by(client, ids.LIST_FILE_CLOCK), [(ids.LIST_FILE_CLOCK, "n_intervals", 1)],
                [(ids.LIST_FILE_SEEN, "data", seen), (ids.LIST_ID, "data", list_id)])  # fmt: skip


def called_by(client: Browser, component: str) -> str:
    known = client.application.config["SOURCINGX_REGISTRY"].app.callback_map
    return next(name for name, spec in known.items() if spec["inputs"] and spec["inputs"][0]["id"] == component)


def read(rt: Runtime, actor: Actor, list_id: int) -> list_runs.Filling:
    """What a job worker does with the file of a list; what the page then knows of it."""
    work(rt, list_runs.fillings(rt, actor, [list_id])[list_id].run_id)
    return list_runs.fillings(rt, actor, [list_id])[list_id]


def save(client: Browser, list_id: int, address: Any = ADDRESS, part: Any = "Companies", every: Any = "60") -> Any:
    state = [(ids.LIST_SHEET, "value", address), (ids.LIST_SHEET_RANGE, "value", part),
             (ids.LIST_SHEET_EVERY, "value", every), (ids.LIST_ID, "data", list_id)]  # fmt: skip
    return call(client, full(client, SAVE), [(ids.LIST_SHEET_SAVE, "n_clicks", 1)], state)


def progress(client: Browser, list_id: int, run_id: Any) -> Any:
    inputs = [(ids.LIST_SHEET_CLOCK, "n_intervals", 1), (ids.LIST_SHEET_RUN, "data", run_id)]
    return call(client, full(client, PROGRESS), inputs, [(ids.LIST_ID, "data", list_id)])


def labels(rt: Runtime, actor: Actor, list_id: int) -> list[str]:
    return [one.label for one in lists.entries(rt, actor, list_id)[0]]


def test_a_file_takes_the_lists_place_or_is_added(
    rt: Runtime, alice: Actor, client_for: ClientFor, clients: int
) -> None:
    client = client_for(alice)
    content = b"Company;Why\nAcme GmbH;client\nInitech;partner\n"
    started = response(take(client, clients, [upload(client, "clients.csv", content)], "add"))
    assert started[ids.LIST_FILE_CLOCK]["disabled"] is False
    read(rt, alice, clients)
    shown = look(client, clients)
    assert text.LIST_FILLED.format(added=2, removed=0, entries=3, version=2) in said(shown)
    assert "Initech" in said(shown) and response(shown)[ids.LIST_FILE_CLOCK]["disabled"] is True
    assert labels(rt, alice, clients) == ["Globex", "Acme GmbH", "Initech"]
    take(client, clients, [upload(client, "clients.csv", content)])
    read(rt, alice, clients)
    assert labels(rt, alice, clients) == ["Acme GmbH", "Initech"]
    assert lists.get(rt, alice, clients).source == "file"


def test_while_a_file_is_read_the_list_says_so_and_stays_in_force(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, client_for: ClientFor, clients: int
) -> None:
    client = client_for(alice)
    rows = b"".join(b"Company %d\n" % n for n in range(2_500))
    shown = said(take(client, clients, [upload(client, "clients.csv", rows)]))
    assert text.LIST_FILE_READING in shown and text.LIST_FILE_WAITS in shown and "data-cancel-run" in shown
    for who in (alice, bob, charlie):
        for path in ("/lists", f"/lists/{clients}"):
            assert text.LIST_FILE_READING in page(client_for(who), path)
    assert "data-cancel-run" not in page(client_for(charlie), f"/lists/{clients}")
    assert list_runs.BUSY in said(take(client_for(bob), clients, [upload(client_for(bob), "x.csv", b"Acme")]))
    during: list[str] = []

    def watch() -> None:
        during.extend([said(look(client, clients)), *labels(rt, alice, clients)])

    handle = work_with(rt, list_runs.fillings(rt, alice, [clients])[clients].run_id, 3, watch)
    assert during[1:] == ["Globex"] and text.LIST_FILE_STAYS in during[0]
    assert (handle.ended, lists.get(rt, alice, clients).entry_count) == ("done", 2_500)
    assert text.LIST_FILE_READING not in page(client, f"/lists/{clients}")


def test_reading_a_file_is_cancelled_and_changes_nothing(
    rt: Runtime, alice: Actor, client_for: ClientFor, clients: int
) -> None:
    client = client_for(alice)
    rows = b"".join(b"Company %d\n" % n for n in range(2_500))
    take(client, clients, [upload(client, "clients.csv", rows)])
    run_id = list_runs.fillings(rt, alice, [clients])[clients].run_id
    work_with(rt, run_id, 2, lambda: runs.cancel_run(rt, alice, run_id))
    assert text.LIST_FILE_CANCELLED in said(look(client, clients))
    assert labels(rt, alice, clients) == ["Globex"]
    # Until the list changes, or another file is read.
    assert text.LIST_FILE_CANCELLED in page(client, "/lists")
    lists.add(rt, alice, clients, list_rows.from_text("Acme", "companies"))
    assert text.LIST_FILE_CANCELLED not in page(client, "/lists")


def test_a_worker_that_dies_over_a_file_leaves_the_list_and_reads_again(
    rt: Runtime, alice: Actor, client_for: ClientFor, clients: int
) -> None:
    client = client_for(alice)
    rows = b"".join(b"Company %d\n" % n for n in range(2_500))
    take(client, clients, [upload(client, "clients.csv", rows)])
    run_id = list_runs.fillings(rt, alice, [clients])[clients].run_id
    kill_at(rt, run_id, 2)
    assert labels(rt, alice, clients) == ["Globex"]
    # Nobody tidies the file away meanwhile.
    uploads.purge_uploads(rt)
    assert read(rt, alice, clients).state == "done"
    assert lists.get(rt, alice, clients).entry_count == 2_500
    uploads.purge_uploads(rt)
    assert rows_of(rt, "SELECT * FROM uploads") == []


def test_the_right_to_change_a_list_is_looked_at_when_its_file_is_read(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, clients: int
) -> None:
    client = client_for(bob)
    take(client, clients, [upload(client, "clients.csv", b"Acme")])
    lists.rename(rt, alice, clients, "Clients", shared=False)
    found = read(rt, alice, clients)
    assert (found.state, found.message.startswith(run_rights.REASONS["list"])) == ("cancelled", True)
    assert labels(rt, alice, clients) == ["Globex"]


def test_a_file_that_cannot_be_read_changes_nothing(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor, clients: int
) -> None:
    client = client_for(alice)
    take(client, clients, [upload(client, "clients.xlsx", b"PK\x03\x04 no workbook")])
    found = read(rt, alice, clients)
    assert found.state == "failed" and found.message
    for shown in (said(look(client, clients)), page(client, "/lists"), page(client, f"/lists/{clients}")):
        assert text.LIST_SYNC_FAILED.format(message=found.message) in shown
    own = upload(client, "clients.csv", b"Umbrella\n")
    assert "no longer there" in said(take(client_for(bob), clients, [own]))
    assert "no longer there" in said(take(client, clients, ["nonsense"]))
    assert labels(rt, alice, clients) == ["Globex"]


def test_who_may_only_look_cannot_fill_a_list(charlie: Actor, client_for: ClientFor, clients: int) -> None:
    client = client_for(charlie)
    assert take(client, clients, ["x"]).status_code == 403
    assert save(client, clients).status_code == 403
    assert look(client, clients).status_code == 200


def test_a_sheet_is_named_read_and_shown(rt: Runtime, alice: Actor, client_for: ClientFor, clients: int) -> None:
    client = client_for(alice)
    answer = response(save(client, clients))
    run_id = answer[ids.LIST_SHEET_RUN]["data"]
    assert answer[ids.LIST_SHEET_CLOCK]["disabled"] is False
    assert text.LIST_SHEET_STARTED in said(progress(client, clients, run_id))
    work(rt, run_id)
    shown = progress(client, clients, run_id)
    assert response(shown)[ids.LIST_SHEET_CLOCK]["disabled"] is True
    assert "Beeb" in said(shown)
    about = lists.get(rt, alice, clients)
    assert (about.sheet_id, about.sync_every_min, about.version) == (SHEET, 60, 2)
    assert SHEET in page(client, f"/lists/{clients}")


def test_a_sheet_that_cannot_be_read_says_why_and_the_list_stays(
    rt: Runtime, alice: Actor, client_for: ClientFor, clients: int, stub: SheetsStub
) -> None:
    stub.private.add(SHEET)
    client = client_for(alice)
    run_id = response(save(client, clients))[ids.LIST_SHEET_RUN]["data"]
    work(rt, run_id)
    shown = said(progress(client, clients, run_id))
    assert "Share it with" in shown and "The last good version stays in force." in shown
    assert labels(rt, alice, clients) == ["Globex"]


def test_a_sheet_without_an_address_or_tab_is_one_message(
    rt: Runtime, alice: Actor, client_for: ClientFor, clients: int
) -> None:
    client = client_for(alice)
    for address, part, said_so in (("nowhere", "Companies", "Paste the sheet's address"), (ADDRESS, " ", "Say which")):
        answer = response(save(client, clients, address, part))
        assert answer[ids.LIST_ENTRY_PROBLEM]["children"].startswith(said_so)
        assert ids.LIST_SHEET_RUN not in answer
    save(client, clients)
    assert text.LIST_SHEET_GONE in said(save(client, clients, "", ""))
    assert lists.get(rt, alice, clients).sheet_id == ""


def test_another_persons_private_list_takes_no_file_and_tells_of_none(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor
) -> None:
    own = lists.create(rt, alice, "blacklisted_companies", "Mine alone", shared=False)
    take(client_for(alice), own, [upload(client_for(alice), "clients.csv", b"Acme")])
    client = client_for(bob)
    assert lists.GONE in said_any(take(client, own, [upload(client, "clients.csv", b"Acme")]))
    assert response(look(client, own)) == {
        ids.LIST_FILE_STATE: {"children": None},
        ids.LIST_FILE_CLOCK: {"disabled": True},
    }
    assert list_runs.fillings(rt, bob, [own]) == {}
    assert read(rt, alice, own).state == "done"


def test_another_persons_run_is_not_shown(rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor) -> None:
    own = lists.create(rt, alice, "blacklisted_companies", "Mine alone", shared=False)
    run_id = response(save(client_for(alice), own))[ids.LIST_SHEET_RUN]["data"]
    assert progress(client_for(bob), own, run_id).status_code == 403
    assert lists.READ_ONLY in said_any(save(client_for(bob), own))


def said_any(answer: Any) -> str:
    return str(answer.get_data(as_text=True))
