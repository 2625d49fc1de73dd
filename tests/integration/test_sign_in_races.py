"""Someone is disabled, or their password reset, while they are signing in: no sign-in outlives that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

import sql
from services.access import identity, oidc, password_hashes, passwords
from services.access.identity import Actor
from services.errors import NotSignedIn, ProductError
from services.runtime import Runtime
from services.vendors.oidc_client import Identity
from tests.integration.test_sign_in import PASSWORD

NEW = "a quiet green meadow"
ISSUER = "https://id.example"
WAIT_S = 60.0

_ACCOUNTS = sql.queries("accounts")
_PASSWORDS = sql.queries("passwords")


@pytest.fixture
def dora(rt: Runtime) -> Actor:
    return identity.create_user(rt, "dora@example.com", "Dora Password", "recruiter", PASSWORD)


def disable(conn: psycopg.Connection[Any], user_id: int) -> None:
    """As accounts.set_disabled() does it, in its order."""
    conn.execute(_ACCOUNTS.disable, {"user_id": user_id})
    conn.execute(_ACCOUNTS.revoke_sessions_of, {"user_id": user_id})


def reset(conn: psycopg.Connection[Any], user_id: int) -> None:
    """As passwords does it, in its order."""
    conn.execute(_PASSWORDS.set_password, {"user_id": user_id, "password_hash": password_hashes.hashed(NEW)})
    conn.execute(_PASSWORDS.end_sessions, {"user_id": user_id, "keep": None})
    conn.execute(_PASSWORDS.end_all_links, {"user_id": user_id})


CHANGES: dict[str, Callable[[psycopg.Connection[Any], int], None]] = {"disabled": disable, "reset": reset}


def by_password(rt: Runtime) -> str:
    return identity.sign_in(rt, "dora@example.com", PASSWORD)


def by_link(rt: Runtime) -> str:
    return identity.sign_in_with_link(rt, identity.make_login_link(rt, "dora@example.com"))


def by_provider(rt: Runtime) -> str:
    return oidc._sign_in(rt, Identity(ISSUER, "subject-1", "dora@example.com", True, "Dora"))


def by_provider_again(rt: Runtime) -> str:
    with rt.db.connection() as conn:
        conn.execute("UPDATE users SET oidc_issuer = %s, oidc_subject = 'subject-1'", [ISSUER])
    return by_provider(rt)


WAYS = {"password": by_password, "link": by_link, "provider": by_provider, "provider again": by_provider_again}


def sessions(rt: Runtime) -> int:
    return len(identity.list_sessions(rt))


# ---- the change is first


@pytest.mark.parametrize("change", CHANGES)
def test_a_password_that_is_reset_while_it_is_checked_opens_nothing(
    rt: Runtime, dora: Actor, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    verify = password_hashes.verify

    def slowly(password_hash: str | None, password: str) -> bool:
        good = verify(password_hash, password)
        with psycopg.connect(rt.settings.database_url) as conn:
            CHANGES[change](conn, dora.user_id)
        return good

    monkeypatch.setattr(password_hashes, "verify", slowly)
    with pytest.raises(NotSignedIn, match="is wrong"):
        by_password(rt)
    assert sessions(rt) == 0
    monkeypatch.setattr(password_hashes, "verify", verify)
    if change == "reset":
        assert identity.sign_in(rt, "dora@example.com", NEW)


def test_break_glass_that_ends_meanwhile_opens_nothing(
    rt: Runtime, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords.set_by_command(rt, "admin@example.com", NEW)
    asked: list[bool] = []

    def counts(rt: Runtime, break_glass: bool) -> bool:
        asked.append(break_glass)
        return len(asked) == 1

    monkeypatch.setattr(identity, "password_counts", counts)
    with pytest.raises(NotSignedIn):
        identity.sign_in(rt, "admin@example.com", NEW)
    assert (len(asked), sessions(rt)) == (2, 0)


# ---- the sign-in is first


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("way", WAYS)
def test_a_sign_in_that_is_under_way_is_waited_for_and_ended(
    rt: Runtime, dora: Actor, monkeypatch: pytest.MonkeyPatch, way: str, change: str
) -> None:
    real, started = identity.new_token, threading.Event()

    def other() -> None:
        with psycopg.connect(rt.settings.database_url, application_name="the other") as conn:
            CHANGES[change](conn, dora.user_id)

    thread = threading.Thread(target=other)

    def slowly() -> str:
        # The last step of a sign-in; making a link comes by here, too, and is not meant.
        if threading.current_thread() is threading.main_thread() and armed.is_set() and not started.is_set():
            started.set()
            thread.start()
            wait_until_it_waits_or_is_done(rt, thread)
        return real()

    armed = threading.Event()
    monkeypatch.setattr(identity, "new_token", slowly)
    if way == "link":
        token = identity.make_login_link(rt, "dora@example.com")
        armed.set()
        opened = identity.sign_in_with_link(rt, token)
    else:
        armed.set()
        opened = WAYS[way](rt)
    thread.join(WAIT_S)
    assert started.is_set() and not thread.is_alive()
    assert identity.actor_of(rt, opened) is None
    with rt.db.connection() as conn:
        ended = conn.execute("SELECT revoked_at IS NOT NULL AS ended FROM user_sessions").fetchall()
    assert ended == [{"ended": True}]


def wait_until_it_waits_or_is_done(rt: Runtime, thread: threading.Thread) -> None:
    query = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'the other'"
        " AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + WAIT_S
    with psycopg.connect(rt.settings.database_url, autocommit=True) as conn:
        while thread.is_alive() and conn.execute(query).fetchone() is None:
            assert time.monotonic() < deadline
            thread.join(0.01)


def test_nothing_begins_for_who_is_disabled_already(rt: Runtime, dora: Actor) -> None:
    """Whatever had let them in: the last step asks again."""
    with rt.db.connection() as conn:
        disable(conn, dora.user_id)
    with pytest.raises(NotSignedIn, match="was changed just now"), rt.db.connection() as conn:
        identity.start_session(conn, dora.user_id, "provider")
    assert sessions(rt) == 0


# ---- one's own password


@pytest.mark.parametrize("what", ["reset", "disabled", "ended"])
def test_a_reset_is_not_overwritten_by_whoever_knows_the_old_password(
    rt: Runtime, dora: Actor, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    actor = identity.actor_of(rt, by_password(rt))
    assert actor is not None
    hashed = passwords.hashed

    def slowly(password: str) -> str:
        made = hashed(password)
        with psycopg.connect(rt.settings.database_url) as conn:
            if what == "ended":
                conn.execute("UPDATE user_sessions SET revoked_at = now()")
            else:
                CHANGES[what](conn, dora.user_id)
        return made

    monkeypatch.setattr(passwords, "hashed", slowly)
    with pytest.raises(NotSignedIn, match="changed elsewhere"):
        passwords.change(rt, actor, PASSWORD, "hers and nobody else's", "hers and nobody else's")
    monkeypatch.undo()
    with pytest.raises(ProductError):
        identity.sign_in(rt, "dora@example.com", "hers and nobody else's")


@pytest.mark.parametrize("change", CHANGES)
def test_a_link_that_was_overtaken_sets_nothing(
    rt: Runtime, dora: Actor, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    token = passwords.make_link(rt, None, dora.user_id)
    hashed = passwords.hashed

    def slowly(password: str) -> str:
        made = hashed(password)
        with psycopg.connect(rt.settings.database_url) as conn:
            CHANGES[change](conn, dora.user_id)
        return made

    monkeypatch.setattr(passwords, "hashed", slowly)
    with pytest.raises(NotSignedIn, match="used before or is too old"):
        passwords.set_by_link(rt, token, "hers and nobody else's", "hers and nobody else's")
    monkeypatch.undo()
    with pytest.raises(ProductError):
        identity.sign_in(rt, "dora@example.com", "hers and nobody else's")


def test_no_link_is_made_for_who_was_disabled_while_it_is_made(
    rt: Runtime, dora: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = identity.new_token

    def slowly() -> str:
        with psycopg.connect(rt.settings.database_url) as conn:
            disable(conn, dora.user_id)
        return real()

    monkeypatch.setattr(identity, "new_token", slowly)
    with pytest.raises(ProductError, match="no active user"):
        identity.make_login_link(rt, "dora@example.com")
    with rt.db.connection() as conn:
        assert conn.execute("SELECT 1 FROM login_links").fetchall() == []
