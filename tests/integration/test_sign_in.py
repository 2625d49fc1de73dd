"""Signing in, staying signed in, signing out."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from services import identity
from services.identity import Actor
from services.runtime import Runtime
from tests.web import Browser, browser, call, csrf_of

PASSWORD = "correct horse battery"


@pytest.fixture
def dora(rt: Runtime) -> Actor:
    """Someone with a password."""
    return identity.create_user(rt, "dora@example.com", "Dora Password", "recruiter", PASSWORD)


def form_token(answer: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.get_data(as_text=True))
    assert found
    return found[1]


def sign_in(client: Browser, email: str, password: str, next_path: str = "/") -> TestResponse:
    csrf = form_token(client.get("/login", query_string={"next": next_path}))
    fields = {"email": email, "password": password, "next": next_path, "csrf_token": csrf}
    return client.post("/login", data=fields)


def test_right_password_opens_the_page_that_was_asked_for(stranger: Browser, dora: Actor) -> None:
    wanted = "/search/1b4e28ba-2fa1-11d2-883f-0016d3cca427?status=active&q=a%26b"
    sent_away = stranger.get(wanted)
    assert sent_away.status_code == 302
    assert sent_away.location.startswith("/login?next=%2Fsearch%2F")
    form = stranger.get(sent_away.location)
    hidden = re.search(r'name="next" value="([^"]+)"', form.get_data(as_text=True))
    assert hidden
    assert hidden[1].replace("&amp;", "&") == wanted
    answer = sign_in(stranger, "Dora@example.com", PASSWORD, wanted)
    assert (answer.status_code, answer.location) == (303, wanted)
    assert csrf_of(stranger)


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\nb", "", "/logout", "x"],
)
def test_a_next_that_leads_elsewhere_is_ignored(stranger: Browser, dora: Actor, target: str) -> None:
    assert sign_in(stranger, "dora@example.com", PASSWORD, target).location == "/"


def test_wrong_password_and_unknown_address_get_the_same_answer(stranger: Browser, dora: Actor) -> None:
    wrong = sign_in(stranger, "dora@example.com", "not the password")
    unknown = sign_in(stranger, "nobody@example.com", "not the password")
    assert wrong.status_code == unknown.status_code == 401
    first, second = (a.get_data(as_text=True).replace("nobody@", "dora@") for a in (wrong, unknown))
    assert first == second
    assert "password is wrong" in first


def test_too_many_failures_are_stopped(stranger: Browser, dora: Actor) -> None:
    for _ in range(identity.MAX_ATTEMPTS):
        sign_in(stranger, "dora@example.com", "not the password")
    assert sign_in(stranger, "dora@example.com", PASSWORD).status_code == 429


def test_what_was_typed_is_shown_as_text(stranger: Browser) -> None:
    page = sign_in(stranger, '"><script>alert(1)</script>@x', "x").get_data(as_text=True)
    assert "<script>alert" not in page


def test_a_form_of_another_site_is_refused(stranger: Browser, dora: Actor) -> None:
    fields = {"email": "dora@example.com", "password": PASSWORD}
    assert stranger.post("/login", data=fields).status_code == 403
    fields["csrf_token"] = form_token(stranger.get("/login"))
    foreign = stranger.post("/login", data=fields, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert stranger.post("/login", data=fields).status_code == 303


def test_opening_a_link_uses_nothing_up_and_its_button_works_once(stranger: Browser, rt: Runtime, alice: Actor) -> None:
    path = f"/login/{identity.make_login_link(rt, 'alice@example.com')}"
    for _ in range(3):
        page = stranger.get(path)
        assert page.status_code == 200
    csrf = form_token(page)
    assert stranger.post(path, data={"csrf_token": csrf}).location == "/"
    again = stranger.application.test_client()
    csrf = form_token(again.get(path))
    assert again.post(path, data={"csrf_token": csrf}).status_code == 401


def test_a_made_up_link_is_refused_in_words(stranger: Browser) -> None:
    csrf = form_token(stranger.get("/login/no-such-link"))
    answer = stranger.post("/login/no-such-link", data={"csrf_token": csrf})
    assert answer.status_code == 401
    assert "Ask for a new one" in answer.get_data(as_text=True)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: Browser, dora: Actor) -> None:
    cookie = next(c for c in sign_in(stranger, "dora@example.com", PASSWORD).headers.getlist("Set-Cookie")
                  if c.startswith("sx_session="))  # fmt: skip
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_secure(stranger: Browser, rt: Runtime, alice: Actor) -> None:
    path = f"/login/{identity.make_login_link(rt, 'alice@example.com')}"
    csrf = form_token(stranger.get(path, base_url="https://localhost"))
    answer = stranger.post(path, data={"csrf_token": csrf}, base_url="https://localhost")
    cookies = answer.headers.getlist("Set-Cookie")
    assert any(c.startswith("sx_session=") and "Secure" in c for c in cookies)


def test_signing_out_ends_the_session(client_for, alice: Actor) -> None:
    client = client_for(alice)
    cookie = client.get_cookie("sx_session").value
    assert client.send("/logout").status_code == 303
    client.set_cookie("sx_session", cookie)
    assert client.get("/").status_code == 302
    assert call(client, "page.children", [("url", "pathname", "/")], [("url", "search", "")]).status_code == 401


def test_polling_does_not_keep_a_session_alive(client_for, rt: Runtime, alice: Actor) -> None:
    client = client_for(alice)
    with rt.db.connection() as conn:
        conn.execute("UPDATE user_sessions SET last_active = now() - interval '20 minutes'")
    assert client.get("/session").status_code == 200
    idle = "SELECT now() - last_active > interval '19 minutes' AS idle FROM user_sessions"
    with rt.db.connection() as conn:
        assert conn.execute(idle).fetchone() == {"idle": True}
    assert client.get("/").status_code == 200
    with rt.db.connection() as conn:
        assert conn.execute(idle).fetchone() == {"idle": False}


@pytest.mark.parametrize("column", ["last_active", "created_at"])
def test_a_session_ends_when_idle_or_old(client_for, rt: Runtime, alice: Actor, column: str) -> None:
    client = client_for(alice)
    with rt.db.connection() as conn:
        conn.execute(f"UPDATE user_sessions SET {column} = now() - interval '9 hours'")
    answer = call(client, "page.children", [("url", "pathname", "/")], [("url", "search", "")])
    assert answer.status_code == 401
    assert answer.get_json() == {"error": "Sign in first."}


def test_the_theme_a_person_chose_is_on_every_device(client_for, alice: Actor) -> None:
    first = client_for(alice)
    assert first.send("/preferences/theme", data={"theme": "dark"}).status_code == 204
    assert first.send("/preferences/theme", data={"theme": "pink"}).status_code == 400
    assert 'data-sx-theme="dark"' in client_for(alice).get("/").get_data(as_text=True)


def test_a_stranger_who_tries_passwords_does_not_lock_out_a_known_browser(
    server: Flask, stranger: Browser, dora: Actor
) -> None:
    known = browser(server)
    assert sign_in(known, "dora@example.com", PASSWORD).status_code == 303
    for _ in range(identity.MAX_ATTEMPTS):
        sign_in(stranger, "dora@example.com", "not the password")
    assert sign_in(stranger, "dora@example.com", PASSWORD).status_code == 429
    known.delete_cookie("sx_session")
    assert sign_in(known, "dora@example.com", PASSWORD).status_code == 303
    # It has failures of its own, and they are counted.
    for _ in range(identity.MAX_ATTEMPTS):
        assert sign_in(known, "dora@example.com", "not the password").status_code == 401
    assert sign_in(known, "dora@example.com", PASSWORD).status_code == 429


def test_a_known_browser_is_known_for_one_account_only(
    server: Flask, rt: Runtime, stranger: Browser, dora: Actor
) -> None:
    identity.create_user(rt, "eve@example.com", "Eve Other", "recruiter", PASSWORD)
    for _ in range(identity.MAX_ATTEMPTS):
        sign_in(stranger, "dora@example.com", "not the password")
    hers = browser(server)
    assert sign_in(hers, "eve@example.com", PASSWORD).status_code == 303
    assert sign_in(hers, "dora@example.com", PASSWORD).status_code == 429
    for made_up in ("x.y", ".", "no-dot", "x." + "0" * 64):
        stranger.set_cookie("sx_device", made_up, path="/login")
        assert sign_in(stranger, "dora@example.com", PASSWORD).status_code == 429
