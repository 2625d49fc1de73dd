"""Uploading a file, the import page and the list of runs, as a browser uses them."""

from __future__ import annotations

import io
import json
import os
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from layouts import ids
from services.access.identity import Actor
from services.commands import cli_import
from services.demo import sample
from services.errors import BadInput, Forbidden, NotFound, Unavailable
from services.imports import upload_tidy, uploads
from services.runs import jobs, runs, worker
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.searches import searches
from services.storage import Storage, TooLarge
from tests.integration.test_import import PEOPLE, profiles, table, work
from tests.integration.test_import import start as start_import
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
LOOK = (
    "..import-files.children...import-preview.children...import-mapping.children...import-start.hidden"
    "...import-dry-run.hidden...import-problem.children.."
)
DRY_RUN = "..import-dry-run-run.data...import-problem.children.."
TRIAL = "..import-dry-run-report.children...import-dry-run-clock.disabled.."
START = "..import-run.data...url.search...import-problem.children.."
REPORT = "..import-report.children...import-setup.hidden...import-clock.disabled.."
CANCEL = "run-cancel-request.clear_data"
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


def send(client: Browser, content: bytes | str, name: str = "people.csv", **options: Any) -> TestResponse:
    data = content.encode() if isinstance(content, str) else content
    # The test client's own boundaries are random, and a few exceed the 70 characters of RFC 2046, section 5.1.1.
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(data), name)}, BOUNDARY)
    return client.send("/uploads", data=body, content_type=f"multipart/form-data; boundary={boundary}", **options)


def stored(rt: Runtime) -> list[Path]:
    return [path for path in (rt.settings.home / "storage").rglob("*") if path.is_file()]


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    return str(searches.create_search(rt, alice, "Leads").id)


