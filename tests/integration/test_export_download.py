"""The file of an export on its way to the browser."""

from __future__ import annotations

import json
import random
import threading
import uuid
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from callbacks import cookies
from layouts import ids, text
from services.access.identity import Actor
from services.exports import exports
from services.exports.exports import start_export
from services.grid.grid_view import View
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches
from tests.integration.test_export import fill, stored_files
from tests.integration.test_import import table, work
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def run(rt: Runtime, alice: Actor) -> dict[str, Any]:
    """Alice's export of 20 people, done."""
    search = str(searches.create_search(rt, alice, 'Ingénieurs "Lisbon"').id)
    fill(rt, search, 20)
    run_id = start_export(rt, alice, View.of(search, status="all"), None, {"all": True})
    work(rt, run_id)
    return runs.get_run(rt, alice, run_id)


@pytest.fixture
def url(run: dict[str, Any]) -> str:
    return f"/exports/{run['export_id']}"


@pytest.fixture
def whole(rt: Runtime, run: dict[str, Any]) -> bytes:
    return stored_files(rt)[0].read_bytes()


@pytest.fixture
def download(client_for: ClientFor, alice: Actor, url: str) -> Callable[..., TestResponse]:
    """download(header=…): Alice's browser asks for the file."""
    client = client_for(alice)

    def get(**headers: str) -> TestResponse:
        return client.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return get


Get = Callable[..., TestResponse]


def test_the_whole_file(rt: Runtime, alice: Actor, download: Get, whole: bytes, run: dict[str, Any]) -> None:
    answer = download()
    assert (answer.status_code, answer.data) == (200, whole)
    day = run["finished_at"].date().isoformat()
    assert answer.headers["Content-Disposition"] == f"attachment; filename=ingenieurs-lisbon-{day}.csv"
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Length"] == str(len(whole))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    told = table(rt, "SELECT user_id, subject FROM audit_log WHERE action = 'export.download'")
    assert told == [{"user_id": alice.user_id, "subject": str(run["export_id"])}]


@pytest.mark.parametrize(("asked", "start", "end"), [("0-99", 0, 100), ("100-", 100, None), ("-10", -10, None)])
def test_a_part_of_the_file(download: Get, whole: bytes, asked: str, start: int, end: int | None) -> None:
    answer = download(Range=f"bytes={asked}")
    assert (answer.status_code, answer.data) == (206, whole[start:end])
    first = start % len(whole)
    assert answer.headers["Content-Range"] == f"bytes {first}-{(end or len(whole)) - 1}/{len(whole)}"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_download_that_broke_off_goes_on(download: Get, whole: bytes) -> None:
    etag = download().headers["ETag"]
    assert download(Range="bytes=50-", If_Range=etag).data == whole[50:]
    assert download(Range="bytes=50-", If_Range='"another"').data == whole


def test_a_part_that_is_not_there(download: Get) -> None:
    assert download(Range="bytes=9999999-").status_code == 416


def test_a_file_that_the_browser_has(download: Get) -> None:
    etag = download().headers["ETag"]
    answer = download(If_None_Match=etag)
    assert (answer.status_code, answer.data) == (304, b"")


def test_only_the_headers(client_for: ClientFor, alice: Actor, url: str, whole: bytes) -> None:
    answer = client_for(alice).head(url)
    assert (answer.status_code, answer.data, answer.headers["Content-Length"]) == (200, b"", str(len(whole)))


def test_each_download_is_one_line_of_the_audit_log(
    rt: Runtime, client_for: ClientFor, alice: Actor, download: Get, url: str
) -> None:
    def lines() -> int:
        return len(table(rt, "SELECT 1 FROM audit_log WHERE action = 'export.download'"))

    client_for(alice).head(url)
    download(Range="bytes=9999999-")
    assert lines() == 0
    download(Range="bytes=100-")
    assert lines() == 1
    etag = download(Range="bytes=0-99").headers["ETag"]
    download(Range="bytes=100-199", If_Range=etag)
    download(Range="bytes=200-")
    download(If_None_Match=etag)
    assert lines() == 2
    download()
    assert lines() == 3


# -- who may ---------------------------------------------------------------------------------------


def test_an_admin_may_download_it(client_for: ClientFor, admin: Actor, url: str, whole: bytes) -> None:
    assert client_for(admin).get(url).data == whole


