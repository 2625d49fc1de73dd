"""What sign-ins leave behind goes away at night; what still counts stays."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from services.access import accounts, identity, passwords, sign_in_tidy
from services.access.identity import Actor
from services.errors import NotSignedIn
from services.runs import worker
from services.runtime import Runtime


def counts(rt: Runtime) -> dict[str, int]:
    with rt.db.connection() as conn:
        return {name: len(conn.execute(f"SELECT 1 FROM {name}").fetchall())
                for name in ("sign_in_attempts", "login_links", "user_sessions")}  # fmt: skip


def past(rt: Runtime, statement: str) -> None:
    with rt.db.connection() as conn:
        conn.execute(statement)


def sign_in(rt: Runtime, actor: Actor) -> str:
    return identity.sign_in_with_link(rt, identity.make_login_link(rt, f"{actor.name.split()[0].lower()}@example.com"))


def test_what_counts_no_longer_is_gone(rt: Runtime, alice: Actor, bob: Actor) -> None:
    for _ in range(2):
        with pytest.raises(NotSignedIn):
            identity.sign_in(rt, "alice@example.com", "not the password")
    first, second = sign_in(rt, alice), sign_in(rt, alice)
    sign_in(rt, bob)
    passwords.make_link(rt, None, alice.user_id)
    worker._nightly(rt, 0)
    assert counts(rt) == {"sign_in_attempts": 2, "login_links": 4, "user_sessions": 3}
    past(
        rt,
        "UPDATE sign_in_attempts SET at = at - interval '25 hours' WHERE id = (SELECT min(id) FROM sign_in_attempts)",
    )
    past(rt, "UPDATE login_links SET expires_at = expires_at - interval '26 hours' WHERE purpose = 'sign-in'")
    past(rt, "UPDATE user_sessions SET last_active = last_active - interval '31 days'")
    past(rt, "UPDATE user_sessions SET last_active = now() WHERE token_hash = (SELECT token_hash FROM user_sessions "
             f"WHERE user_id = {alice.user_id} ORDER BY id LIMIT 1)")  # fmt: skip
    sign_in_tidy.run(rt)
    # One failure, the link that sets a password, and each person's last sign-in.
    assert counts(rt) == {"sign_in_attempts": 1, "login_links": 1, "user_sessions": 2}
    assert sum(identity.actor_of(rt, token) is not None for token in (first, second)) == 1


def test_when_someone_was_here_last_is_still_told(rt: Runtime, alice: Actor, admin: Actor) -> None:
    sign_in(rt, alice)
    past(
        rt, "UPDATE user_sessions SET last_active = now() - interval '90 days', revoked_at = now() - interval '90 days'"
    )
    sign_in_tidy.run(rt)
    (found,) = [user for user in accounts.users(rt, admin) if user.id == alice.user_id]
    assert found.last_active is not None


def test_a_database_that_is_away_ends_nothing_else(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("alice@example.com")

    monkeypatch.setattr(sign_in_tidy.db, "run", broken)
    with caplog.at_level(logging.INFO):
        sign_in_tidy.run(rt)
    assert "were not tidied away" in caplog.text and "alice@" not in caplog.text