def props(answer: TestResponse, component: str) -> Any:
    """What a callback set on a component; nested components as JSON text."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()["response"].get(component)


# -- uploading ---------------------------------------------------------------------------------------


def test_a_file_is_stored_byte_for_byte(rt: Runtime, client_for: ClientFor, alice: Actor) -> None:
    content = bytes(range(256)) * 1500 + b"\r\n--" + BOUNDARY.encode()[:-1] + b"\r\n"
    answer = send(client_for(alice), content, "C:/Users/ana/peo\u202eple.csv")
    assert answer.status_code == 200
    with uploads.opened_upload(rt, alice, answer.get_json()["upload_id"]) as (row, file):
        assert file.read() == content
    assert (row["file_name"], row["bytes"]) == ("people.csv", len(content))


def test_its_name_is_no_path(rt: Runtime, client_for: ClientFor, alice: Actor) -> None:
    assert send(client_for(alice), "a,b\n1,2\n", "../../../etc/passwd").status_code == 200
    assert [path.parent.parent.name for path in stored(rt)] == ["storage"]
    assert "passwd" not in str(stored(rt))


def test_strangers_and_viewers_and_other_sites_are_refused(
    rt: Runtime, client_for: ClientFor, stranger: Browser, alice: Actor, charlie: Actor
) -> None:
    assert send(stranger, PEOPLE).status_code == 401
    assert send(client_for(charlie), PEOPLE).status_code == 403
    assert send(client_for(alice), PEOPLE, headers={"X-CSRF-Token": "0" * 64}).status_code == 403
    assert send(client_for(alice), PEOPLE, headers={"X-CSRF-Token": ""}).status_code == 403
    assert send(client_for(alice), PEOPLE, headers={"Origin": "https://evil.example"}).status_code == 403
    assert stored(rt) == []


class Endless(io.RawIOBase):
    """A multipart body that never ends, and how much of it was read."""

    def __init__(self) -> None:
        super().__init__()
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
        self.given, self._at, self._head = 0, 0, head.encode()

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        # The test client asks so for the Content-Length.
        self._at = 10**9 if whence == io.SEEK_END else offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        part = (self._head + b"x" * size)[: max(size, 1)]
        self._head = b""
        self.given += len(part)
        return part


def test_a_file_that_says_it_is_too_large_is_refused_unread(client_for: ClientFor, alice: Actor) -> None:
    body = Endless()
    answer = client_for(alice).send(
        "/uploads", input_stream=body, content_type=f"multipart/form-data; boundary={BOUNDARY}"
    )  # fmt: skip
    assert (answer.status_code, answer.get_json()) == (413, {"error": "The file is larger than 200 MB."})
    assert body.given == 0


def test_a_file_that_turns_out_too_large_is_not_kept(rt: Runtime, alice: Actor) -> None:
    small = Runtime(replace(rt.settings, max_upload_mb=1))
    small.open()
    body = Endless()
    with pytest.raises(TooLarge):
        uploads.save_upload(small, alice, body.read, BOUNDARY)
    small.close()
    assert body.given < 1_200_000
    assert stored(rt) == []


def test_memory_does_not_grow_with_the_file(rt: Runtime, alice: Actor) -> None:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'.encode()

    def body() -> Iterator[bytes]:
        yield head
        for _ in range(640):
            yield b"Ana Lima,Backend Engineer,Acme,Lisbon\n" * 1724
        yield f"\r\n--{BOUNDARY}--\r\n".encode()

    chunks = body()
    tracemalloc.start()
    uploads.save_upload(rt, alice, lambda size: next(chunks, b""), BOUNDARY)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(path.stat().st_size for path in stored(rt)) > 40_000_000
    assert peak < 4_000_000


def test_half_a_gigabyte_takes_no_more_than_16_megabytes(rt: Runtime, alice: Actor) -> None:
    """Resident memory of the process, as the kernel counts it, at its highest."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'.encode()
    row = b"Ana Lima,Backend Engineer,Acme,Lisbon\n" * 1724
    large = Runtime(replace(rt.settings, max_upload_mb=600))
    large.open()

    def body(chunks: int) -> Callable[[int], bytes]:
        parts = iter([head, *([row] * chunks), f"\r\n--{BOUNDARY}--\r\n".encode()])
        return lambda size: next(parts, b"")

    uploads.save_upload(large, alice, body(10), BOUNDARY)
    Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    upload_id = uploads.save_upload(large, alice, body(500_000_000 // len(row)), BOUNDARY)
    grown = resident("VmHWM") - before
    large.close()
    assert table(rt, "SELECT bytes > 499000000 AS large FROM uploads WHERE id = %s", upload_id) == [{"large": True}]
    assert grown <= 16_000_000


def resident(name: str) -> int:
    """A figure of /proc/self/status in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(name + ":"))) * 1024


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no multipart at all",
        f"--{BOUNDARY}--\r\n".encode(),
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\ncut sho'.encode(),
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--{BOUNDARY}--\r\n'.encode(),
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n\r\n--{BOUNDARY}--'.encode(),
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="note"\r\n\r\n{"x" * 300_000}\r\n'.encode(),
        (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n1\r\n' * 2).encode(),
    ],
)  # fmt: skip
def test_a_damaged_upload_is_one_clear_message_and_leaves_nothing(
    rt: Runtime, client_for: ClientFor, alice: Actor, body: bytes
) -> None:
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    answer = client_for(alice).send("/uploads", data=body, content_type=kind)
    assert answer.status_code == 400
    assert answer.get_json()["error"]
    assert stored(rt) == []
    assert table(rt, "SELECT id FROM uploads") == []


@pytest.mark.parametrize("kind", ["text/csv", "multipart/form-data", f"multipart/form-data; boundary={'x' * 200}"])
def test_an_upload_that_is_no_form_is_refused(client_for: ClientFor, alice: Actor, kind: str) -> None:
    assert client_for(alice).send("/uploads", data=b"a,b", content_type=kind).status_code == 400


def test_a_full_disk_is_told_and_nothing_is_kept(rt: Runtime, alice: Actor) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x"
        raise OSError(28, "No space left on device")

    with pytest.raises(Unavailable, match="no room"):
        Storage.of(rt.settings).save_stream(Storage.new_key(), chunks(), 100)
    assert stored(rt) == []


def test_a_key_that_is_no_key_opens_nothing(rt: Runtime) -> None:
    for key in ("../../etc/passwd", "", "x", "/etc/passwd"):
        with pytest.raises(NotFound):
            Storage.of(rt.settings).open_read(key)
    with pytest.raises(NotFound):
        Storage.of(rt.settings).size(Storage.new_key())


def test_files_that_nobody_imported_are_deleted_a_day_later(rt: Runtime, client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    send(client, PEOPLE)
    with rt.db.connection() as conn:
        conn.execute("UPDATE uploads SET created_at = now() - interval '25 hours'")
    send(client, PEOPLE)
    assert len(stored(rt)) == 1
    assert len(table(rt, "SELECT id FROM uploads")) == 1


def test_what_a_kill_leaves_of_an_upload_is_known_and_goes_with_old_ones(rt: Runtime, alice: Actor) -> None:
    body = io.BytesIO(encode_multipart({"file": FileStorage(io.BytesIO(b"a,b\n" * 200_000), "p.csv")}, BOUNDARY)[1])
    seen: list[tuple[dict[str, Any], bytes]] = []

    def read(n: int) -> bytes:
        for row in table(rt, "SELECT file_name, storage_key, user_id FROM uploads"):
            parts = [path.read_bytes() for path in stored(rt) if path.name == f"{row['storage_key']}.part"]
            seen.extend((row, part) for part in parts)
        return body.read(n)

    uploads.save_upload(rt, alice, read, BOUNDARY)
    # In the middle of it somebody knows whose half a file is, and under which key.
    row, part = seen[-1]
    assert (row["file_name"], row["user_id"]) == ("p.csv", alice.user_id)
    with rt.db.connection() as conn:
        conn.execute("UPDATE uploads SET bytes = 0, created_at = now() - interval '25 hours'")
    place = Storage.of(rt.settings).place(row["storage_key"])
    place.rename(place.with_suffix(".part")).write_bytes(part)
    worker._nightly(rt, 0)
    assert stored(rt) == [] and table(rt, "SELECT id FROM uploads") == []


def test_files_that_nobody_uploaded_are_known_before_their_first_byte_too(
    rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of whatever way, a kill leaves no file of people that no erasure and no night would find."""
    real, known = Storage.save_stream, []

    def looks(self: Storage, key: str, chunks: Any, most: int) -> int:
        known.extend(table(rt, "SELECT file_name, bytes FROM uploads WHERE storage_key::text = %s", key))
        return real(self, key, chunks, most)

    monkeypatch.setattr(Storage, "save_stream", looks)
    cli_import._store(rt, alice, io.BytesIO(b"a,b\n"), "people.csv")
    sample.start(rt, alice)
    assert known == [{"file_name": "people.csv", "bytes": 0}, {"file_name": sample.FILE, "bytes": 0}]


def test_halves_of_files_that_nobody_goes_on_with_are_removed_at_night(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    storage = Storage.of(rt.settings)
    old, young, whole = (storage.place(storage.new_key()) for _ in range(3))
    old, young = old.with_suffix(".part"), young.with_suffix(".part")
    for path in (old, young, whole):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    for path, hours in ((old, 25), (young, 23), (whole, 25)):
        then = path.stat().st_mtime - hours * 3600
        os.utime(path, (then, then))
    worker._nightly(rt, 0)
    assert sorted(stored(rt)) == sorted([young, whole])
    # That the disk is away is no reason for the night's other work not to be done.
    monkeypatch.setattr(Storage, "remove_old_drafts", lambda *_: (_ for _ in ()).throw(OSError("away")))
    upload_tidy.run(rt)
    assert "not tidied away" in caplog.text


# -- the import page -------------------------------------------------------------------------------------


def show(client: Browser, path: str, query: str = "") -> TestResponse:
    return call(client, "page.children", [(ids.URL, "pathname", path)], [(ids.URL, "search", query)])


Option = tuple[int, str, Any]


def selects(component: Any) -> Iterator[dict[str, Any]]:
    """The choices of a field, in their order."""
    if isinstance(component, list):
        for part in component:
            yield from selects(part)
    elif isinstance(component, dict):
        if component.get("type") == "Select":
            yield component
        for part in component.values():
            if isinstance(part, dict | list):
                yield from selects(part)


def look(
    client: Browser,
    uploaded: Any,
    options: list[Option] | None = None,
    *,
    changed: Any = None,
    chosen: Sequence[tuple[str, str | None]] = (),
) -> TestResponse:
    """The page after an upload, or after a control was changed: (file, name, value), changed: (file, name).

    chosen: column and field of the mapping that is shown.
    """
    values, known = controls(options or [])
    names = [(ids.import_map(place), "name", column) for place, (column, _) in enumerate(chosen)]
    fields = [(ids.import_map(place), "value", field) for place, (_, field) in enumerate(chosen)]
    return call(
        client, LOOK, [(ids.IMPORT_UPLOAD, "data", uploaded), values], [known, names, fields],
        triggered=json.dumps(ids.import_option(*changed), sort_keys=True, separators=(",", ":")) + ".value"
        if changed else None,
    )  # fmt: skip


def controls(options: list[Option]) -> tuple[Any, Any]:
    """The values of the controls, and their ids, as the browser sends them."""
    known = [(ids.import_option(place, name), value) for place, name, value in options]
    return [(key, "value", value) for key, value in known], [(key, "id", key) for key, _ in known]


def given(uploaded: Any, search: str, fields: list[str | None], options: list[Option] | None = None) -> list[Any]:
    """What the page says when an import is started or tried out."""
    values, known = controls(options or [])
    chosen = [(ids.import_map(place), "value", field) for place, field in enumerate(fields)]
    return [(ids.IMPORT_UPLOAD, "data", uploaded), (ids.IMPORT_SEARCH, "data", search), values, known, chosen]


def press_start(
    client: Browser, uploaded: Any, search: str, fields: list[str | None], options: list[Option] | None = None
) -> TestResponse:
    return call(client, START, [(ids.IMPORT_START, "n_clicks", 1)], given(uploaded, search, fields, options))


def try_out(
    client: Browser, uploaded: Any, search: str, fields: list[str | None], options: list[Option] | None = None
) -> TestResponse:
    return call(client, DRY_RUN, [(ids.IMPORT_DRY_RUN, "n_clicks", 1)], given(uploaded, search, fields, options))


def report(client: Browser, run_id: Any, search: str) -> TestResponse:
    inputs: list[Any] = [(ids.IMPORT_CLOCK, "n_intervals", 1), (ids.IMPORT_RUN, "data", run_id)]
    return call(client, REPORT, inputs, [(ids.IMPORT_SEARCH, "data", search)])


def test_from_the_file_to_the_people(rt: Runtime, client_for: ClientFor, alice: Actor, search: str) -> None:
    client = client_for(alice)
    assert "import-slot" in json.dumps(props(show(client, f"/search/{search}/import"), ids.PAGE))
    upload_id = send(client, PEOPLE + ",,,,,,,\n,Nobody,,,,,,\n").get_json()["upload_id"]

    seen = look(client, upload_id)
    assert "Ana Lima" in json.dumps(props(seen, ids.IMPORT_PREVIEW))
    mapping = json.dumps(props(seen, ids.IMPORT_MAPPING))
    assert "Favourite colour" in mapping
    assert '"value": "full_name"' in mapping
    assert props(seen, ids.IMPORT_START) == {"hidden": False}

    fields = ["full_name", "title", "company", None, "linkedin_url", "email", "skills", "keep"]
    started = press_start(client, upload_id, search, fields)
    run_id = props(started, ids.IMPORT_RUN)["data"]
    assert props(started, ids.URL) == {"search": f"?run={run_id}"}
    waiting = report(client, run_id, search)
    assert props(waiting, ids.IMPORT_CLOCK) == {"disabled": False}
    assert "Waiting, number 1" in json.dumps(props(waiting, ids.IMPORT_REPORT))

    work(rt, run_id)
    done = report(client, run_id, search)
    # Until the new people have been compared with those who are known.
    assert props(done, ids.IMPORT_CLOCK) == {"disabled": False}
    shown = json.dumps(props(done, ids.IMPORT_REPORT))
    assert '"data-count": "added"' in shown
    assert f"/imports/{run_id}/rejected.csv" in shown
    assert [row["full_name"] for row in profiles(rt)] == ["Ana Lima", "Ben Okoro"]

    file = client.get(f"/imports/{run_id}/rejected.csv")
    assert file.mimetype == "text/csv"
    assert b"Nobody" in file.data
    # A reload, or a link to the page, shows the same import.
    assert f"/imports/{run_id}/rejected.csv" in json.dumps(
        props(show(client, f"/search/{search}/import", f"?run={run_id}"), ids.PAGE)
    )


def test_a_file_that_cannot_be_read_is_told_on_the_page(client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    upload_id = send(client, b"PK\x03\x04 a workbook", "people.xlsx").get_json()["upload_id"]
    seen = look(client, upload_id)
    message = "The file is damaged or not complete. Download or save it again and upload that."
    assert props(seen, ids.IMPORT_PROBLEM) == {"children": message}
    assert props(seen, ids.IMPORT_START) == {"hidden": True}


def test_a_mapping_without_a_name_is_told_on_the_page(client_for: ClientFor, alice: Actor, search: str) -> None:
    client = client_for(alice)
    upload_id = send(client, PEOPLE).get_json()["upload_id"]
    answer = press_start(client, upload_id, search, [None] * 8)
    assert "Say which column holds the name" in props(answer, ids.IMPORT_PROBLEM)["children"]
    assert press_start(client, upload_id, search, ["full_name"]).status_code == 200


def test_an_upload_of_someone_else_is_not_shown(rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor) -> None:
    upload_id = send(client_for(alice), PEOPLE).get_json()["upload_id"]
    for wanted in (upload_id, "00000000-0000-4000-8000-000000000000", "x", 5, {}):
        answer = look(client_for(bob), wanted)
        assert "Ana" not in answer.get_data(as_text=True)
        assert "no longer there" in props(answer, ids.IMPORT_PROBLEM)["children"]


def test_viewers_get_no_import_page(client_for: ClientFor, charlie: Actor, search: str) -> None:
    answer = show(client_for(charlie), f"/search/{search}/import")
    assert answer.status_code == 403
    assert "import-slot" not in answer.get_data(as_text=True)


def test_a_run_of_others_is_neither_shown_nor_cancelled_nor_downloaded(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor
) -> None:
    private = str(searches.create_search(rt, alice, "Alice only", "private").id)
    run_id = start_import(rt, alice, private, PEOPLE)
    client = client_for(bob)
    assert report(client, run_id, private).status_code == 403
    assert client.get(f"/imports/{run_id}/rejected.csv").status_code == 403
    assert call(client, CANCEL, [(ids.RUN_CANCEL_REQUEST, "data", {"run": run_id, "at": 1})]).status_code == 403
    assert table(rt, "SELECT state FROM runs WHERE id = %s", run_id) == [{"state": "queued"}]


@pytest.mark.parametrize("run", ["0", "x", "999999999999999999999", "-1"])
def test_a_run_that_is_none_is_not_downloaded(client_for: ClientFor, alice: Actor, run: str) -> None:
    assert client_for(alice).get(f"/imports/{run}/rejected.csv").status_code == 403


@pytest.mark.parametrize("query", ["?run=x", "?run=", "?run=99999999999999999999", "?run=-1", "?run=7"])
def test_a_bad_run_in_the_address_is_ignored(client_for: ClientFor, alice: Actor, search: str, query: str) -> None:
    answer = show(client_for(alice), f"/search/{search}/import", query)
    assert answer.status_code == 200
    assert "import-slot" in answer.get_data(as_text=True)


def test_another_kind_of_run_has_no_rejected_rows(rt: Runtime, client_for: ClientFor, alice: Actor) -> None:
    with rt.db.connection() as conn:
        run_id = jobs.start_run(conn, alice, "export", None, {})
    assert client_for(alice).get(f"/imports/{run_id}/rejected.csv").status_code == 404


# -- runs --------------------------------------------------------------------------------------------------


def test_the_list_of_runs_is_fetched_again_while_they_go_on(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str
) -> None:
    client = client_for(alice)
    run_id = start_import(rt, alice, search, PEOPLE)
    assert "Waiting, number 1" in json.dumps(props(show(client, "/runs"), ids.PAGE))

    def poll(seen: str | None) -> TestResponse:
        return call(
            client,
            "..runs-list.children...runs-seen.data..",
            [(ids.RUNS_CLOCK, "n_intervals", 1)],
            [(ids.RUNS_SEEN, "data", seen)],
        )

    seen = props(poll(None), ids.RUNS_SEEN)["data"]
    assert "runs-list" not in poll(seen).get_data(as_text=True), "nothing new, nothing sent"
    work(rt, run_id)
    shown = json.dumps(props(poll(seen), ids.RUNS_LIST))
    assert '"data-state": "done"' in shown
    assert "Alice Owner" in shown


def test_watching_runs_does_not_keep_a_session_alive(rt: Runtime, client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    with rt.db.connection() as conn:
        conn.execute("UPDATE user_sessions SET last_active = now() - interval '5 minutes'")
    before = table(rt, "SELECT last_active FROM user_sessions")
    call(
        client,
        "..runs-list.children...runs-seen.data..",
        [(ids.RUNS_CLOCK, "n_intervals", 1)],
        [(ids.RUNS_SEEN, "data", None)],
    )
    report(client, None, "")
    assert table(rt, "SELECT last_active FROM user_sessions") == before


def test_a_click_on_cancel_cancels(rt: Runtime, client_for: ClientFor, alice: Actor, search: str) -> None:
    run_id = start_import(rt, alice, search, PEOPLE)
    client = client_for(alice)
    answer = call(client, CANCEL, [(ids.RUN_CANCEL_REQUEST, "data", {"run": run_id, "at": 1})])
    assert answer.status_code in {200, 204}
    assert runs.get_run(rt, alice, run_id)["state"] == "cancelled"
    for nonsense in (None, [], {"run": "x"}, {"run": None}):
        assert call(client, CANCEL, [(ids.RUN_CANCEL_REQUEST, "data", nonsense)]).status_code in {200, 204}


def test_a_search_of_others_cannot_be_imported_into(rt: Runtime, alice: Actor, bob: Actor) -> None:
    private = str(searches.create_search(rt, alice, "Alice only", "private").id)
    with pytest.raises(Forbidden):
        start_import(rt, bob, private, PEOPLE)
    with pytest.raises(BadInput):
        Runner(rt, "here").execute_inline(bob, "dance", None, {})
