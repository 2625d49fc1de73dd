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
from werkzeug.test import TestResponse

from app import create_app
from callbacks.documents import asset_url, bootstrap_url
from callbacks.registry import Registry
from layouts import ids
from services.access.identity import Actor
from services.operations import health
from services.runtime import Runtime
from tests.web import Browser, call, web_server

ClientFor = Callable[[Actor], Browser]


def policy(answer: object) -> dict[str, list[str]]:
    parts = [p.split() for p in answer.headers["Content-Security-Policy"].split(";")]  # type: ignore[attr-defined]
    return {name: values for name, *values in parts}


def hardened(answer: TestResponse) -> list[str]:
    """Which of the headers an answer lacks."""
    wanted = {
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }  # fmt: skip
    lacking = [name for name, value in wanted.items() if answer.headers.getlist(name) != [value]]
    found = policy(answer)
    lacking += [f"{name} {value}" for name, value in (
        ("frame-ancestors", "'none'"), ("object-src", "'none'"), ("base-uri", "'none'"), ("form-action", "'self'"),
        ("default-src", "'self'")) if found.get(name) != [value]]  # fmt: skip
    if "camera=()" not in answer.headers.get("Permissions-Policy", ""):
        lacking.append("Permissions-Policy")
    if "Cache-Control" not in answer.headers or "X-Request-ID" not in answer.headers:
        lacking.append("Cache-Control or X-Request-ID")
    return lacking


@pytest.mark.parametrize(
    "path",
    ["/", "/login", "/login/abc", "/login/password/abc", "/login/oidc", "/login/out", "/healthz", "/readyz", "/metrics",
     "/assets/app.css", "/assets-vendor/bootstrap.min.css", "/_favicon.ico", "/nowhere", "/_dash-layout", "/uploads",
     "/exports/00000000-0000-4000-8000-000000000000"],
)  # fmt: skip
def test_every_answer_has_the_security_headers(stranger: Browser, path: str) -> None:
    answer = stranger.get(path)
    assert hardened(answer) == []
    assert "Strict-Transport-Security" not in answer.headers


def test_so_have_the_answers_to_people_who_are_signed_in(
    client_for: ClientFor, rt: Runtime, registry: Registry, alice: Actor
) -> None:
    """Pages, calls that work, that are refused and that fail, downloads, redirects, files and what does not fit."""
    client = client_for(alice)
    page = [(ids.URL, "pathname", "/")], [(ids.URL, "search", "")]
    admins = [(ids.URL, "pathname", "/admin/users")]
    with rt.db.connection() as conn:
        row = conn.execute(
            "INSERT INTO runs (kind, user_id, state) VALUES ('import', %s, 'done') RETURNING id", [alice.user_id]
        ).fetchone()
    assert row is not None
    answers = {
        "page": client.get("/"),
        "call": call(client, "page.children", *page),
        "call without a token": call(client, "page.children", *page, headers={"X-CSRF-Token": ""}),
        "call that is no call": client.send("/_dash-update-component", json={"output": "nobody.children"}),
        "call of a page that is not theirs": call(client, "page.children", admins, page[1]),
        "call that is too large": client.send(
            "/_dash-update-component", data=b" " * 3_000_000, content_type="application/json"),
        "download": client.get(f"/imports/{row['id']}/rejected.csv"),
        "no such download": client.get("/exports/00000000-0000-4000-8000-000000000000"),
        "bad upload": client.send("/uploads", data=b"x"),
        "may upload": client.get("/uploads/allowed"),
        "no such method": client.open("/", method="DELETE", headers={"X-CSRF-Token": client.csrf}),
        "no answer needed": client.send("/preferences/theme", data={"theme": "dark"}),
        "sign-out": client.send("/logout"),
        "page after that": client.get("/"),
    }  # fmt: skip
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert statuses == {
        "page": 200, "call": 200, "call without a token": 403, "call that is no call": 403,
        "call of a page that is not theirs": 403, "call that is too large": 413, "download": 200,
        "no such download": 404, "bad upload": 400, "may upload": 403,
        "no such method": 405, "no answer needed": 204, "sign-out": 303, "page after that": 302,
    }  # fmt: skip
    assert {name: found for name, answer in answers.items() if (found := hardened(answer))} == {}


