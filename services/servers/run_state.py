"""home/run.json: what a running `sourcingx run` is made of, for `status` and for the start after a crash."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from services.errors import Conflict
from services.servers import processes
from services.servers.home import private
from services.servers.processes import ProcessId


@dataclass(frozen=True)
class RunState:
    """The manager, its children by name, and where the product is served."""

    manager: ProcessId
    url: str
    port: int
    children: dict[str, ProcessId] = field(default_factory=dict)


def save(home: Path, state: RunState) -> None:
    """Whole or not at all: a reader never sees half a file."""
    draft = home / "run.json.new"
    draft.write_text(json.dumps(asdict(state), indent=2) + "\n", encoding="utf-8")
    draft.replace(home / "run.json")


def load(home: Path) -> RunState | None:
    """The last state that was saved, whether its processes live or not."""
    try:
        raw = json.loads((home / "run.json").read_text(encoding="utf-8"))
        children = {name: ProcessId(**child) for name, child in raw["children"].items()}
        return RunState(ProcessId(**raw["manager"]), raw["url"], raw["port"], children)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def running(home: Path) -> RunState | None:
    """The state of a manager that lives now."""
    state = load(home)
    return state if state is not None and processes.is_alive(state.manager) else None


def end_leftovers(home: Path) -> None:
    """End what a killed manager left behind; only processes that it recorded."""
    state = load(home)
    if state is not None and not processes.is_alive(state.manager):
        # Nobody waits for their answers any more; a moment is enough to close connections.
        processes.end(*state.children.values(), grace_s=2)
        forget(home)


def forget(home: Path) -> None:
    (home / "run.json").unlink(missing_ok=True)


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Be the one manager of this home. Raises Conflict when there is one already."""
    with open(home / "run.lock", "a", encoding="ascii", opener=private) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            state = running(home)
            where = f" at {state.url} (process {state.manager.pid})" if state else ""
            raise Conflict(f"SourcingX already runs on {home}{where}.") from error
        yield


def me() -> ProcessId:
    """This process."""
    found = processes.identify(os.getpid())
    if found is None:
        raise RuntimeError("this process cannot see itself")
    return found
