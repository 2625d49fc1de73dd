"""The history of searches of before: a JSON file, a table, or both; each launch of an agent becomes a search.

An entry: {agent_id, csv_name, launched_at, search_url, profiles_requested, search_name}. The file and the table tell of
the same launches, so an agent and the name of its file are one; the second entry adds what the first did not say.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.errors import BadInput
from services.imports.import_rows import clean
from services.moving_in import legacy_rows

MAX_BYTES = 50_000_000
MAX_TITLE = 200
MAX_URL = 2_000
_LISTS = ("history", "searches", "search_history", "entries")

NOT_THERE = "{path} cannot be read ({reason})."
TOO_LARGE = "{path} is larger than 50 MB: this is no history of searches."
NOT_JSON = "{path} is not JSON: give the file search_history.json of the old SourcingX."
NOT_A_LIST = "{path} holds no list of searches: give the file search_history.json of the old SourcingX."
NO_OBJECT = "not an object"
NO_NAME = "neither a file's name nor a search's"


@dataclass
class Launch:
    """One search of before."""

    agent_id: str
    csv_name: str
    search_name: str
    search_url: str
    launched_at: datetime | None
    requested: int | None

    @property
    def key(self) -> str:
        return f"{self.agent_id}/{self.csv_name or self.search_name}"[:500]

    @property
    def title(self) -> str:
        return self.search_name or self.csv_name

    def detail(self) -> dict[str, Any]:
        """What is kept of it as it was."""
        return {"agent_id": self.agent_id, "csv_name": self.csv_name, "requested": self.requested}


@dataclass
class History:
    """What was read: launches by key, the oldest first, and why entries cannot be taken."""

    launches: dict[str, Launch] = field(default_factory=dict)
    entries: int = 0
    problems: Counter[str] = field(default_factory=Counter)

    def add(self, entries: Iterable[Any]) -> None:
        for entry in entries:
            self.entries += 1
            if not isinstance(entry, Mapping):
                self.problems[NO_OBJECT] += 1
                continue
            launch = _launch(entry)
            if not launch.title:
                self.problems[NO_NAME] += 1
                continue
            before = self.launches.get(launch.key)
            self.launches[launch.key] = launch if before is None else _both(before, launch)

    def in_order(self) -> list[Launch]:
        """As they were launched; those of which nobody knows when come first."""
        return sorted(self.launches.values(), key=lambda one: (one.launched_at is not None, str(one.launched_at)))


def read_file(path: Path) -> list[Any]:
    """The entries of search_history.json. Raises BadInput for what is no such file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(TOO_LARGE.format(path=path))
        given = json.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(NOT_THERE.format(path=path, reason=error.strerror)) from error
    except (ValueError, RecursionError) as error:
        raise BadInput(NOT_JSON.format(path=path)) from error
    if isinstance(given, Mapping):
        given = next((given[name] for name in _LISTS if isinstance(given.get(name), list)), None)
    if not isinstance(given, list):
        raise BadInput(NOT_A_LIST.format(path=path))
    return given


def _launch(entry: Mapping[str, Any]) -> Launch:
    return Launch(
        agent_id=clean(entry.get("agent_id"), 100),
        csv_name=clean(entry.get("csv_name"), MAX_TITLE),
        search_name=clean(entry.get("search_name"), MAX_TITLE),
        search_url=_url(entry.get("search_url")),
        launched_at=legacy_rows.moment(entry.get("launched_at")),
        requested=_number(entry.get("profiles_requested")),
    )


def _both(one: Launch, other: Launch) -> Launch:
    """The earlier moment, and what either says, the first one before the second."""
    moments = [moment for moment in (one.launched_at, other.launched_at) if moment]
    return Launch(
        one.agent_id, one.csv_name, one.search_name or other.search_name, one.search_url or other.search_url,
        min(moments, default=None), one.requested or other.requested,
    )  # fmt: skip


def _url(given: Any) -> str:
    """Only addresses at LinkedIn: they become links."""
    text = str(given or "").strip()
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    fits = parts.scheme in ("https", "http") and (host == "linkedin.com" or host.endswith(".linkedin.com"))
    return text if fits and len(text) <= MAX_URL and text.isprintable() else ""


def _number(given: Any) -> int | None:
    return given if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**31 else None
