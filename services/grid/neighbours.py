"""The next and the previous person of a view, in its order, at any size of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from services.access.identity import Actor
from services.errors import NotFound
from services.grid import result_sets
from services.grid.grid_view import View
from services.grid.id_lists import IdList
from services.runtime import Runtime

MOST_STEPS = 100  # keys pressed while an answer is on its way
_WINDOW = 25
NOT_HERE = "This person is not in this view. Choose someone in the list to walk through it."


class Place(NamedTuple):
    """A candidate and their index in the view, from 0."""

    candidate_id: int
    position: int


def neighbour(
    rt: Runtime, actor: Actor, view: View, version: int | None, candidate_id: int, step: int, position: int | None
) -> Place | None:
    """Whoever stands `step` places (+ next, - previous) from a candidate; None at the end of the view.

    position: where the page thinks the candidate stands; believed only if it is true, else they are
    looked for in the whole list. Who was deleted since is not counted. A step beyond the end goes to
    the last one. Raises NotFound for who is not in the view, Forbidden.
    """
    steps = max(-MOST_STEPS, min(MOST_STEPS, step)) or 1
    if position is not None and position >= 0:
        walk = _walk(rt, actor, view, version, position, steps)
        first = next(walk, None)
        if first is not None and first[0].candidate_id == candidate_id:
            return _last(walk, abs(steps))
    made, used = result_sets.whole_list(rt, actor, view, version)
    found = _find(made, candidate_id)
    if found is not None:
        walk = _walk(rt, actor, view, used, found, steps)
        next(walk, None)
        return _last(walk, abs(steps))
    if position is None or position < 0:
        raise NotFound(NOT_HERE)
    # They have just left the view: whoever moved up into their place is next.
    return _last(_walk(rt, actor, view, used, position if steps > 0 else position - 1, steps), abs(steps))


def first_from(rt: Runtime, actor: Actor, view: View, version: int | None, position: int) -> Place | None:
    """Whoever stands at a position, or is the next one who is still there; None beyond the end. Raises Forbidden."""
    return _last(_walk(rt, actor, view, version, position, 1), 1)


def place_of(rt: Runtime, actor: Actor, view: View, version: int | None, candidate_id: int) -> Place | None:
    """Where a candidate stands; None for who is not in the view. Raises Forbidden."""
    made, _ = result_sets.whole_list(rt, actor, view, version)
    found = _find(made, candidate_id)
    return None if found is None else Place(candidate_id, found)


def _walk(
    rt: Runtime, actor: Actor, view: View, version: int | None, start: int, step: int
) -> Iterator[tuple[Place, bool]]:
    """Places from `start` on, towards the end or the beginning, each with whether they are still there."""
    while start >= 0:
        first, end = (start, start + _WINDOW) if step > 0 else (max(0, start + 1 - _WINDOW), start + 1)
        rows = result_sets.fetch_page(rt, actor, view, version, first, end).rows
        places = [(Place(int(row["id"]), first + n), not row["deleted"]) for n, row in enumerate(rows)]
        if step > 0:
            yield from places
        elif len(rows) == end - first:
            yield from reversed(places)
        if len(rows) < end - first:
            return
        start = end if step > 0 else first - 1


def _last(walk: Iterator[tuple[Place, bool]], steps: int) -> Place | None:
    found = None
    for place, there in walk:
        if there:
            found, steps = place, steps - 1
            if steps == 0:
                break
    return found


def _find(made: IdList, candidate_id: int) -> int | None:
    """Index of an id in a packed list; a search for bytes, since a million ids would be slow to unpack."""
    if not 0 <= candidate_id < 1 << (8 * made.width - 1):
        return None
    wanted = candidate_id.to_bytes(made.width, "big")
    at = made.packed.find(wanted)
    while at >= 0 and at % made.width:
        at = made.packed.find(wanted, at + 1)
    return at // made.width if at >= 0 else None
