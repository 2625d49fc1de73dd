"""What facets and histograms there are, and what is said of one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from services.grid_columns import COLUMNS, FILTERS

Kind = Literal["small", "key", "array", "tags"]


@dataclass(frozen=True)
class FacetValue:
    """One value. value: as the facet's filter takes it, None for blank; label: as people write it."""

    value: str | None
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
    """counts[i] people lie between edges[i] and edges[i + 1]; at most 24 bars.

    kind number: ends and edges are numbers. kind date: days as 2026-05-31, the last edge is the day
    after the last bar. low and high are None where nobody has a value; blank is how many have none.
    """

    key: str
    label: str
    kind: Literal["number", "date"]
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

    small: few values, all such columns in one pass; tags: an array that few have anything in.
    """

    label: str
    kind: Kind
    column: str
    shown: str = ""


@dataclass(frozen=True)
class RangeSpec:
    """How a histogram is made: in which steps, and where its scale ends if it always has the same."""

    label: str
    step: float
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
        _spec("industry_in", "small", "industry"),
    )
)

RANGES: dict[str, RangeSpec] = {
    "score": RangeSpec(COLUMNS["score"].label, 0.5, 10),
    "years_experience": RangeSpec(COLUMNS["years_experience"].label, 1),
    "current_tenure_months": RangeSpec(COLUMNS["current_tenure_months"].label, 1),
    "average_tenure_months": RangeSpec(COLUMNS["average_tenure_months"].label, 1),
    "added_at": RangeSpec(COLUMNS["added_at"].label, 86_400),
}


def chosen_values(model: Any) -> list[str | None]:
    """The values ticked in a set filter, in their order; None is blank."""
    if not isinstance(model, Mapping):
        return []
    parts = model.get("conditions") if "conditions" in model else [model]
    found = [value for part in parts or [] for value in (part.get("values") or [])]
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
