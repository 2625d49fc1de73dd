"""The admin's pages on the running install: processes, queue, what failed, keys, slow statements."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest

from layouts import ids, text
from services import config
from services.access.identity import Actor
from services.config import Settings, child_environ
from services.errors import BadInput, Conflict, Forbidden, Unavailable
from services.operations import operations
from services.operations.process_figures import Teller
from services.runs import jobs
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.servers.servers import ServerUrls
from services.vendors import openai_check
from tests.integration.test_admin_users import page, press
from tests.people import Person, add_people, add_search
from tests.waiting import until
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
KEY = "sk-canary-key-0123456789"


def test_no_service_of_an_admin_serves_anyone_else(rt: Runtime, alice: Actor) -> None:
    for service in (operations.processes, operations.queue, operations.dead_letters, operations.slow_queries,
                    operations.keys):  # fmt: skip
        with pytest.raises(Forbidden):
            service(rt, alice)
    with pytest.raises(Forbidden):
        operations.retry(rt, alice, 1)
    with pytest.raises(Forbidden):
        operations.check_key(rt, alice, "OPENAI_API_KEY")


# ---- workers


def test_every_process_is_shown_with_its_memory(rt: Runtime, client_for: ClientFor, admin: Actor) -> None:
    teller = Teller(rt)
    teller.start()
    until(lambda: operations.processes(rt, admin), "nothing was told")
    client = client_for(admin)
    for shown in (page(client, "/admin/workers"),
                  call(client, "admin-workers.children", [(ids.ADMIN_CLOCK, "n_intervals", 1)])):  # fmt: skip
        assert "worker-row" in shown.get_data(as_text=True)
    teller.stop()
    assert text.ADMIN_NO_WORKERS in page(client, "/admin/workers").get_data(as_text=True)


def test_without_redis_the_page_says_so(rt: Runtime, admin: Actor, tmp_path: Path) -> None:
    alone = Runtime(replace(rt.settings, redis_url=f"unix://{tmp_path}/none.sock"))
    alone.open()
    try:
        assert operations.processes(alone, admin) is None
    finally:
        alone.close()


# ---- slow statements


def test_statements_are_listed_without_what_they_were_asked_for(
    rt: Runtime, client_for: ClientFor, admin: Actor
) -> None:
    with rt.db.connection() as conn:
        conn.execute("SELECT 'canary-literal' AS said, pg_sleep(0)")
    found = operations.slow_queries(rt, admin)
    assert found
    assert any("AS said" in row["query"] for row in found) or len(found) == 20
    assert "canary-literal" not in str(found)
    assert "statement-row" in page(client_for(admin), "/admin/workers").get_data(as_text=True)


def test_where_statements_are_not_counted_the_page_says_what_to_do(
    rt: Runtime, client_for: ClientFor, admin: Actor, database: ServerUrls
) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as conn:
        conn.execute("DROP EXTENSION pg_stat_statements")
    assert operations.slow_queries(rt, admin) is None
    assert "shared_preload_libraries" in page(client_for(admin), "/admin/workers").get_data(as_text=True)


# ---- jobs and dead letters


@pytest.fixture
def failed(rt: Runtime, alice: Actor) -> int:
    """An export whose worker died too often."""
    with rt.db.connection() as conn:
        search_id = add_search(conn, alice)
        add_people(conn, search_id, [Person(), Person(full_name="Second")])
        view = {"search_id": str(search_id), "status": "all", "q": "", "f": {}, "sort": []}
        params: dict[str, Any] = {"view": view, "format": "csv"}
        run_id = jobs.start_run(conn, alice, "export", str(search_id), params)
        conn.execute("UPDATE runs SET state = 'failed', attempts = 3, message = 'The job worker died 3 times at this.',"
                     " finished_at = now() WHERE id = %s", [run_id])  # fmt: skip
        conn.execute("DELETE FROM procrastinate_jobs")
    return run_id


def test_a_dead_letter_is_tried_again(rt: Runtime, client_for: ClientFor, admin: Actor, failed: int) -> None:
    client = client_for(admin)
    assert "died 3 times" in page(client, "/admin/jobs").get_data(as_text=True)
    answer = press(client, "admin-jobs.children", ("retry", [failed]), on=("retry", failed))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert text.ADMIN_RETRIED in str(answer.get_json()["sideUpdate"])
    assert "dead-row" not in str(answer.get_json()["response"])
    with rt.db.connection() as conn:
        row = conn.execute("SELECT state, attempts, message, finished_at FROM runs").fetchone()
        queued = conn.execute("SELECT args, lock FROM procrastinate_jobs").fetchall()
        audit = conn.execute("SELECT action, subject FROM audit_log").fetchall()
    assert row == {"state": "queued", "attempts": 0, "message": "", "finished_at": None}
    assert [q["args"] for q in queued] == [{"run_id": failed}]
    assert audit == [{"action": "run.retry", "subject": str(failed)}]
    # It is done by whoever fetches it, as any other run is.
    Runner(rt, "slot").execute(failed)
    with rt.db.connection() as conn:
        row = conn.execute("SELECT state, attempts FROM runs").fetchone()
    assert row is not None and row["attempts"] == 1


def test_what_did_not_fail_or_is_put_away_is_not_tried_again(rt: Runtime, admin: Actor, failed: int) -> None:
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET archived_at = now()")
    with pytest.raises(Conflict, match="archived"):
        operations.retry(rt, admin, failed)
    assert [row["may_retry"] for row in operations.dead_letters(rt, admin)[0]] == [False]
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET archived_at = NULL, deleted_at = now()")
    with pytest.raises(Conflict):
        operations.retry(rt, admin, failed)
    assert [row["may_retry"] for row in operations.dead_letters(rt, admin)[0]] == [False]
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET deleted_at = NULL")
    operations.retry(rt, admin, failed)
    for run_id in (failed, 999_999):
        with pytest.raises(Conflict, match="did not fail"):
            operations.retry(rt, admin, run_id)


def test_the_queue_and_a_silent_worker_are_told(rt: Runtime, client_for: ClientFor, admin: Actor, failed: int) -> None:
    operations.retry(rt, admin, failed)
    shown = page(client_for(admin), "/admin/jobs").get_data(as_text=True)
    assert text.ADMIN_NO_JOB_WORKER in shown
    assert re.search(r"the oldest for \d+ s", shown)
    again = call(client_for(admin), "admin-jobs.children", [(ids.ADMIN_JOBS_CLOCK, "n_intervals", 1)])
    assert "the oldest for" in again.get_data(as_text=True)


# ---- keys


def test_a_key_is_shown_by_where_it_came_from_and_never_itself(
    rt: Runtime, server: Any, client_for: ClientFor, admin: Actor
) -> None:
    runtime = server.config["SOURCINGX_RUNTIME"]
    runtime.settings = replace(runtime.settings, openai_api_key=KEY)
    shown = page(client_for(admin), "/admin/keys").get_data(as_text=True)
    assert "OPENAI_API_KEY" in shown
    assert text.ADMIN_KEY_ORIGINS["environment"] in shown
    assert "canary" not in shown


def test_keys_of_google_and_of_the_identity_provider_are_set_or_not(
    rt: Runtime, server: Any, client_for: ClientFor, admin: Actor
) -> None:
    runtime = server.config["SOURCINGX_RUNTIME"]
    names = {"OPENAI_API_KEY", "GOOGLE_SERVICE_ACCOUNT", "OIDC_CLIENT_SECRET"}
    assert names <= {key.name for key in operations.keys(rt, admin)}
    assert {key.origin for key in operations.keys(rt, admin) if key.name in names} == {""}
    runtime.settings = replace(
        runtime.settings, google_service_account='{"private_key": "canary-google"}', oidc_client_secret="canary-oidc"
    )
    shown = page(client_for(admin), "/admin/keys").get_data(as_text=True)
    assert "GOOGLE_SERVICE_ACCOUNT" in shown and "OIDC_CLIENT_SECRET" in shown
    assert shown.count(text.ADMIN_KEY_ORIGINS["environment"]) == 2
    assert text.ADMIN_KEY_ORIGINS[""] in shown
    assert "canary" not in shown
    # What nobody gave us is no key of anybody's: those of signing and of the database are not listed.
    assert not {"SECRET_KEY", "DATABASE_URL"} & {key.name for key in operations.keys(rt, admin)}


def test_where_a_key_came_from_is_known_to_processes_that_were_given_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    file.write_text(KEY, encoding="utf-8")
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(file))
    settings = Settings.from_env()
    given = child_environ(settings)
    openai = next(s for s in config.SETTINGS if s.name == "OPENAI_API_KEY")
    secret = next(s for s in config.SETTINGS if s.name == "SECRET_KEY")
    assert config.origin(openai, settings) == "file"
    assert config.origin(openai, Settings.from_env(given), given) == "file"
    assert config.origin(openai, settings, {"OPENAI_API_KEY": KEY}) == "environment"
    assert config.origin(secret, settings, {}) == ""


class Models(BaseHTTPRequestHandler):
    """A vendor's list of models. status and body are set on the server."""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Authorization"]))  # type: ignore[attr-defined]
        body = self.server.body.encode()  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def vendor() -> Iterator[Any]:
    server = HTTPServer(("127.0.0.1", 0), Models)
    server.asked, server.status, server.body = [], 200, json.dumps({"data": [{"id": "gpt-6-luna"}]})  # type: ignore[attr-defined]
    server.url = f"http://127.0.0.1:{server.server_port}/v1"  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_key_is_tried_by_a_call_that_costs_nothing(
    rt: Runtime, server: Any, client_for: ClientFor, admin: Actor, vendor: Any
) -> None:
    runtime = server.config["SOURCINGX_RUNTIME"]
    runtime.settings = replace(runtime.settings, openai_api_key=KEY, openai_base_url=vendor.url)
    answer = press(client_for(admin), "admin-key-answer.children", ("test", ["OPENAI_API_KEY"]),
                   on=("test", "OPENAI_API_KEY"))  # fmt: skip
    assert "The key works, and gpt-6-luna can be used." in answer.get_data(as_text=True)
    assert vendor.asked == [("/v1/models", f"Bearer {KEY}")]
    vendor.status = 401
    answer = press(client_for(admin), "admin-key-answer.children", ("test", ["OPENAI_API_KEY"]),
                   on=("test", "OPENAI_API_KEY"))  # fmt: skip
    assert "The key is refused (401)" in answer.get_data(as_text=True)
    assert KEY not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, json.dumps({"data": [{"id": "other"}]}), "is not among its 1 models"),
        (200, "<html>", "The key works."),
        (429, "", "limit is used up"),
    ],
)
def test_what_a_vendor_says_is_told_in_words(vendor: Any, status: int, body: str, said: str) -> None:
    vendor.status, vendor.body = status, body
    assert said in openai_check.check(vendor.url, KEY, "gpt-6-luna")


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [(403, BadInput, "refused"), (404, BadInput, "often ends in /v1"), (500, Unavailable, "answers with an error")],
)
def test_what_a_vendor_refuses_says_what_to_do(vendor: Any, status: int, error: type[Exception], said: str) -> None:
    vendor.status = status
    with pytest.raises(error, match=said):
        openai_check.check(vendor.url, KEY, "gpt-6-luna")


def test_an_address_where_nobody_answers(vendor: Any) -> None:
    with pytest.raises(BadInput, match="is not an address"):
        openai_check.check("file:///etc/passwd", KEY, "m")
    with pytest.raises(Unavailable, match="Nobody answers"):
        openai_check.check("http://127.0.0.1:9/v1", KEY, "m", timeout_s=2)


def test_a_key_that_is_not_set_or_unknown(rt: Runtime, admin: Actor) -> None:
    with pytest.raises(BadInput, match="OPENAI_API_KEY is not set"):
        operations.check_key(rt, admin, "OPENAI_API_KEY")
    with pytest.raises(BadInput, match="cannot be tried"):
        operations.check_key(rt, admin, "SECRET_KEY")
