"""Log lines: one JSON object each, with what they are about, and without what nobody may read there."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Iterator

import pytest

from services import logs
from services.config import Settings

SECRET = "a-secret-that-no-log-may-hold"
log = logging.getLogger("sourcingx.test")


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Logging is one for the whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
    logs.clear()


def settings(**changed: str) -> Settings:
    return Settings.from_env({"SECRET_KEY": SECRET, "LOG_FORMAT": "json"} | changed)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_says_what_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(settings())
    with logs.about(run_id=7, user_id=3):
        log.info("%s of %s", 1, 2)
    log.info("later")
    first, later = lines(capsys)
    assert first["event"] == "1 of 2"
    assert (first["run_id"], first["user_id"], first["level"], first["logger"]) == (7, 3, "info", "sourcingx.test")
    assert str(first["timestamp"]).endswith("Z")
    assert "run_id" not in later


def test_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(settings(LOG_FORMAT="text"))
    with logs.about(run_id=7):
        log.warning("slow")
    assert capsys.readouterr().err.endswith("Z WARNING sourcingx.test slow run_id=7\n")


@pytest.mark.parametrize(
    "said",
    [
        f"key {SECRET}",
        "dana.doe+x@mail.example.com wrote",
        "GET /login/canary-token-of-more-than-twenty-characters",
        "GET /login/password/canary-token-of-more-than-twenty-characters",
        "postgresql://app:canary-pass@db.example/sourcingx",
        "redis://:canary-pass@cache:6379/0",
        "password=canary-pass host=db",
        '{"api_key": "canary-pass"}',
        "Authorization: Bearer canary-pass",
    ],
)
def test_what_nobody_may_read_is_taken_out(capsys: pytest.CaptureFixture[str], said: str) -> None:
    logs.configure(settings())
    log.error("failed: %s", said)
    err = capsys.readouterr().err
    assert logs.HIDDEN in err
    assert not [word for word in ("canary", SECRET, "dana.doe") if word in err], err


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Invalid request from ip=10.0.0.9: Invalid HTTP request line: 'GET /search/x?q=canary doe HTTP/1.1'",
         "Invalid request from ip=10.0.0.9: Invalid HTTP request line: [hidden]"),
        ("Invalid request from ip=10.0.0.9: Invalid HTTP Header: \"Cookie sx_session=canary's\"",
         "Invalid request from ip=10.0.0.9: Invalid HTTP Header: [hidden]"),
        ("Error handling request GET /search/x?q=canary", "Error handling request GET /search/x[hidden]"),
        ("Worker (pid:5) was sent SIGKILL! Perhaps out of memory?",
         "Worker (pid:5) was sent SIGKILL! Perhaps out of memory?"),
    ],
)  # fmt: skip
def test_what_gunicorn_could_not_read_is_not_quoted(capsys: pytest.CaptureFixture[str], said: str, kept: str) -> None:
    logs.configure(settings())
    logging.getLogger("gunicorn.error").warning(said)
    assert [line["event"] for line in lines(capsys)] == [kept]


def test_an_exception_is_types_and_places(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(settings())
    try:
        raise ValueError("Dana Doe of Canary Street")
    except ValueError:
        log.exception("it failed")
    (found,) = lines(capsys)
    assert str(found["exception"]).startswith("ValueError [")
    assert "Dana" not in json.dumps(found)
