"""A run that a page watches: nothing is sent again that the page shows already."""

from __future__ import annotations

import hashlib
from typing import Any

from dash import set_props

from layouts import ids, pages_runs

# What decides which buttons and lines stand beside the figures.
_SHAPE = ("id", "state", "cancel_requested", "queue_position", "may_cancel", "undo_batch")


def seen(run: dict[str, Any]) -> dict[str, str]:
    """What a page shows of a run, as two hashes: of its shape, and of everything."""
    stopped = run["state"] not in ("queued", "running")
    shape = [*(run[name] for name in _SHAPE), run["done"] > 0, run["failed"] if stopped else 0]
    return {"shape": digest(shape), "all": digest(run)}


def only_figures(run: dict[str, Any], before: Any, now: dict[str, str]) -> bool:
    """Whether nothing but figures has changed since; those are sent then, and the buttons beside them stay."""
    same = isinstance(before, dict) and before.get("shape") == now["shape"]
    if same:
        set_props(ids.RUN_FIGURES, {"children": pages_runs.figures(run)})
    return same


def look_again(shown: dict[str, Any]) -> dict[str, Any]:
    """What a page's store says of the same run, as news: its panel is drawn anew."""
    times = shown.get("again", 0)
    return {**shown, "again": times + 1 if isinstance(times, int) else 1}


def digest(shown: Any) -> str:
    """A short name of what a page shows, to know it again by."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
