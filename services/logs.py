"""How log lines look: text for people, or one JSON object a line (LOG_FORMAT=json), with request, user and run.

Code logs through the standard library; what a line is about (request_id, user_id, run_id) is bound
once, by whoever knows it, and stands in every line until it is unbound. Lines hold ids, never names,
addresses or what people typed. Should one slip through a library's message, e-mail addresses,
sign-in links, passwords of URLs and the values of secret settings are taken out here.
"""

from __future__ import annotations

import logging
import logging.config
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog

from services import faults
from services.config import SETTINGS, Settings

HIDDEN = "[hidden]"
# Shorter values would hide half the words of a line.
_SHORTEST_SECRET = 8
_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"/login/(?:password/)?[\w-]{20,}")
_PASSWORD = re.compile(
    r"(?i)((?:password|secret|token|api_key|apikey|authorization)['\"]?\s*[=:]\s*['\"]?)(?:bearer )?[^\s'\",;&]+"
)
# gunicorn quotes what it could not read, and the address of what failed outside the app.
_QUOTED = re.compile(r"(Invalid request from [^'\"]*)['\"].*|(/[^\s?]*)\?.*", re.DOTALL)
_IN_URL = re.compile(r"(://[^\s:/@]*:)[^\s@/]+@")


def configure(settings: Settings) -> None:
    """Set up logging for this process."""
    logging.config.dictConfig(dictionary(settings))
    logging.captureWarnings(True)


def dictionary(settings: Settings) -> dict[str, Any]:
    """The logging.config dictionary; gunicorn takes it too, so that its lines look the same."""
    as_json = settings.log_format == "json"
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _Redact(settings)]
    last.append(structlog.processors.JSONRenderer() if as_json else _as_text)
    first = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _trace,
    ]
    formatter = {"()": structlog.stdlib.ProcessorFormatter, "foreign_pre_chain": first, "processors": last}
    handler = {"class": "logging.StreamHandler", "formatter": "ours", "stream": "ext://sys.stderr"}
    level = settings.log_level
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": formatter},
        "handlers": {"stderr": handler},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {
                "level": level,
                "handlers": ["stderr"],
                "propagate": False,
                "qualname": "gunicorn.error",
            },
            "gunicorn.access": {"level": "WARNING", "handlers": ["stderr"], "propagate": False},
            # They tell every job's start and end twice, and every call; ours tell what matters.
            "procrastinate": {"level": "WARNING"},
            "httpx2": {"level": "WARNING"},
            "httpcore2": {"level": "WARNING"},
            # The pool repeats what we say in one line.
            "psycopg.pool": {"level": "ERROR"},
        },
    }


@contextmanager
def about(**ids: Any) -> Iterator[None]:
    """Every line inside is about these: run_id=…, user_id=…."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield


def bind(**ids: Any) -> None:
    """As about(), until clear(): for a request, which begins and ends in different functions."""
    structlog.contextvars.bind_contextvars(**ids)


def clear() -> None:
    structlog.contextvars.clear_contextvars()


def _trace(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as types and places; its messages, which may quote data, only at DEBUG."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        whole = event["level"] == "debug"
        event["exception"] = "".join(traceback.format_exception(error)) if whole else faults.trace(error)
    return event


class _Redact:
    """A processor that hides what no line may hold, in every value."""

    def __init__(self, settings: Settings) -> None:
        values = (str(getattr(settings, s.field)) for s in SETTINGS if s.secret)
        known = sorted({re.escape(v) for v in values if len(v) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._secrets = re.compile("|".join(known)) if known else None

    def __call__(self, logger: Any, name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        if str(event.get("logger", "")).startswith("gunicorn"):
            event["event"] = _QUOTED.sub(rf"\1\2{HIDDEN}", str(event["event"]))
        return {key: self.hide(value) if isinstance(value, str) else value for key, value in event.items()}

    def hide(self, text: str) -> str:
        if self._secrets is not None:
            text = self._secrets.sub(HIDDEN, text)
        text = _IN_URL.sub(rf"\1{HIDDEN}@", text)
        text = _PASSWORD.sub(rf"\1{HIDDEN}", text)
        return _LINK.sub(f"/login/{HIDDEN}", _EMAIL.sub(HIDDEN, text))


def _as_text(logger: Any, name: str, event: MutableMapping[str, Any]) -> str:
    """2026-01-01T12:00:00Z INFO logger message key=value"""
    head = f"{event.pop('timestamp')} {event.pop('level').upper()} {event.pop('logger')} {event.pop('event')}"
    trace = event.pop("exception", "")
    tail = "".join(f" {key}={value}" for key, value in event.items())
    return head + tail + (f"\n{trace}" if trace else "")
