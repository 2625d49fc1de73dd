"""Pages are driven with marked personal data, well and badly, and no line of any log has it."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path

import psycopg
import pytest
import requests

from benchmarks.web import Refused, environ_of, serving, sign_in
from services.access import identity
from services.config import Settings
from services.runs import jobs
from services.runtime import Runtime
from services.servers.servers import ServerUrls
from tests.browser.product import SOURCINGX
from tests.people import Person, add_people, add_search
from tests.waiting import until

MARK = "canary"
LOGS = {"LOG_FORMAT": "json", "LOG_LEVEL": "INFO", "WEB_WORKERS": "1", "FIGURES_S": "0.5"}


def read(log: Path) -> list[dict[str, object]]:
    """Every line, each one JSON object; the first that says where a person is fails."""
    text = log.read_text(encoding="utf-8")
    assert MARK not in text.lower(), [line for line in text.splitlines() if MARK in line.lower()]
    return [json.loads(line) for line in text.splitlines()]


def test_no_line_of_the_web_server_has_personal_data(
    rt: Runtime, settings: Settings, database: ServerUrls, tmp_path: Path
) -> None:
    owner = identity.create_user(rt, "canary.owner@example.com", "Canary Owner", "recruiter", "canary-password-long")
    with rt.db.connection() as conn:
        search = str(add_search(conn, owner))
        conn.execute("UPDATE searches SET title = $$Canary Search$$")
        add_people(conn, search, [Person(full_name="Canary Person", headline="canary headline")])
    with serving(settings, tmp_path / "web", LOGS) as web:
        session = sign_in(rt, web, "canary.owner@example.com")
        wrong = {"email": "canary.owner@example.com", "password": "canary-wrong"}
        form = requests.get(f"{web.url}/login", params={"next": "/?q=canary"}, timeout=60)
        csrf = form.cookies["sx_form"]
        for fields in (wrong, wrong | {"csrf_token": csrf}):
            requests.post(f"{web.url}/login", data=fields, cookies={"sx_form": csrf}, timeout=60,
                          headers={"X-Request-ID": "canary mail@example.com"})  # fmt: skip
        session.http.get(f"{web.url}/search/{search}?q=canary&person=1", timeout=60)
        session.http.get(f"{web.url}/canary-nowhere", timeout=60)
        # What is no request is refused by gunicorn itself, which writes a line of its own.
        with socket.create_connection(("127.0.0.1", int(web.url.rpartition(":")[2])), timeout=60) as line:
            line.sendall(b"GET /search/x?q=canary person HTTP/1.1\r\n\r\n")
            assert b" 400 " in line.makefile("rb").readline()
        found = session.rows(search, 0, q="canary", filters={"full_name": {"filterType": "text", "type": "contains",
                                                                           "filter": "canary"}})  # fmt: skip
        assert found["rowCount"] == 1
        # Nor do the names of what is kept in Redis, which its own log and tools show.
        kept = [bytes(key).decode("utf-8", "replace").lower() for key in rt.redis.scan_iter("*")]
        assert kept and not [key for key in kept if MARK in key]
        # A fault of the program, whose message quotes the statement.
        with psycopg.connect(database.superuser_url, autocommit=True) as conn:
            conn.execute("ALTER TABLE profiles RENAME TO canary_profiles")
        with pytest.raises((Refused, RuntimeError)):
            session.rows(search, 0, q="canary")
        with psycopg.connect(database.superuser_url, autocommit=True) as conn:
            conn.execute("ALTER TABLE canary_profiles RENAME TO profiles")
        log = tmp_path / "web" / "web.log"
        until(lambda: "memory of this web worker" in log.read_text(), "the worker does not tell its memory")
    lines = read(log)
    told = [line for line in lines if line.get("logger") == "sourcingx.requests"]
    assert len({line["request_id"] for line in told}) == len(told) > 5
    assert {line["user_id"] for line in told} == {"-", owner.user_id}
    assert [line for line in lines if "fault" in str(line["event"])]
    assert [line for line in lines if "Invalid request from" in str(line["event"])]


def test_no_line_of_the_job_worker_has_personal_data(rt: Runtime, settings: Settings, tmp_path: Path) -> None:
    owner = identity.create_user(rt, "canary.owner@example.com", "Canary Owner", "recruiter")
    with rt.db.connection() as conn:
        search = str(add_search(conn, owner))
        conn.execute("UPDATE searches SET title = $$Canary Search$$")
        # Parameters that the handler does not expect: it fails, and says so in the log.
        run_id = jobs.start_run(conn, owner, "export", search, {"format": "canary", "canary@example.com": 1})
        queued = repr(conn.execute("SELECT args, lock, queueing_lock FROM procrastinate_jobs").fetchall())
    assert str(run_id) in queued and MARK not in queued.lower()
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        worker = subprocess.Popen([SOURCINGX, "worker"], stdout=output, stderr=subprocess.STDOUT,
                                  env=environ_of(settings, tmp_path) | LOGS)  # fmt: skip
    try:

        def ended() -> bool:
            with rt.db.connection() as conn:
                row = conn.execute("SELECT state FROM runs WHERE id = %s", [run_id]).fetchone()
            return bool(row and row["state"] == "failed")

        until(ended, "the run did not fail")
    finally:
        worker.terminate()
        worker.wait(timeout=60)
    about = [line for line in read(log) if line.get("run_id") == run_id]
    assert about and {line["user_id"] for line in about} == {owner.user_id}
