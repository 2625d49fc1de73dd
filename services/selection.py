"""Whom a person has selected in a view: some by id, stretches by position, or everyone that matches.

    {"ids": [candidate ids]} | {"ranges": [[from, to), …]} | {"all": true}

Positions are those of the list that the page shows, so they mean the same people here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services import result_sets
from services.candidates import MOST, candidate_ids
from services.errors import BadInput, Conflict
from services.grid_view import View
from services.identity import Actor
from services.run_targets import MOVED
from services.runtime import Runtime

MAX_RANGES = 100
# xmin:xmax:open transactions, as pg_current_snapshot() writes it.
_SNAPSHOT = re.compile(r"[0-9]{1,19}:[0-9]{1,19}:[0-9,]{0,4000}", re.ASCII)
NOT_READ = "The selection could not be read; load the page again and select once more."


@dataclass(frozen=True)
class Selection:
    """everyone: the whole view. Else at most 500 candidate ids, and the snapshot in which the person saw them."""

    everyone: bool
    ids: tuple[int, ...] = ()
    as_of: str | None = None


def selection_of(
    rt: Runtime, actor: Actor, view: View, version: int | None, target: Mapping[str, Any], seen: Any = None
) -> Selection:
    """seen: Postgres's snapshot that came with the rows on the page; with it people chosen by id need no
    list. It only decides whom the actor would overwrite, so a false one harms nobody but their own check.

    Raises BadInput for what cannot be read or is too much, Conflict when the list is gone and the
    data has changed since, so that nobody can tell what the person saw."""
    if target.get("all") is True:
        return Selection(True)
    if target.get("ids") is not None and isinstance(seen, str) and _SNAPSHOT.fullmatch(seen):
        ids = candidate_ids(target["ids"])
        if not ids:
            raise BadInput("Select someone first.")
        return Selection(False, tuple(ids), seen)
    made, at = result_sets.whole_list(rt, actor, view, version)
    if version is not None and at != version:
        raise Conflict(MOVED)
    if target.get("ids") is not None:
        ids = candidate_ids(target["ids"])
    else:
        ids = [one for start, end in _ranges(target.get("ranges")) for one in made.slice(start, end).ids]
    if not ids:
        raise BadInput("Select someone first.")
    return Selection(False, tuple(dict.fromkeys(ids)), made.snapshot)


def _ranges(raw: Any) -> list[tuple[int, int]]:
    if not isinstance(raw, list) or not 0 < len(raw) <= MAX_RANGES or not all(_is_range(item) for item in raw):
        raise BadInput(NOT_READ)
    if sum(end - start for start, end in raw) > MOST:
        raise BadInput(f"At most {MOST} people can be selected by Shift; narrow the view and select all that match.")
    return [(start, end) for start, end in raw]


def _is_range(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(type(n) is int for n in item) and 0 <= item[0] < item[1]
