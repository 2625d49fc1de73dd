"""`sourcingx user …`: passwords, emergency sign-in, and what the identity provider calls someone."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from services.access import accounts, identity, passwords
from services.access.identity import Actor
from services.runtime import Runtime
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.integration.test_sign_in import PASSWORD
from tests.web import Browser

__all__ = ["sourcingx"]
NEW = "a quiet green meadow"
ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def dora(rt: Runtime) -> Actor:
    return identity.create_user(rt, "dora@example.com", "Dora Password", "recruiter", PASSWORD)


def audited(rt: Runtime) -> list[tuple[str, Any]]:
    with rt.db.connection() as conn:
        return [(r["action"], r["detail"]) for r in conn.execute("SELECT action, detail FROM audit_log ORDER BY id")]


def test_the_command_line_sets_a_password_that_is_in_no_argument(
    sourcingx: CommandLine, rt: Runtime, client_for: ClientFor, dora: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(dora)
    monkeypatch.setattr("sys.stdin", io.StringIO(NEW + "\n"))
    assert sourcingx("user", "set-password", "dora@example.com")[0] == 0
    assert client.get("/").status_code == 302
    assert identity.sign_in(rt, "dora@example.com", NEW)
    for given, code in (("short\n", 2), ("", 2)):
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        assert sourcingx("user", "set-password", "dora@example.com")[0] == code
    monkeypatch.setattr("sys.stdin", io.StringIO(NEW + "\n"))
    assert sourcingx("user", "set-password", "nobody@example.com")[0] == 2
    assert audited(rt) == [("user.password", {"by": "command"})]


def test_the_command_line_makes_links_too(sourcingx: CommandLine, rt: Runtime, dora: Actor) -> None:
    code, out, _ = sourcingx("user", "password-link", "dora@example.com")
    found = re.fullmatch(r"http://127\.0\.0\.1:\d+/login/password/([\w-]{40,})\n", out)
    assert code == 0 and found
    assert passwords.link_is_good(rt, found[1])
    assert sourcingx("user", "password-link", "nobody@example.com")[0] == 2


def test_people_and_links_made_by_command_are_in_the_audit_log(sourcingx: CommandLine, rt: Runtime) -> None:
    assert sourcingx("user", "add", "new@example.com", "--role", "viewer")[0] == 0
    assert sourcingx("login-link", "new@example.com")[0] == 0
    assert sourcingx("login-link", "nobody@example.com")[0] == 2
    assert audited(rt) == [("user.invite", {"role": "viewer"}), ("user.link", {})]


def test_break_glass_by_command(sourcingx: CommandLine, rt: Runtime, admin: Actor, dora: Actor) -> None:
    assert sourcingx("user", "break-glass", "admin@example.com", "on")[0] == 0
    assert accounts.users(rt, admin)[0].break_glass
    assert sourcingx("user", "break-glass", "admin@example.com", "off")[0] == 0
    assert sourcingx("user", "break-glass", "dora@example.com", "on")[0] == 2
    assert sourcingx("user", "break-glass", "nobody@example.com", "on")[0] == 2


def test_what_the_provider_calls_someone_is_forgotten(sourcingx: CommandLine, rt: Runtime, dora: Actor) -> None:
    with rt.db.connection() as conn:
        conn.execute("UPDATE users SET oidc_issuer = 'https://id.example', oidc_subject = 's'")
    assert sourcingx("user", "unlink", "dora@example.com")[0] == 0
    with rt.db.connection() as conn:
        assert conn.execute("SELECT oidc_subject FROM users").fetchall() == [{"oidc_subject": None}]
    assert sourcingx("user", "unlink", "nobody@example.com")[0] == 2