def test_nobody_else_may(
    client_for: ClientFor, bob: Actor, charlie: Actor, stranger: Browser, url: str, run: dict[str, Any]
) -> None:
    for actor in (bob, charlie):
        answer = client_for(actor).get(url, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert stranger.get(url).status_code == 401


def test_not_once_the_search_is_no_longer_shared(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, run: dict[str, Any]
) -> None:
    run_id = start_export(rt, bob, View.of(run["search_id"]), None, {"all": True})
    work(rt, run_id)
    url = f"/exports/{runs.get_run(rt, bob, run_id)['export_id']}"
    client = client_for(bob)
    assert client.get(url).status_code == 200
    searches.set_visibility(rt, alice, run["search_id"], "private")
    assert client.get(url).status_code == 403


# -- what is not there -----------------------------------------------------------------------------


def test_an_expired_export_says_so(rt: Runtime, client_for: ClientFor, alice: Actor, url: str) -> None:
    table(rt, "UPDATE exports SET expires_at = now() - interval '1 second' RETURNING id")
    answer = client_for(alice).get(url, headers={"Accept": "text/html"})
    assert answer.status_code == 410
    assert "more than a week old" in answer.text


def test_an_export_whose_file_is_gone_says_so(rt: Runtime, client_for: ClientFor, alice: Actor, url: str) -> None:
    stored_files(rt)[0].unlink()
    answer = client_for(alice).get(url, headers={"Accept": "text/html"})
    assert answer.status_code == 410
    assert "Make it again" in answer.text


def test_an_export_that_never_was(client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    answer = client.get(f"/exports/{uuid.uuid4()}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert exports.GONE in answer.text
    for bad in ("1", "../etc/passwd", "x" * 36):
        assert client.get(f"/exports/{bad}").status_code == 404


# -- where it is offered ---------------------------------------------------------------------------


def runs_page(client: Browser) -> str:
    answer = call(client, "page.children", [(ids.URL, "pathname", "/runs")], [(ids.URL, "search", "")])
    return json.dumps(answer.get_json())


def test_the_list_of_runs_offers_it_to_those_who_may(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, charlie: Actor, admin: Actor, url: str
) -> None:
    for actor, offered in ((alice, True), (admin, True), (bob, False), (charlie, False)):
        page = runs_page(client_for(actor))
        assert "20 people" in page
        assert (url in page) == offered
    table(rt, "UPDATE exports SET expires_at = now() - interval '1 second' RETURNING id")
    assert url not in runs_page(client_for(alice))


def test_the_message_that_it_is_done_offers_it(
    client_for: ClientFor, alice: Actor, run: dict[str, Any], url: str
) -> None:
    answer = call(client_for(alice), f"{ids.RUN_STATE}.data", [(ids.RUN_WATCH, "data", {"run_ids": [run["id"]]})])
    message = json.dumps(answer.get_json()["sideUpdate"][ids.TOAST])
    assert text.EXPORT_DONE in message
    assert url in message
    assert f'"data-testid": "{ids.EXPORT_DOWNLOAD}"' in message


# -- a real connection that breaks off -------------------------------------------------------------


class Threaded(ThreadingMixIn, WSGIServer):
    """A download that breaks off must not hold up the next one."""


class Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Tests say what went wrong."""


@pytest.fixture
def over_http(
    rt: Runtime, server: Flask, client_for: ClientFor, alice: Actor, url: str
) -> Iterator[Callable[..., HTTPResponse]]:
    """over_http(header=…): ask a server for a large file as Alice; the answer, not yet read."""
    cookie = client_for(alice).get_cookie(cookies.SESSION.base)
    assert cookie is not None
    stored_files(rt)[0].write_bytes(LARGE)
    table(rt, "UPDATE exports SET bytes = %s RETURNING id", len(LARGE))
    listening = Threaded(("127.0.0.1", 0), Silent)
    listening.set_app(server)
    serving = threading.Thread(target=listening.serve_forever)
    serving.start()
    opened: list[HTTPConnection] = []

    def ask(**headers: str) -> HTTPResponse:
        opened.append(HTTPConnection("127.0.0.1", listening.server_port, timeout=30))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        opened[-1].request("GET", url, headers={"Cookie": f"{cookies.SESSION.base}={cookie.value}", **named})
        return opened[-1].getresponse()

    yield ask
    for connection in opened:
        connection.close()
    listening.shutdown()
    serving.join()
    listening.server_close()


LARGE = random.Random(5).randbytes(3_000_000)


def test_a_download_that_was_killed_in_the_middle_goes_on_where_it_was(
    over_http: Callable[..., HTTPResponse],
) -> None:
    first = over_http()
    etag = first.headers["ETag"]
    got = first.read(1_234_567)
    first.close()
    while len(got) < len(LARGE):
        answer = over_http(Range=f"bytes={len(got)}-", If_Range=etag)
        assert answer.status == 206
        assert answer.headers["Content-Range"] == f"bytes {len(got)}-{len(LARGE) - 1}/{len(LARGE)}"
        # Breaks off again and again.
        got += answer.read(700_001)
        answer.close()
    assert got == LARGE


def test_parts_in_any_order_make_the_whole(over_http: Callable[..., HTTPResponse]) -> None:
    starts = list(range(0, len(LARGE), 444_444))
    random.Random(7).shuffle(starts)
    parts = {start: over_http(Range=f"bytes={start}-{start + 444_443}").read() for start in starts}
    assert b"".join(parts[start] for start in sorted(parts)) == LARGE


def test_rights_are_asked_for_again_when_a_download_goes_on(
    rt: Runtime, over_http: Callable[..., HTTPResponse]
) -> None:
    etag = over_http(Range="bytes=0-9").headers["ETag"]
    table(rt, "UPDATE users SET role = 'viewer' RETURNING id")
    assert over_http(Range="bytes=10-", If_Range=etag).status == 403
