"""`sourcingx` commands on a home of their own: what they print, and how they refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.commands import cli
from services.config import Settings, child_environ

CANARY = "canary-password"


class CommandLine:
    """Runs commands in this process with the environment of one test."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *argv: str) -> tuple[int, str, str]:
        """(exit code, standard output, standard error)"""
        try:
            code = cli.main(argv)
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def json(self, *argv: str) -> Any:
        code, out, err = self(*argv, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)


@pytest.fixture
def sourcingx(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Against the test's database, as if it were a server of one's own."""
    for name, value in child_environ(settings).items():
        monkeypatch.setenv(name, value)
    return CommandLine(capsys)


def test_a_user_is_added_and_gets_a_link(sourcingx: CommandLine) -> None:
    added = sourcingx.json("user", "add", "dana@example.com", "--role", "recruiter", "--name", "Dana Doe")
    assert added == {"id": added["id"], "email": "dana@example.com", "role": "recruiter", "name": "Dana Doe"}
    code, out, _ = sourcingx("login-link", "dana@example.com")
    assert code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/login/[\w-]{40,}\n", out)


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["user", "add", "dana"], "--role"),
        (["user", "add", "dana", "--role", "boss"], "invalid choice: 'boss'"),
        (["user", "add", "dana", "--role", "admin"], "That is not an e-mail address."),
        (["login-link", "nobody@example.com"], "There is no active user"),
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        ([], "COMMAND"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(sourcingx: CommandLine, argv: list[str], line: str) -> None:
    code, out, err = sourcingx(*argv)
    assert (code, out) == (2, "")
    assert line in err
    assert err.count("\n") == 1


def test_the_same_address_twice_is_refused_and_changes_nothing(sourcingx: CommandLine) -> None:
    sourcingx("user", "add", "dana@example.com", "--role", "recruiter")
    code, _, err = sourcingx("user", "add", "DANA@example.com", "--role", "admin")
    assert code == 2
    assert "already a user" in err


def test_sessions_lists_sign_ins(sourcingx: CommandLine) -> None:
    assert sourcingx.json("sessions") == []


def test_a_bad_setting_is_one_line_and_exit_2(sourcingx: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    code, _, err = sourcingx("sessions")
    assert (code, err) == (
        2,
        "sourcingx: PORT: 'eighty' is not valid (invalid literal for int() with base 10: 'eighty').\n",
    )


def test_migrating_twice_does_nothing_the_second_time(sourcingx: CommandLine) -> None:
    assert sourcingx.json("migrate") == {"applied": []}


def test_a_role_that_may_not_migrate_is_one_line_and_exit_1(
    sourcingx: CommandLine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", settings.database_url)
    code, _, err = sourcingx("migrate")
    assert code == 1
    assert "set DATABASE_OWNER_URL to the owner's role" in err


def test_doctor_finds_nothing_wrong_here(sourcingx: CommandLine) -> None:
    found = sourcingx.json("doctor")
    assert found["ok"] is True
    assert found["problems"] == []


def test_doctor_says_what_does_not_answer_and_exits_1(
    sourcingx: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://app:{CANARY}@/none?host={tmp_path}")
    monkeypatch.setenv("REDIS_URL", f"unix://{tmp_path}/none.sock")
    code, out, err = sourcingx("doctor")
    assert code == 1
    assert "Postgres does not answer at DATABASE_URL" in out
    assert "Redis does not answer at REDIS_URL" in out
    assert "2 to mend." in out
    assert CANARY not in out + err


def test_doctor_reports_a_bad_setting(sourcingx: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_WORKERS", "none")
    code, out, _ = sourcingx("doctor")
    assert code == 1
    assert "PROBLEM  WEB_WORKERS" in out


def test_a_database_that_does_not_answer_is_one_line_and_exit_1(
    sourcingx: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://app:{CANARY}@/none?host={tmp_path}")
    code, _, err = sourcingx("sessions")
    assert code == 1
    assert err == "sourcingx: Postgres does not answer at DATABASE_URL; sourcingx doctor says more.\n"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://app:{CANARY}@db.example/sourcingx",
        f"postgresql://app@db.example/sourcingx?password={CANARY}",
        f"postgresql://app:{CANARY}@/sourcingx?host=%2Frun%2Fpostgresql",
        f"host=db.example password={CANARY}",
    ],
)
def test_status_shows_urls_without_passwords(sourcingx: CommandLine, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("REDIS_URL", f"redis://:{CANARY}@cache.example:6379/0")
    status = sourcingx.json("status")
    assert status["running"] is False
    assert status["redis_url"] == "redis://:***@cache.example:6379/0"
    assert CANARY not in json.dumps(status)
