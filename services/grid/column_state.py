"""Which columns of the grid a person sees: order, width, hidden, pinned.

One choice for all searches. Criteria are columns of some searches only: those that a person shows elsewhere stay
chosen while they arrange the columns of a search that does not ask them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.access import identity
from services.access.identity import Actor
from services.errors import BadInput
from services.grid.grid_columns import COLUMNS, MARKS, is_criterion
from services.runtime import Runtime

PREFERENCE = "grid_columns"
NARROWEST, WIDEST = 40, 800  # pixels
MOST = 200
# The kept state has at most 100 entries (state_limits).
MOST_CRITERIA = 40
_KNOWN = frozenset((*COLUMNS, *MARKS))


def clean(columns: Any) -> list[dict[str, Any]]:
    """AG Grid's column state → [{colId, width, hide, pinned}, …] in its order.

    Left out are columns that are not known (any more), second mentions, and parts that were not set or
    make no sense. Widths are kept within 40 to 800 pixels. Raises BadInput for what is no column state.
    """
    if not isinstance(columns, list) or len(columns) > MOST:
        raise BadInput("The choice of columns is not in a form that can be read.")
    found: dict[str, dict[str, Any]] = {}
    for column in columns:
        if not isinstance(column, Mapping):
            raise BadInput("The choice of columns is not in a form that can be read.")
        name = column.get("colId")
        if isinstance(name, str) and (name in _KNOWN or is_criterion(name)) and name not in found:
            found[name] = {"colId": name, **_settings(column)}
    return list(found.values())


def of_actor(rt: Runtime, actor: Actor) -> list[dict[str, Any]]:
    """The actor's own columns; empty for the standard ones."""
    kept = identity.preferences(rt, actor).get(PREFERENCE, [])
    try:
        return clean(kept)
    except BadInput:
        return []


def save(rt: Runtime, actor: Actor, columns: Any) -> list[dict[str, Any]]:
    """Keep the actor's columns; an empty list means the standard ones. Raises BadInput."""
    kept = clean(columns)
    if kept:
        here = {column["colId"] for column in kept}
        others = [c for c in of_actor(rt, actor) if is_criterion(c["colId"]) and c["colId"] not in here]
        kept = _bounded([*kept, *(column for column in others if column.get("hide") is False)])
    identity.set_preference(rt, actor, PREFERENCE, kept)
    return kept


def _bounded(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the criteria beyond the first so many; hidden ones go before shown ones."""
    criteria = [column for column in columns if is_criterion(column["colId"])]
    criteria.sort(key=lambda column: column.get("hide") is not False)
    left_out = {column["colId"] for column in criteria[MOST_CRITERIA:]}
    return [column for column in columns if column["colId"] not in left_out]


def _settings(column: Mapping[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    width, hide, pinned = column.get("width"), column.get("hide"), column.get("pinned")
    # Compared before it is rounded: JSON may hold Infinity.
    if isinstance(width, (int, float)) and not isinstance(width, bool) and width == width:
        settings["width"] = int(min(max(width, NARROWEST), WIDEST))
    if isinstance(hide, bool):
        settings["hide"] = hide
    # None says that it is not pinned, though it is in the standard columns.
    if "pinned" in column and (pinned is None or (isinstance(pinned, str) and pinned in ("left", "right"))):
        settings["pinned"] = pinned
    return settings
