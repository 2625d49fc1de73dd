"""Whom an export is about: everyone in a view, some by id, or stretches of places in its list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.access.identity import Actor
from services.cache import CacheDown
from services.errors import BadInput
from services.grid import result_sets
from services.grid.grid_view import View
from services.runs import run_targets
from services.runtime import Runtime

# Few enough that a COPY of them ends long before a statement's time is over, also where a spreadsheet is written.
BATCH_ROWS = 5_000
MAX_IDS = 500
MAX_RANGES = 100
MOVED = "The list has changed since these people were chosen. Refresh it and choose them again."
NO_TARGET = "Say whom to export: all people of the list, or those that are chosen."


@dataclass(frozen=True)
class People:
    """Ids of candidates in the order of the file: batches() gives them anew each time. Memory: packed ids."""

    total: int
    _batches: Callable[[], Iterator[list[int]]]

    def batches(self) -> Iterator[list[int]]:
        yield from self._batches()


def people_of(rt: Runtime, actor: Actor, view: View, version: int | None, raw: Any) -> People:
    """The people of a target, as kept in a run. Raises BadInput where places in a list mean others by now."""
    target = read_target(raw)
    if "ids" in target:
        return People(len(target["ids"]), lambda: iter([target["ids"]]))
    made, at = result_sets.whole_list(rt, actor, view, version)
    made = run_targets.without(made, set(target.get("except", ())))
    if "ranges" in target and at != version:
        # Places in another list would be other people.
        raise BadInput(MOVED)
    ranges = [(start, min(end, made.total)) for start, end in target.get("ranges", [[0, made.total]])]

    def batches() -> Iterator[list[int]]:
        for start, end in ranges:
            for first in range(start, end, BATCH_ROWS):
                yield made.slice(first, min(first + BATCH_ROWS, end)).ids

    return People(sum(max(0, end - start) for start, end in ranges), batches)


def check_shown(rt: Runtime, view: View, version: int | None, newest: int) -> None:
    """Raises BadInput when the list that the actor sees cannot be had any more."""
    if version == newest:
        return
    try:
        if version is not None and rt.lists.slice(view.search_id, view.key(version), 0, 0) is not None:
            return
    except CacheDown:
        pass
    raise BadInput(MOVED)


def read_target(raw: Any) -> dict[str, Any]:
    """A target as it is kept in a run. Raises BadInput."""
    given = {name: raw[name] for name in ("all", "ids", "ranges") if raw.get(name)} if isinstance(raw, Mapping) else {}
    if len(given) != 1:
        raise BadInput(NO_TARGET)
    if "ids" in given:
        return {"ids": _ids(given["ids"])}
    if "ranges" in given:
        return {"ranges": _ranges(given["ranges"])}
    left_out = _ids(raw.get("except") or [])
    return {"all": True, "except": left_out} if left_out else {"all": True}


def asked(target: Mapping[str, Any]) -> int | None:
    """How many people that is at most; None where the list must be counted first."""
    if "ids" in target:
        return len(target["ids"])
    return sum(end - start for start, end in target["ranges"]) if "ranges" in target else None


def _ids(raw: Any) -> list[int]:
    if not isinstance(raw, list):
        raise BadInput(NO_TARGET)
    if len(raw) > MAX_IDS:
        raise BadInput(f"At most {MAX_IDS} people can be named one by one; choose all people of the list instead.")
    # The grid's row ids are texts.
    found = [int(one) if isinstance(one, str) and one.isascii() and one.isdecimal() else one for one in raw]
    if not all(isinstance(one, int) and not isinstance(one, bool) and 0 < one < 2**63 for one in found):
        raise BadInput(NO_TARGET)
    return list(dict.fromkeys(found))


def _ranges(raw: Any) -> list[list[int]]:
    """Sorted and apart from each other, so that nobody is written twice."""
    if not isinstance(raw, list) or len(raw) > MAX_RANGES or not all(map(_is_range, raw)):
        raise BadInput(NO_TARGET)
    merged: list[list[int]] = []
    for start, end in sorted(raw):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    return merged


def _is_range(raw: Any) -> bool:
    numbers = isinstance(raw, list | tuple) and len(raw) == 2 and all(type(one) is int for one in raw)
    return numbers and 0 <= raw[0] < raw[1] < 2**31
