"""What PhantomBuster says, read: agents, containers, console. Pure; times are milliseconds since 1970.

An agent's argument holds cookies and its fetched form a proxy's password: of these only names are taken, and the
name of the result file. Nothing here keeps an answer as it came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Arguments that are known to hold where to search, best first.
SOURCE_ARGUMENTS = (
    "salesNavigatorSearchUrl", "linkedInSearchUrl", "searches", "search", "searchUrl", "queries", "spreadsheetUrl",
    "profileUrls", "profileUrl",
)  # fmt: skip
OVER = {"finished", "launch error"}
# Of a console the end is shown; it is text of whatever length.
CONSOLE_CHARS = 8_000
# Cookies, passwords and keys that a script may print, up to the end of the word; passwords within addresses.
_SECRETS = re.compile(
    r"(li_at|li_a|jsessionid|session_?cookie|cookie|pass(word|wd)?|api_?key|token|authorization|x-phantombuster-key(-1)?)"
    r"(\W{0,4}[=:]\W{0,4})[^\s\"',;]+|\bAQED[\w-]{10,}",
    re.IGNORECASE,
)
_PROXY = re.compile(r"(://)[^\s/@:]+:[^\s/@]+@")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Agent:
    """An agent of the account. running: how many of its containers run now. last_end: "" before its first."""

    id: str
    name: str
    running: int
    last_end: str
    last_exit_code: int | None
    last_ended_ms: int | None


@dataclass(frozen=True)
class AgentSettings:
    """What of an agent's settings is needed, and no value of its argument but the result file's name."""

    id: str
    name: str
    argument_names: tuple[str, ...]
    result_name: str
    s3_folder: str
    org_s3_folder: str

    @property
    def source_argument(self) -> str:
        """The argument that holds where to search; "" where none is known."""
        return next((name for name in SOURCE_ARGUMENTS if name in self.argument_names), "")


@dataclass(frozen=True)
class Container:
    """One run of an agent at PhantomBuster's. status: as they say it; created_ms 0 and others None where not told."""

    id: str
    status: str
    created_ms: int
    launched_ms: int | None
    ended_ms: int | None
    end_type: str
    exit_code: int | None

    @property
    def is_over(self) -> bool:
        return self.status in OVER or self.ended_ms is not None

    @property
    def succeeded(self) -> bool:
        """Finished is not enough: a script that failed has finished, too."""
        return self.status == "finished" and self.exit_code == 0


@dataclass(frozen=True)
class Output:
    """How far an agent's latest container is. progress: 0–1 or None; console: its end, without secrets."""

    container_id: str
    status: str
    progress: float | None
    label: str
    console: str


def read_agents(body: Any) -> list[Agent]:
    """Raises ValueError for what is no list of agents."""
    return [
        Agent(
            _id(row["id"]), _text(row.get("name"), 200), _int(row.get("nbContainersRunning")) or 0,
            _text(row.get("lastEndType"), 60), _int(row.get("lastExitCode")), _int(row.get("lastEndedAt")),
        )
        for row in _objects(body, "agents") if row.get("id")
    ]  # fmt: skip


def read_settings(body: Any) -> AgentSettings:
    """Raises ValueError."""
    row = _object(body)
    argument = row.get("argument")
    if isinstance(argument, str):
        try:
            argument = json.loads(argument or "{}")
        except ValueError:
            argument = {}
    given = argument if isinstance(argument, dict) else {}
    name = given.get("csvName")
    return AgentSettings(
        _id(row["id"]), _text(row.get("name"), 200), tuple(str(key)[:60] for key in list(given)[:100]),
        _text(name, 200) if isinstance(name, str) else "", _text(row.get("s3Folder"), 200),
        _text(row.get("orgS3Folder"), 200),
    )  # fmt: skip


def read_container(body: Any) -> Container:
    """Raises ValueError."""
    row = _object(body)
    return Container(
        _id(row["id"]), _text(row.get("status"), 60), _int(row.get("createdAt")) or 0, _int(row.get("launchedAt")),
        _int(row.get("endedAt")), _text(row.get("endType"), 60), _int(row.get("exitCode"), 2**31),
    )  # fmt: skip


def read_containers(body: Any) -> list[Container]:
    """The newest first. Raises ValueError."""
    found = [read_container(row) for row in _objects(body, "containers") if row.get("id")]
    return sorted(found, key=lambda one: one.created_ms, reverse=True)


def read_output(body: Any) -> Output:
    """Raises ValueError."""
    row = _object(body)
    progress = row.get("progress")
    share = float(progress) if isinstance(progress, int | float) and not isinstance(progress, bool) else None
    if share is not None and share > 1:
        # Some agents count to a hundred.
        share /= 100
    return Output(
        _id(row["containerId"]) if row.get("containerId") else "", _text(row.get("status"), 60),
        None if share is None else min(max(share, 0.0), 1.0), _text(row.get("progressLabel"), 200),
        console_of(row.get("output")),
    )  # fmt: skip


def console_of(raw: Any) -> str:
    """The end of a console as it may be shown: no escapes, nothing invisible, no cookies, keys and passwords."""
    if not isinstance(raw, str):
        return ""
    # Cut first: some are megabytes. A little more than is shown, so that no secret is cut in half at its start.
    plain = _HIDDEN.sub("", _ESCAPES.sub("", raw[-2 * CONSOLE_CHARS :].replace("\r\n", "\n").replace("\r", "\n")))
    plain = _PROXY.sub(r"\1***@", _SECRETS.sub("***", plain))
    if len(plain) <= CONSOLE_CHARS:
        return plain
    _, _, whole_lines = plain[-CONSOLE_CHARS:].partition("\n")
    return whole_lines


def _objects(body: Any, name: str) -> list[Mapping[str, Any]]:
    found = body.get(name, body.get("data")) if isinstance(body, Mapping) else body
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise ValueError("no list")
    return found


def _object(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise ValueError("no object")
    inner = body.get("data")
    return inner if isinstance(inner, Mapping) and "id" not in body else body


def _id(raw: Any) -> str:
    """Ids are numbers that JavaScript cannot hold, so they come as texts; some clients saw numbers."""
    value = str(raw)
    if not re.fullmatch(r"[\w-]{1,64}", value):
        raise ValueError("no id")
    return value


def _int(raw: Any, most: int = 2**53) -> int | None:
    """A whole number that a column of ours can hold; None for anything else."""
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < most else None


def _text(raw: Any, limit: int) -> str:
    return _HIDDEN.sub("", raw)[:limit].strip() if isinstance(raw, str) else ""
