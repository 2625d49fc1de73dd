"""Reports on adverse impact: handed in as counts by group, kept without what is too small, read by admins only.

Nothing here is linked to anyone in a search: what a person told of themselves never reaches this product, only sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.accounts import must_be_admin
from services.access.identity import Actor, audit
from services.errors import BadInput, NotFound
from services.exports.spreadsheet_text import csv_line
from services.figures import impact_file, impact_ratios
from services.figures.impact_file import Group
from services.figures.impact_ratios import Comparison
from services.imports.import_rows import clean
from services.runtime import Runtime

MOST_LISTED = 100
MAX_TITLE = 200
NO_TITLE = "Say in a few words what the counts are about, such as the job and the months."
NO_SEARCH = "This search is not there any more. Choose another, or none."
NO_REPORT = "This report is not there any more."
HEADER = (
    "attribute", "group", "applicants", "selected", "selection_rate", "impact_ratio", "below_four_fifths",
    "p_value", "scored", "above_median", "scoring_rate", "scoring_ratio", "scoring_below_four_fifths",
    "mean_score", "mean_score_ratio",
)  # fmt: skip
HIDDEN = "hidden"

_Q = sql.queries("fairness")


@dataclass(frozen=True)
class Report:
    """One report. search: its title, "" for none. groups: how many, hidden ones included."""

    id: int
    title: str
    created_at: datetime
    user_name: str
    search_id: UUID | None
    search: str
    groups: int


def reports(rt: Runtime, actor: Actor) -> list[Report]:
    """The newest 100. Raises Forbidden unless admin."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        return [Report(**row) for row in db.rows(conn, _Q.fetch_reports, {"limit": MOST_LISTED})]


def searches(rt: Runtime, actor: Actor) -> list[tuple[str, str]]:
    """(id, title) of what a report can be about. Raises Forbidden unless admin."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        return [(str(row["id"]), row["title"]) for row in db.rows(conn, _Q.fetch_searches, actor.params)]


def add(rt: Runtime, actor: Actor, title: str, text: str, search_id: str = "") -> int:
    """Keep the counts of a table; returns the report's id. search_id: what it is about, "" for several searches.

    Raises Forbidden unless admin, BadInput for a table that cannot be read, a missing title, a search that is gone.
    """
    must_be_admin(actor)
    named = clean(title, MAX_TITLE)
    if not named:
        raise BadInput(NO_TITLE)
    kept = impact_ratios.without_small(impact_file.read(text))
    try:
        about = UUID(search_id) if search_id else None
    except (ValueError, TypeError, AttributeError) as error:
        raise BadInput(NO_SEARCH) from error
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.insert_report, {"search_id": about, "title": named, **actor.params})
        if row is None:
            raise BadInput(NO_SEARCH)
        groups = [_row(position, group, hidden) for position, (group, hidden) in enumerate(kept)]
        db.run(conn, _Q.insert_groups, {"report_id": row["id"], "groups": Jsonb(groups)})
        audit(conn, actor, "fairness.report", str(row["id"]), groups=len(groups))
    return int(row["id"])


def read(rt: Runtime, actor: Actor, report_id: int) -> tuple[Report, list[Comparison]]:
    """A report with its groups compared. Raises Forbidden unless admin, NotFound."""
    must_be_admin(actor)
    with rt.db.snapshot() as conn:
        row = db.one(conn, _Q.fetch_report, {"report_id": report_id})
        if row is None:
            raise NotFound(NO_REPORT)
        found = db.rows(conn, _Q.fetch_groups, {"report_id": report_id})
    return Report(**row), impact_ratios.compare([_group(one) for one in found])


def delete(rt: Runtime, actor: Actor, report_id: int) -> None:
    """For good. Raises Forbidden unless admin, NotFound."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        if not db.run(conn, _Q.delete_report, {"report_id": report_id}):
            raise NotFound(NO_REPORT)
        audit(conn, actor, "fairness.delete", str(report_id))


def report_csv(rt: Runtime, actor: Actor, report_id: int) -> tuple[str, bytes]:
    """(file name, the report as CSV): a line a group, of hidden ones the name. Raises Forbidden, NotFound."""
    report, found = read(rt, actor, report_id)
    with rt.db.connection() as conn:
        audit(conn, actor, "fairness.download", str(report.id))
    lines = [csv_line(HEADER)]
    for one in found:
        lines += [csv_line(cells) for cells in _cells(one)]
    return f"adverse-impact-{report.id}.csv", b"".join(lines)


def _cells(found: Comparison) -> list[Sequence[Any]]:
    rows: list[Sequence[Any]] = []
    for line in found.lines:
        selection, scoring = line.selection, line.scoring
        if selection is None:
            rows.append([found.attribute, line.name, HIDDEN])
            continue
        rows.append([
            found.attribute, line.name, selection.whole, selection.part, _figure(selection.rate),
            _figure(selection.ratio), _flag(selection), _figure(selection.p),
            *([scoring.whole, scoring.part, _figure(scoring.rate), _figure(scoring.ratio), _flag(scoring)]
              if scoring else [None] * 5),
            line.mean_score, _figure(line.score_ratio),
        ])  # fmt: skip
    return rows


def _figure(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"


def _flag(rate: impact_ratios.Rate) -> str | None:
    return None if rate.ratio is None else "yes" if rate.flagged else "no"


def _row(position: int, group: Group, hidden: bool) -> dict[str, Any]:
    counts = {} if hidden else {
        "applicants": group.applicants, "selected": group.selected, "scored": group.scored,
        "above_median": group.above_median,
        "mean_score": None if group.mean_score is None else str(group.mean_score),
    }  # fmt: skip
    return {"position": position, "attribute": group.attribute, "name": group.name, "hidden": hidden, **counts}


def _group(row: dict[str, Any]) -> tuple[Group, bool]:
    counts = {name: row[name] for name in ("scored", "above_median", "mean_score")}
    return Group(row["attribute"], row["name"], row["applicants"] or 0, row["selected"] or 0, **counts), row["hidden"]
