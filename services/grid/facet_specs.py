"""What facets and histograms there are, and what is said of one. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from services.grid.grid_columns import COLUMNS, CRITERION, FILTERS, SIMILARITY, is_criterion

Kind = Literal["small", "flag", "key", "array", "tags", "rule", "reason", "verdict"]


@dataclass(frozen=True)
class FacetValue:
    """One value. value: as the facet's filter takes it, None for blank; label: as people write it."""

    value: str | bool | None
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """The most frequent values and all chosen ones, by falling count.

    more: there are other values. exact: else counts come from a sample. version: of the data counted.
    """

    key: str
    label: str
    values: list[FacetValue]
    more: bool
    exact: bool
    version: int


@dataclass(frozen=True)
class Histogram:
    """counts[i] people lie from edges[i] up to, but without, edges[i + 1]; the last bar includes its end.

    At most 24 bars. grain: the smallest difference of two values, in units of the column or in days.
    kind number: ends and edges are numbers. kind date: days as 2026-05-31, the last edge is the day
    after the last bar. low and high are None where nobody has a value; blank is how many have none.
    """

    key: str
    label: str
    kind: Literal["number", "date"]
    grain: float
    low: float | str | None
    high: float | str | None
    edges: list[float] | list[str]
    counts: list[int]
    blank: int
    exact: bool
    version: int


@dataclass(frozen=True)
class FacetSpec:
    """How a facet is counted. shown: the column of profiles that a key column is made from.

    small: few values, all such columns in one pass; flag: one of them that is true or false;
    tags: an array that few have anything in; rule: what the rule says that left someone out, nothing for others;
    reason: why someone was rejected, nothing for others;
    verdict: a criterion's verdicts, all of them always.
    """

    label: str
    kind: Kind
    column: str
    shown: str = ""


@dataclass(frozen=True)
class RangeSpec:
    """How a histogram is made: in steps of so much, and where its scale ends if it always has the same.

    grain: the smallest difference of two values, as the column keeps them. Days have neither: a bar is whole days.
    """

    label: str
    kind: Literal["number", "date"]
    step: float = 1
    grain: float = 1
    most: float | None = None


def _spec(key: str, kind: Kind, field: str) -> tuple[str, FacetSpec]:
    return key, FacetSpec(COLUMNS[field].label, kind, FILTERS[key].column, field if kind == "key" else "")


FACETS: dict[str, FacetSpec] = dict(
    (
        _spec("title_in", "key", "title"),
        _spec("company_in", "key", "company"),
        _spec("location_in", "key", "location"),
        _spec("skills_in", "array", "skills"),
        _spec("fit_in", "small", "fit"),
        _spec("stage_in", "small", "stage"),
        _spec("source_in", "small", "source"),
        _spec("tags_in", "tags", "tags"),
        _spec("status_in", "small", "filter_status"),
        ("rule_in", FacetSpec("Excluded by rule", "rule", FILTERS["rule_in"].column)),
        ("reason_in", FacetSpec("Reason of rejection", "reason", FILTERS["reason_in"].column)),
        _spec("industry_in", "small", "industry"),
        _spec("has_email", "flag", "has_email"),
    )
)

RANGES: dict[str, RangeSpec] = {
    "score": RangeSpec(COLUMNS["score"].label, "number", 0.5, 0.1, 10),
    "years_experience": RangeSpec(COLUMNS["years_experience"].label, "number", 1, 0.1),
    "current_tenure_months": RangeSpec(COLUMNS["current_tenure_months"].label, "number"),
    "average_tenure_months": RangeSpec(COLUMNS["average_tenure_months"].label, "number"),
    "added_at": RangeSpec(COLUMNS["added_at"].label, "date"),
    "screened_at": RangeSpec(COLUMNS["screened_at"].label, "date"),
}

# Counted from people's vectors, and only where they are compared with something.
LIKENESS = RangeSpec(COLUMNS[SIMILARITY].label, "number", 0.05, 0.01, 1)


def range_of(key: str) -> RangeSpec | None:
    """How a histogram is made; None where there is none."""
    return LIKENESS if key == SIMILARITY else RANGES.get(key)


def spec_of(key: str) -> FacetSpec | None:
    """How a facet is counted, a criterion's too; None where there is none."""
    return FacetSpec(CRITERION.capitalize(), "verdict", key) if is_criterion(key) else FACETS.get(key)


def chosen_values(model: Any) -> list[str | None]:
    """The values ticked in a set filter, in their order; None is blank, yes and no are "true" and "false"."""
    if not isinstance(model, Mapping):
        return []
    parts = model.get("conditions") if "conditions" in model else [model]
    given = [value for part in parts or [] for value in (part.get("values") or [])]
    found = [json.dumps(value) if isinstance(value, bool) else value for value in given]
    return list(dict.fromkeys(value for value in found if value is None or isinstance(value, str)))


def chosen_range(model: Any) -> tuple[Any, Any]:
    """(from, to) of a range filter, both included, None where it is open; (None, None) for any other filter."""
    if not isinstance(model, Mapping):
        return None, None
    kind = model.get("type")
    if model.get("dateFrom") is not None:
        return _chosen_days(kind, model)
    low, high = model.get("filter"), model.get("filterTo")
    return {
        "inRange": (low, high),
        "equals": (low, low),
        "greaterThan": (low, None),
        "greaterThanOrEqual": (low, None),
        "lessThan": (None, low),
        "lessThanOrEqual": (None, low),
    }.get(str(kind), (None, None))


def _chosen_days(kind: Any, model: Mapping[str, Any]) -> tuple[str | None, str | None]:
    first, day = date.fromisoformat(str(model["dateFrom"])[:10]), timedelta(days=1)
    last = str(model.get("dateTo"))[:10]
    return {
        "inRange": (str(first), last),
        "equals": (str(first), str(first)),
        "greaterThan": (str(first + day), None),
        "lessThan": (None, str(first - day)),
    }.get(str(kind), (None, None))
