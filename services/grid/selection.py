"""Whom a person has selected in a view: some by id, stretches by position, or everyone that matches.

    {"ids": [candidate ids], "seen": [[snapshot, [candidate ids]], …]}
    {"ranges": [[from, to), …], "ids": [others], "except": [ids left out], "version": n}
    {"all": true, "except": [ids left out], "version": n}

Positions are those of the list that the page shows, so they mean the same people here as long as
`version`, in which they were chosen, is still what the page shows. `seen` says in which of Postgres's
snapshots the page got a row, where it got it later than the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from services.access.identity import Actor
from services.decisions.candidates import MOST, candidate_ids
from services.errors import BadInput, Conflict
from services.grid import result_sets
from services.grid.grid_view import View
from services.runs.run_targets import MOVED
from services.runtime import Runtime

MAX_RANGES = 100
# xmin:xmax:open transactions, as pg_current_snapshot() writes it.
_SNAPSHOT = re.compile(r"([0-9]{1,18}):([0-9]{1,18}):([0-9,]{0,4000})", re.ASCII)
NOT_READ = "The selection could not be read; load the page again and select once more."
NOBODY = "Select someone first."


@dataclass(frozen=True)
class Selection:
    """everyone: the whole view without left_out. Else at most 500 candidate ids, the snapshot in which the
    person saw them, and in `shown` another one for some of them. by_place: some stand for places in the list."""

    everyone: bool
    ids: tuple[int, ...] = ()
    as_of: str | None = None
    shown: Mapping[int, str] = field(default_factory=dict)
    left_out: tuple[int, ...] = ()
    by_place: bool = False


def selection_of(
    rt: Runtime, actor: Actor, view: View, version: int | None, target: Mapping[str, Any], seen: Any = None
) -> Selection:
    """seen: Postgres's snapshot that came with the rows on the page; with it people chosen by id need no
    list. It only decides whom the actor would overwrite, so a false one harms nobody but their own check.

    Raises BadInput for what cannot be read or is too much, Conflict when the page shows another list
    than the one in which the choice was made, or that list is gone and the data has changed since, so
    that nobody can tell what the person saw."""
    if target.get("version") is not None and target["version"] != version:
        raise Conflict(MOVED)
    left_out = tuple(candidate_ids(target.get("except") or []))
    if target.get("all") is True:
        return Selection(True, left_out=left_out)
    chosen = candidate_ids(target["ids"]) if target.get("ids") is not None else []
    shown = _shown(target.get("seen") or [])
    stretches = target.get("ranges")
    if stretches is None and target.get("ids") is not None:
        if not chosen:
            raise BadInput(NOBODY)
        if is_snapshot(seen):
            return Selection(False, tuple(chosen), seen, shown)
    made, at = result_sets.whole_list(rt, actor, view, version)
    if version is not None and at != version:
        raise Conflict(MOVED)
    if stretches is not None or not chosen:
        chosen = [one for start, end in _ranges(stretches) for one in made.slice(start, end).ids] + chosen
    ids = tuple(one for one in dict.fromkeys(chosen) if one not in left_out)
    if not ids:
        raise BadInput(NOBODY)
    return Selection(False, ids, made.snapshot, shown, by_place=stretches is not None)


def is_snapshot(raw: Any) -> TypeGuard[str]:
    """Whether Postgres would read it as a pg_snapshot."""
    if not isinstance(raw, str) or (found := _SNAPSHOT.fullmatch(raw)) is None:
        return False
    first, end = int(found[1]), int(found[2])
    parts = found[3].split(",") if found[3] else []
    if not 0 < first <= end or not all(0 < len(part) < 19 for part in parts):
        return False
    going = [int(part) for part in parts]
    return going == sorted(going) and all(first <= one < end for one in going)


def _shown(raw: Any) -> dict[int, str]:
    if not isinstance(raw, list) or len(raw) > MOST:
        raise BadInput(NOT_READ)
    found: dict[int, str] = {}
    for pair in raw:
        if not isinstance(pair, list) or len(pair) != 2 or not is_snapshot(pair[0]):
            raise BadInput(NOT_READ)
        found.update(dict.fromkeys(candidate_ids(pair[1]), pair[0]))
    return found


def _ranges(raw: Any) -> list[tuple[int, int]]:
    if not isinstance(raw, list) or not 0 < len(raw) <= MAX_RANGES or not all(_is_range(item) for item in raw):
        raise BadInput(NOT_READ)
    if sum(end - start for start, end in raw) > MOST:
        raise BadInput(f"At most {MOST} people can be selected by Shift; narrow the view and select all that match.")
    return [(start, end) for start, end in raw]


def _is_range(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(type(n) is int for n in item) and 0 <= item[0] < item[1]