def test_faults_have_them_too(client_for: ClientFor, alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError

    client = client_for(alice)
    monkeypatch.setattr("callbacks.pages.PAGES", [("/", broken)])
    answer = call(client, "page.children", [(ids.URL, "pathname", "/")], [(ids.URL, "search", "")])
    assert (answer.status_code, hardened(answer)) == (500, [])
    monkeypatch.setattr("services.operations.health.readiness", broken)
    answer = client.get("/readyz")
    assert (answer.status_code, hardened(answer)) == (500, [])


def test_no_answer_is_open_to_other_origins(client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    for path in ("/", "/_dash-layout", "/session", "/assets/app.css", "/healthz", "/nowhere"):
        answer = client.get(path, headers={"Origin": "https://evil.example"})
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")], path


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "PROPFIND"])
def test_odd_methods_are_refused(client_for: ClientFor, alice: Actor, method: str) -> None:
    client = client_for(alice)
    for path in ("/", "/assets/app.css", "/session", "/assets/", "/assets/../app.py"):
        assert client.open(path, method=method, headers={"X-CSRF-Token": client.csrf}).status_code in {403, 404, 405}
    assert client.get("/assets/").status_code == 404


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


def test_files_whose_address_changes_with_them_are_kept_for_long(
    client_for: ClientFor, stranger: Browser, alice: Actor
) -> None:
    for url in (bootstrap_url(), asset_url("app.css"), asset_url("theme.js")):
        answer = stranger.get(url)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    page = stranger.get("/login").get_data(as_text=True) + client_for(alice).get("/").get_data(as_text=True)
    loaded = {url for url in re.findall(r'(?:src|href)="(/[^"]+)"', page) if "asset" in url or "component" in url}
    kept = {url for url in loaded if "immutable" in stranger.get(url).headers["Cache-Control"]}
    assert kept == loaded and len(kept) > 15
    # A component's parts carry its fingerprint, whatever their own would be.
    (script,) = (url for url in loaded if "/dash_core_components." in url)
    part = re.sub(r"/dash_core_components\.", "/async-markdown.", script)
    assert "immutable" in stranger.get(part).headers["Cache-Control"]


def test_under_any_other_address_files_are_not_kept(client_for: ClientFor, stranger: Browser, alice: Actor) -> None:
    """There is no end of those: they would fill a cache, and some will be another file's tomorrow."""
    page = client_for(alice).get("/").get_data(as_text=True)
    styles, component = asset_url("app.css"), re.findall(r'src="(/_dash-component-suites/[^"]+)"', page)[-1]
    for url in (
        "/assets/app.css", "/assets/app.css?v=1", "/assets/app.css?m=1", styles + "&x=1", styles.replace("?", "?x=1&"),
        "/assets/x/.." + styles.removeprefix("/assets"), "/assets-vendor/bootstrap.min.css?v=1", component + "?x=1",
        re.sub(r"\.v\w+m[0-9a-f]+\.", ".v1m1.", component), re.sub(r"\.v\w+m[0-9a-f]+\.", ".", component),
    ):  # fmt: skip
        answer = stranger.get(url)
        assert answer.status_code == 200, url
        assert answer.headers["Cache-Control"] == "no-store", url


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
        conn.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 hour')")
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
    with web_server(replace(rt.settings, database_url="postgresql://nobody@127.0.0.1:1/none")) as away:
        client = away.test_client()
        client.set_cookie("sx_session", "some-token")
        ready, layout = client.get("/readyz"), client.get("/_dash-layout")
    assert (ready.status_code, ready.get_json()["status"]) == (503, "unavailable")
    assert layout.status_code == 503
    assert "database" in layout.get_json()["error"]


def test_a_fault_shows_a_reference_that_the_log_has_and_nothing_else(
    server: Flask, registry: Registry, client_for: ClientFor, alice: Actor, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def broken(*_: object, **__: object) -> None:
        raise ValueError("jane.canary@example.com")

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
