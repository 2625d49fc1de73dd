"""What an enrichment says of itself: its figures, exactly, from its rows; and a sentence when it has ended."""

from __future__ import annotations

from services import db
from services.enrichment.enrichment_rows import Items
from services.runs.jobs import RunHandle


def report(conn: db.Conn, handle: RunHandle, items: Items, **more: object) -> None:
    """A checkpoint, in the caller's transaction. Raises LeaseLost, RightLost."""
    tally = items.tally(conn)
    credits, calls = items.spent(conn)
    counts = {
        "found": tally.found, "missed": tally.missed, "fresh": tally.fresh, "no_address": tally.no_address,
        "left_alone": tally.left_alone, "fetching": tally.fetching, "unknown": tally.unknown, "credits": credits,
        "calls": calls, "waiting": "",
    }  # fmt: skip
    handle.save(conn, tally.done + tally.failed, tally.total, tally.failed, **counts, **more)


def summary(conn: db.Conn, items: Items) -> str:
    """What came of it."""
    tally = items.tally(conn)
    if not tally.total:
        return "There was nobody to look for."
    said = f"Something was found about {tally.found:,} of {tally.total:,}."
    if tally.unknown:
        said += (
            f" Of {tally.unknown:,} an answer was lost: perhaps they were asked about, and cost a credit."
            " They are asked about again only when you say so."
        )
    return said
