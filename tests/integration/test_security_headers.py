"""What every answer tells the browser; health for machines; faults without details."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from app import create_app
from callbacks.documents import asset_url, bootstrap_url
from callbacks.registry import Registry
from layouts import ids
from services import health
from services.identity import Actor
from services.runtime import Runtime
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]


def policy(answer: object) -> dict[str, list[str]]:
    parts = [p.split() for p in answer.headers["Content-Security-Policy"].split(";")]  # type: ignore[attr-defined]
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("path", ["/", "/login", "/login/abc", "/healthz", "/readyz", "/assets/app.css", "/nowhere"])
def test_every_answer_has_the_security_headers(stranger: Browser, path: str) -> None:
    headers = stranger.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_over_https_browsers_are_told_to_stay_there(stranger: Browser) -> None:
    answer = stranger.get("/login", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_no_inline_script_runs_but_dashs_own(client_for: ClientFor, alice: Actor) -> None:
    answer = client_for(alice).get("/")
    allowed = policy(answer)["script-src"]
    assert "'unsafe-inline'" not in allowed
    assert "'unsafe-eval'" not in allowed
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", answer.get_data(as_text=True), re.DOTALL)
    for attributes, body in inline:
        if 'type="application/json"' in attributes:
            continue
        known = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{known}'" in allowed


def test_everything_is_loaded_from_this_server(client_for: ClientFor, alice: Actor) -> None:
    page = client_for(alice).get("/").get_data(as_text=True)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert bootstrap_url() in loaded
    assert asset_url("theme.js") in loaded
    assert [url for url in loaded if not url.startswith("/")] == []
    assert set(policy(client_for(alice).get("/"))["default-src"]) == {"'self'"}


def test_pages_and_data_are_not_kept_by_caches(client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    page = call(client, "page.children", [(ids.URL, "pathname", "/")], [(ids.URL, "search", "")])
    for answer in (client.get("/"), client.get("/_dash-layout"), page, client.get("/login")):
        assert answer.headers["Cache-Control"] == "no-store"


def test_files_whose_address_changes_with_them_are_kept_for_long(stranger: Browser) -> None:
    for url in (bootstrap_url(), asset_url("app.css"), asset_url("theme.js")):
        answer = stranger.get(url)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]


def test_alive_touches_no_server(rt: Runtime) -> None:
    """The runtime of this app was never opened."""
    client = create_app(rt.settings).server.test_client()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_ready_says_what_is_there(stranger: Browser, rt: Runtime) -> None:
    answer = stranger.get("/readyz")
    expected = {"status": "degraded", "postgres": True, "redis": True, "worker": False}
    assert (answer.status_code, answer.get_json()) == (200, expected)
    with rt.db.connection() as conn:
        conn.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert stranger.get("/readyz").get_json() == expected | {"status": "ok", "worker": True}
    with rt.db.connection() as conn:
        conn.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '4 seconds'")
    assert stranger.get("/readyz").get_json() == expected


def test_without_redis_the_web_still_serves(rt: Runtime) -> None:
    away = Runtime(replace(rt.settings, redis_url="redis://127.0.0.1:1/0"))
    away.open()
    try:
        status, body = health.readiness(away)
    finally:
        away.close()
    assert (status, body["status"], body["redis"]) == (200, "degraded", False)


def test_without_postgres_it_is_not_ready_and_says_so_in_words(rt: Runtime) -> None:
    away = create_app(replace(rt.settings, database_url="postgresql://nobody@127.0.0.1:1/none")).server
    away.config["SOURCINGX_RUNTIME"].open()
    try:
        client = away.test_client()
        client.set_cookie("sx_session", "some-token")
        ready, layout = client.get("/readyz"), client.get("/_dash-layout")
    finally:
        away.config["SOURCINGX_RUNTIME"].close()
    assert (ready.status_code, ready.get_json()["status"]) == (503, "unavailable")
    assert layout.status_code == 503
    assert "database" in layout.get_json()["error"]


def test_a_fault_shows_a_reference_that_the_log_has_and_nothing_else(
    server: Flask, registry: Registry, client_for: ClientFor, alice: Actor, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def broken(*_: object, **__: object) -> None:
        raise ValueError("jane.canary@example.com")

    monkeypatch.setattr("callbacks.searches.page", broken)
    monkeypatch.setattr("callbacks.pages.PAGES", [("/", broken)])
    client = client_for(alice)
    with caplog.at_level(logging.INFO):
        answer = call(client, "page.children", [(ids.URL, "pathname", "/")], [(ids.URL, "search", "")])
    assert answer.status_code == 500
    shown = answer.get_data(as_text=True)
    found = re.search(r"reference ([0-9a-f]{8})", shown)
    assert found
    # Still an answer that Dash can show.
    assert answer.get_json()["response"]["page"]
    assert found[1] in caplog.text
    assert "ValueError" in caplog.text
    assert "canary" not in shown + caplog.text


def test_the_request_log_holds_no_tokens_and_no_queries(stranger: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="sourcingx.requests"):
        stranger.get("/login/canary-token")
        stranger.get("/search/x?q=canary-query")
    assert "GET /login/<token> 200" in caplog.text
    assert "canary" not in caplog.text
