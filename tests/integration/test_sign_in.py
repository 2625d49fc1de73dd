"""Signing in, staying signed in, signing out."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from callbacks.registry import Registry
from callbacks.session import client_address
from services.access import identity, sign_in_buckets, throttle
from services.access.identity import Actor
from services.errors import LimitReached, NotSignedIn
from services.runtime import Runtime
from tests.integration.test_access import well_formed
from tests.web import CALLBACK, Browser, browser, call, csrf_of

PASSWORD = "correct horse battery"
FREE = throttle.account(b"").free


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


@pytest.mark.parametrize(("letters", "kept"), [(7800, True), (7990, False)])
def test_an_address_that_is_too_long_to_be_kept_still_leads_to_the_sign_in_page(
    stranger: Browser, letters: int, kept: bool
) -> None:
    """Encoded once more it would be longer than a line of a request may be, and refused by gunicorn in a word."""
    answer = stranger.get("/search/x?q=" + "a" * letters)
    assert answer.status_code == 302
    assert ("next=" in answer.location) is kept
    assert len(answer.location) < 8100


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
    for _ in range(FREE):
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
    assert any(c.startswith("__Host-sx_session=") and "Secure" in c and "Path=/" in c for c in cookies)
    assert all("Secure" in c and c.startswith(("__Host-", "__Secure-")) for c in cookies), cookies
    assert stranger.get("/", base_url="https://localhost").status_code == 200
    # What another host of the domain, or plain http, has set is not taken for ours.
    session = stranger.get_cookie("__Host-sx_session")
    other = stranger.application.test_client()
    other.set_cookie("sx_session", session.value)
    assert other.get("/", base_url="https://localhost").status_code == 302


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


@pytest.mark.parametrize(
    ("shift", "good"),
    [
        ("last_active = now() - interval '29 minutes'", True),
        ("last_active = now() - interval '30 minutes'", False),
        ("created_at = now() - interval '7 hours 59 minutes'", True),
        ("created_at = now() - interval '8 hours'", False),
        ("revoked_at = now()", False),
    ],
)
def test_a_session_is_good_for_half_an_hour_without_use_and_eight_hours_in_all(
    client_for, rt: Runtime, alice: Actor, shift: str, good: bool
) -> None:
    """The clock stands still: the rows are moved into the past instead."""
    client = client_for(alice)
    cookie = client.get_cookie("sx_session").value
    with rt.db.connection() as conn:
        conn.execute(f"UPDATE user_sessions SET {shift}")
    assert (identity.actor_of(rt, cookie) is not None) is good
    listed = [row["email"] for row in identity.list_sessions(rt)]
    assert listed == (["alice@example.com"] if good else [])
    answer = call(client, "page.children", [("url", "pathname", "/")], [("url", "search", "")])
    assert answer.status_code == (200 if good else 401)


def test_use_does_not_stretch_a_session_beyond_eight_hours(client_for, rt: Runtime, alice: Actor) -> None:
    client = client_for(alice)
    for minutes in (0, 20, 40):
        with rt.db.connection() as conn:
            conn.execute(
                "UPDATE user_sessions SET created_at = now() - interval '7 hours' - make_interval(mins => %s),"
                " last_active = now() - interval '20 minutes'",
                [minutes],
            )
        assert client.get("/").status_code == 200
    with rt.db.connection() as conn:
        conn.execute("UPDATE user_sessions SET created_at = now() - interval '8 hours'")
    assert client.get("/").status_code == 302


def test_nothing_that_asks_by_itself_counts_as_use(client_for, rt: Runtime, registry: Registry, alice: Actor) -> None:
    """Clocks of pages, and what they ask over plain HTTP; with what a person does as the counter-proof."""
    client = client_for(alice)
    polls = [output for output, declared in registry.callbacks.items() if declared.polling]
    assert len(polls) > 5
    with rt.db.connection() as conn:
        conn.execute("UPDATE user_sessions SET last_active = now() - interval '20 minutes'")
    before = _last_active(rt)
    for output in polls:
        client.send(CALLBACK, json=well_formed(registry, output))
    for path in ("/session", "/uploads/allowed"):
        client.get(path)
    assert _last_active(rt) == before
    call(client, "page.children", [("url", "pathname", "/")], [("url", "search", "")])
    assert _last_active(rt) > before


def _last_active(rt: Runtime) -> Any:
    with rt.db.connection() as conn:
        row = conn.execute("SELECT last_active FROM user_sessions").fetchone()
    assert row is not None
    return row["last_active"]


def test_a_new_sign_in_ends_the_one_before_it_in_the_same_browser(stranger: Browser, rt: Runtime, dora: Actor) -> None:
    sign_in(stranger, "dora@example.com", PASSWORD)
    first = stranger.get_cookie("sx_session").value
    sign_in(stranger, "dora@example.com", PASSWORD)
    second = stranger.get_cookie("sx_session").value
    assert first != second
    assert identity.actor_of(rt, first) is None
    assert identity.actor_of(rt, second) is not None


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
    for _ in range(FREE):
        sign_in(stranger, "dora@example.com", "not the password")
    assert sign_in(stranger, "dora@example.com", PASSWORD).status_code == 429
    known.delete_cookie("sx_session")
    assert sign_in(known, "dora@example.com", PASSWORD).status_code == 303
    # It has failures of its own, and they are counted.
    for _ in range(FREE):
        assert sign_in(known, "dora@example.com", "not the password").status_code == 401
    assert sign_in(known, "dora@example.com", PASSWORD).status_code == 429


def test_a_known_browser_is_known_for_one_account_only(
    server: Flask, rt: Runtime, stranger: Browser, dora: Actor
) -> None:
    identity.create_user(rt, "eve@example.com", "Eve Other", "recruiter", PASSWORD)
    for _ in range(FREE):
        sign_in(stranger, "dora@example.com", "not the password")
    hers = browser(server)
    assert sign_in(hers, "eve@example.com", PASSWORD).status_code == 303
    assert sign_in(hers, "dora@example.com", PASSWORD).status_code == 429
    for made_up in ("x.y", ".", "no-dot", "x." + "0" * 64):
        stranger.set_cookie("sx_device", made_up, path="/login")
        assert sign_in(stranger, "dora@example.com", PASSWORD).status_code == 429


# ---- how often a password may be tried


def fail(rt: Runtime, times: int, email: str = "dora@example.com", **options: str) -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            identity.sign_in(rt, email, "not the password", **options)


def hours_pass(rt: Runtime, seconds: int) -> None:
    """The clock stands still: what was tried is moved into the past."""
    with rt.db.connection() as conn:
        conn.execute("UPDATE sign_in_attempts SET at = at - make_interval(secs => %s)", [seconds])


def just_now(rt: Runtime) -> None:
    """However long the last try took on a busy machine."""
    with rt.db.connection() as conn:
        conn.execute("UPDATE sign_in_attempts SET at = at + (now() - (SELECT max(at) FROM sign_in_attempts))")


def test_each_further_failure_has_to_wait_longer_and_nobody_is_locked_out_for_good(rt: Runtime, dora: Actor) -> None:
    fail(rt, FREE)
    for wait in ("30 seconds", "60 seconds", "2 minutes", "4 minutes", "8 minutes", "15 minutes", "15 minutes"):
        just_now(rt)
        with pytest.raises(LimitReached, match=f"Wait {wait}"):
            identity.sign_in(rt, "dora@example.com", PASSWORD)
        hours_pass(rt, 900)
        fail(rt, 1)
    hours_pass(rt, 900)
    assert identity.sign_in(rt, "dora@example.com", PASSWORD)
    # A good one forgives the others.
    fail(rt, FREE)


def test_what_is_refused_for_its_number_is_not_counted(rt: Runtime, dora: Actor) -> None:
    fail(rt, FREE)
    for _ in range(20):
        with pytest.raises(LimitReached):
            identity.sign_in(rt, "dora@example.com", "not the password")
    hours_pass(rt, 30)
    assert identity.sign_in(rt, "dora@example.com", PASSWORD)


def test_one_address_that_tries_many_accounts_is_slowed_down_and_the_accounts_are_not(rt: Runtime, dora: Actor) -> None:
    tried = throttle.address(b"").free
    for number in range(tried):
        fail(rt, 1, f"guess{number}@example.com", address="203.0.113.9")
    with pytest.raises(LimitReached):
        identity.sign_in(rt, "dora@example.com", PASSWORD, "", "203.0.113.9")
    assert identity.sign_in(rt, "dora@example.com", PASSWORD, "", "203.0.113.10")
    # A browser that is known signs in from there all the same.
    token = identity.sign_in(rt, "dora@example.com", PASSWORD)
    assert identity.sign_in(rt, "dora@example.com", PASSWORD, identity.device_token(rt, token), "203.0.113.9")
    hours_pass(rt, 3600)
    assert identity.sign_in(rt, "dora@example.com", PASSWORD, "", "203.0.113.9")


def test_addresses_of_one_ipv6_network_count_as_one(rt: Runtime, dora: Actor) -> None:
    for number in range(throttle.address(b"").free):
        fail(rt, 1, f"guess{number}@example.com", address=f"2001:db8:1:2::{number:x}")
    with pytest.raises(LimitReached):
        identity.sign_in(rt, "dora@example.com", PASSWORD, "", "2001:db8:1:2:ffff::1")
    assert identity.sign_in(rt, "dora@example.com", PASSWORD, "", "2001:db8:1:3::1")


def test_an_ipv4_address_counts_as_one_however_it_is_written(rt: Runtime, dora: Actor) -> None:
    ways = ("203.0.113.9", "::ffff:203.0.113.9", "::FFFF:cb00:7109", "[::ffff:203.0.113.9]:443", "203.0.113.9:50000")
    for number in range(throttle.address(b"").free):
        fail(rt, 1, f"guess{number}@example.com", address=ways[number % len(ways)])
    for way in ways:
        with pytest.raises(LimitReached):
            identity.sign_in(rt, "dora@example.com", PASSWORD, "", way)
    assert identity.sign_in(rt, "dora@example.com", PASSWORD, "", "::ffff:203.0.113.10")


def test_many_tries_at_once_do_not_slip_through(rt: Runtime, dora: Actor) -> None:
    """Counted before they are made: the wait begins with the fifth, however many are under way."""
    bucket = throttle.account(b"x" * 32)
    for _ in range(FREE):
        throttle.claim(rt, [bucket])
    with pytest.raises(LimitReached):
        throttle.claim(rt, [bucket])


@pytest.mark.parametrize(
    ("forwarded", "trusted", "counted"),
    [
        ("198.51.100.7", "127.0.0.1", "198.51.100.7"),
        ("1.2.3.4, 198.51.100.7", "127.0.0.1", "198.51.100.7"),
        ("198.51.100.7", "10.0.0.1", "127.0.0.1"),
        ("", "127.0.0.1", "127.0.0.1"),
        ("198.51.100.7", "::ffff:127.0.0.1", "198.51.100.7"),
        ("198.51.100.7", "", "127.0.0.1"),
    ],
)
def test_only_a_trusted_proxy_says_where_a_request_comes_from(
    server: Flask, rt: Runtime, forwarded: str, trusted: str, counted: str
) -> None:
    away = Runtime(replace(rt.settings, trusted_proxies=trusted))
    peer = {"REMOTE_ADDR": "127.0.0.1"}
    with server.test_request_context("/login", headers={"X-Forwarded-For": forwarded}, environ_base=peer):
        assert client_address(away) == counted


def test_addresses_are_kept_as_keyed_hashes_only(rt: Runtime, dora: Actor) -> None:
    fail(rt, 1, address="203.0.113.9")
    with rt.db.connection() as conn:
        kept = [bytes(row["email_hash"]) for row in conn.execute("SELECT email_hash FROM sign_in_attempts")]
    assert len(kept) == 2 and all(len(key) == 32 for key in kept)
    # Whoever has the table alone cannot try addresses: it takes the server's key.
    tried = ("203.0.113.9", "dora@example.com", str(dora.user_id), f"account:{dora.user_id}", "network:203.0.113.9")
    assert not {identity.digest(one) for one in tried} & set(kept)
    other = replace(rt.settings, secret_key=rt.settings.secret_key[::-1])
    theirs = sign_in_buckets.of(other, "dora@example.com", dora.user_id, "", "203.0.113.9")
    assert not {bucket.key for bucket in theirs} & set(kept)
    ours = sign_in_buckets.of(rt.settings, "dora@example.com", dora.user_id, "", "203.0.113.9")
    assert {bucket.key for bucket in ours} == set(kept)


def test_the_table_of_tries_has_nothing_that_names_anyone(rt: Runtime, dora: Actor) -> None:
    fail(rt, 1, address="203.0.113.9")
    fail(rt, 1, "nobody@example.com")
    with rt.db.connection() as conn:
        rows = conn.execute("SELECT * FROM sign_in_attempts").fetchall()
    assert {name for row in rows for name in row} == {"id", "email_hash", "at"}
    shown = repr(rows)
    assert all(word not in shown for word in ("dora", "nobody", "203.0.113"))


def test_the_log_tells_who_came_in_and_that_somebody_did_not(
    rt: Runtime, dora: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="sourcingx.security"):
        identity.sign_in(rt, "dora@example.com", PASSWORD)
        identity.sign_in_with_link(rt, identity.make_login_link(rt, "dora@example.com"))
        fail(rt, 1)
    said = [record.getMessage() for record in caplog.records]
    assert said == [
        f"signed in by password: user {dora.user_id}",
        f"signed in by link: user {dora.user_id}",
        "sign-in by password refused",
    ]
    assert "dora@" not in caplog.text
