"""Figures of services.figures.analytics as tables: what a page shows, its charts draw, and a file holds. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from layouts import text
from layouts.page_usage import money

Analytics = Any
MOST_BARS = 10


@dataclass(frozen=True)
class Table:
    """head: names of columns; rows: figures as they are, for a file; shown: as a page writes them; links: where a row
    leads, "" for nowhere. drawn: (label, figure) of the chart, none where there is nothing to draw."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    shown: Sequence[Sequence[str]]
    links: Sequence[str]
    drawn: Sequence[tuple[str, float]]


def tables(found: Analytics) -> list[Table]:
    """All of them, in the order of the page."""
    return [make(found) for make in (_funnel, _sources, _stages, _scores, _reasons, _costs, _team, _weeks)]


def _funnel(found: Analytics) -> Table:
    total = found.total
    steps = [(label, getattr(total, name)) for name, label in text.ANALYTICS_STEPS.items()]
    rows = [(label, n, _share(n, total.loaded)) for label, n in steps]
    return _table("funnel", rows, steps if total.loaded else [])


def _sources(found: Analytics) -> Table:
    names = ("loaded", "active", "screened", "score", "shortlisted", "share", "interviewing", "hired")
    rows = [
        (one.source or text.PERSON_NO_SOURCE,
         *(_percent(one.share) if name == "share" else _score(getattr(one, name)) for name in names))
        for one in found.sources
    ]  # fmt: skip
    drawn = [(row[0], row[6] or 0.0) for row in rows[:MOST_BARS]]
    return _table("sources", rows, drawn if any(value for _, value in drawn) else [])


def _stages(found: Analytics) -> Table:
    rows = [
        (text.STAGES[one.stage], one.went_on, _days(one.median), _days(one.most),
         one.there if one.stage != "new" else None, _days(one.waiting))
        for one in found.stages
    ]  # fmt: skip
    return _table("stages", rows, [(row[0], row[2]) for row in rows if row[2] is not None])


def _scores(found: Analytics) -> Table:
    whole = sum(found.scores)
    rows = [(f"{low}–{low + 1}", people, _share(people, whole)) for low, people in enumerate(found.scores)]
    return _table("scores", rows, [(row[0], row[1]) for row in rows] if whole else [])


def _reasons(found: Analytics) -> Table:
    whole = sum(people for _, people in found.reasons)
    rows = [
        (text.REFUSE_REASONS.get(code, code) or text.FACET_NO_REASON, people, _share(people, whole))
        for code, people in found.reasons
    ]
    return _table("reasons", rows, [(row[0], row[1]) for row in rows])


def _costs(found: Analytics) -> Table:
    names = text.VENDOR_NAMES if found.by_vendor else {}
    rows = [(names.get(one.label, one.label), one.cost, one.shortlisted, one.each) for one in found.costs]
    drawn = [(row[0], float(row[3])) for row in rows[:MOST_BARS] if row[3] is not None]
    links = [f"/search/{one.search_id}/analytics" if one.search_id else "" for one in found.costs]
    shown = [(row[0], money(row[1]), _number(row[2]), "–" if row[3] is None else money(row[3])) for row in rows]
    return Table("costs", _head("costs", found.by_vendor), rows, shown, links, drawn)


def _team(found: Analytics) -> Table:
    names = ("moved", "notes", "decisions", "jobs")
    rows = [(one.label or text.ANALYTICS_COLLEAGUES, *(getattr(one, name) for name in names)) for one in found.team]
    return _table("team", rows, [(row[0], sum(row[1:])) for row in rows[:MOST_BARS]])


def _weeks(found: Analytics) -> Table:
    names = ("moved", "notes", "decisions", "jobs")
    rows = [(week.isoformat(), *(getattr(done, name) for name in names)) for week, done in found.weeks]
    return _table("weeks", rows, [(f"{week:%d %b}", done.total) for week, done in found.weeks])


def _table(name: str, rows: Sequence[Sequence[Any]], drawn: Sequence[tuple[str, float]]) -> Table:
    shown = [(str(row[0]), *(_number(value) for value in row[1:])) for row in rows]
    return Table(name, _head(name), rows, shown, [""] * len(rows), drawn)


def _head(name: str, by_vendor: bool = False) -> Sequence[str]:
    head = text.ANALYTICS_COLUMNS[name]
    return (text.ANALYTICS_VENDOR, *head[1:]) if by_vendor else head


def _number(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _score(value: Any) -> Any:
    return round(value, 1) if isinstance(value, float) else value


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _days(days: float | None) -> float | None:
    return None if days is None else round(days, 1)
