"""What a page may send as filters and sorts, for hypothesis: as AG Grid and the panel do it, and anything at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from services.grid.grid_columns import COLUMNS, FILTERS, SIMILARITY
from tests import people

STEADY = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
ZONES = st.sampled_from(("UTC", "Europe/Zurich", "America/Los_Angeles", "Asia/Kathmandu"))


# What AG Grid and the filter panel send

_VALUES = sorted({*people.FIRST, *people.LAST, *people.TITLES, *people.COMPANIES, *people.LOCATIONS})
_PIECES = st.builds(
    lambda text, cut, spell: spell(text[cut[0] : cut[0] + cut[1]]),
    st.sampled_from(_VALUES),
    st.tuples(st.integers(0, 6), st.sampled_from((1, 2, 3, 5, 40))),
    st.sampled_from((str, str.upper, str.lower, str.title, lambda text: f" {text} ")),
)
TYPED = st.one_of(_PIECES, st.sampled_from((*_VALUES, "%", "_", "\\", "%_\\", "'", "''", "ss", "E", "zzz", "+", "")))
BLANKS = st.sampled_from(("blank", "notBlank")).map(lambda kind: {"type": kind})


def fixed(**parts: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({k: v if isinstance(v, st.SearchStrategy) else st.just(v) for k, v in parts.items()})


def text_condition() -> st.SearchStrategy[dict[str, Any]]:
    kinds = st.sampled_from(("contains", "notContains", "equals", "notEqual", "startsWith", "endsWith"))
    return st.one_of(fixed(type=kinds, filter=TYPED), BLANKS)


def number_condition(name: str) -> st.SearchStrategy[dict[str, Any]]:
    kinds = ("equals", "notEqual", "lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual")
    number = st.one_of(st.sampled_from((0, 0.5, 3, 7, 7.5, 12, 12.0, 24, 41.3, -1, 1e11, 1e-300)), st.floats(-1, 50))
    return st.one_of(
        fixed(type=st.sampled_from(kinds), filter=number),
        fixed(type="inRange", filter=number, filterTo=number),
        BLANKS,
    )


def date_condition(name: str) -> st.SearchStrategy[dict[str, Any]]:
    day = st.sampled_from((-2, -1, 0, 0, 1, 1, 2, 10, 11, 31, 40)).map(
        lambda days: f"{(people.START + timedelta(days=days)):%Y-%m-%d} 00:00:00"
    )
    kinds = st.sampled_from(("equals", "notEqual", "lessThan", "greaterThan"))
    return st.one_of(
        fixed(type=kinds, dateFrom=day, dateTo=None), fixed(type="inRange", dateFrom=day, dateTo=day), BLANKS
    )


_SETS: dict[str, tuple[Any, ...]] = {
    "title_in": (*people.TITLES, "SENIOR engineer", None, "nobody"),
    "company_in": (*people.COMPANIES, "ÜNICODE GMBH", None),
    "location_in": (*people.LOCATIONS, "PARIS ", None),
    "skills_in": (*people.SKILLS, None, "nothing"),
    "tags_in": (*people.TAGS, None),
    "fit_in": ("strong", "possible", "weak", None),
    "stage_in": ("new", "shortlisted", "hired", "rejected", None),
    "source_in": (*people.SOURCES, None, "CSV"),
    "industry_in": (*people.INDUSTRIES, None),
    "status_in": ("active", "filtered_no_title", "filtered_nothing"),
    "reason_in": ("skills", "location", "salary", None),
    "rule_in": ("Leave out who works in consulting", None),
    "has_email": (True, False),
}


# How alike people are stands in no column of theirs: test_match_filter.py.
FILTERED = sorted(set(FILTERS) - {SIMILARITY})


def condition(name: str) -> st.SearchStrategy[dict[str, Any]]:
    kind = FILTERS[name].kind
    if kind == "text":
        return text_condition()
    if kind in ("number", "date"):
        return number_condition(name) if kind == "number" else date_condition(name)
    return fixed(values=st.lists(st.sampled_from(_SETS[name]), max_size=4))


def one_filter(name: str) -> st.SearchStrategy[dict[str, Any]]:
    one = condition(name)
    several = fixed(operator=st.sampled_from(("AND", "OR")), conditions=st.lists(one, min_size=2, max_size=3))
    return st.one_of(one, several)


@st.composite
def filter_models(draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:
    # More filters leave nobody over, whose order would say nothing.
    count = draw(st.sampled_from((0, 1, 1, 2)))
    names = draw(st.lists(st.sampled_from(FILTERED), min_size=count, max_size=count, unique=True))
    return {name: draw(one_filter(name)) for name in names}


# By likeness only what was compared is in order: test_matching.py.
SORTABLE = sorted(name for name, column in COLUMNS.items() if column.sort_column and name != SIMILARITY)
SORTS = st.lists(
    st.tuples(st.sampled_from(SORTABLE), st.sampled_from(("asc", "desc"))), max_size=3, unique_by=lambda sort: sort[0]
)


def sort_model(sorts: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"colId": name, "sort": direction} for name, direction in sorts]


# Anything at all

SQL_IN_VALUES = ("'; DROP TABLE candidates; --", "%(p0)s", "{column}", "$1", "\\", "1) OR (1=1", "\x00", "\ud800")
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-(10**400), 10**400), st.floats(), st.text(max_size=8),
    st.sampled_from(SQL_IN_VALUES), st.just("x" * 600),
)  # fmt: skip
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.text(max_size=4), st.sampled_from((*FILTERS, *SQL_IN_VALUES))), inner, max_size=3),
    ),
    max_leaves=6,
)
_OPERATORS = ("contains", "equals", "notEqual", "inRange", "lessThan", "blank", "startsWith", "after", "AND", 5, None)
_PARTS = ("filterType", "type", "filter", "filterTo", "dateFrom", "dateTo", "values", "operator", "conditions", "x")
_VALUE = st.one_of(JUNK, st.sampled_from(_OPERATORS), st.sampled_from(("text", "number", "date", "set")), TYPED)


@st.composite
def spoiled(draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:
    """A good filterModel of one column, with one part of it replaced, added or taken away."""
    name = draw(st.sampled_from(sorted(FILTERS)))
    model = dict(draw(one_filter(name)))
    part = draw(st.sampled_from((*model, *_PARTS)))
    if part in model and draw(st.booleans()):
        del model[part]
    else:
        model[part] = draw(_VALUE)
    return {name: model}


# Columns of criteria are known by a pattern; there need not be such a criterion.
_CRITERIA = ("criterion_0123456789ab", "criterion_0123456789ab_review", "criterion_0123456789AB", "criterion_' --")
_COLUMN_NAMES = st.sampled_from(
    (*FILTERS, *_CRITERIA, "id", "search_id", "name_key", "c.score", "score; --", "__class__")
)
_VERDICTS = st.lists(st.sampled_from(("pass", "fail", "unknown", "pass>fail", None, "maybe")), max_size=3)
MODELS = st.one_of(
    JUNK,
    st.dictionaries(_COLUMN_NAMES, st.one_of(JUNK, text_condition()), max_size=3),
    st.dictionaries(st.sampled_from(_CRITERIA[:2]), fixed(values=_VERDICTS), max_size=2),
    spoiled(),
    filter_models(),
)
SORT_ITEMS = st.one_of(
    JUNK,
    fixed(colId=st.one_of(_COLUMN_NAMES, st.sampled_from(sorted(COLUMNS)), JUNK),
          sort=st.one_of(st.sampled_from(("asc", "desc", "ASC", "desc; --")), JUNK)),
)  # fmt: skip
ROW_NUMBERS = st.one_of(st.integers(-5, 500), JUNK)
