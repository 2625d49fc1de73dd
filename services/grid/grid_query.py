"""filterModel, sortModel and search text → SQL conditions with parameters. Pure.

Only what stands in the registries of grid_columns gets into SQL, as identifiers; everything
that a person typed is a parameter. Anything unknown raises BadInput: a filter that is
silently left out would show wrong rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from psycopg.sql import SQL, Composable, Identifier

from services import zones
from services.errors import BadInput
from services.grid.criterion_filters import criterion_condition
from services.grid.grid_columns import SIMILARITY, Filter, column_of, filter_of
from services.grid.grid_where import (
    MAX_CONDITIONS,
    MAX_VALUES,
    NO_VALUES,
    Where,
    check_uses,
    count_condition,
    fragment,
    joined,
)
from services.grid.reason_filters import reason_condition
from services.matching.match_filter import LikenessColumn

__all__ = ["MAX_CONDITIONS", "Where", "add_filters", "clean_text", "fragment", "parse_rows", "parse_sort"]

MAX_TEXT = 500
MAX_SORTS = 5

# As the grid sends it, with or without a time of day; only the day counts.
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T][0-9:.]{1,15}Z?)?", re.ASCII)

_TEXT_OPS = {
    "contains": ("text_contains", "contains"),
    "notContains": ("text_not_contains", "does not contain"),
    "equals": ("text_equals", "is"),
    "notEqual": ("text_not_equal", "is not"),
    "startsWith": ("text_starts_with", "begins with"),
    "endsWith": ("text_ends_with", "ends with"),
}
_NUMBER_OPS = {
    "equals": ("value_equals", "is"),
    "notEqual": ("value_not_equal", "is not"),
    "lessThan": ("value_less", "is less than"),
    "lessThanOrEqual": ("value_less_or_equal", "is at most"),
    "greaterThan": ("value_greater", "is more than"),
    "greaterThanOrEqual": ("value_greater_or_equal", "is at least"),
}


def add_filters(where: Where, model: Mapping[str, Any], zone: str = "UTC") -> None:
    """Add every filter of an AG Grid filterModel. Raises BadInput for anything unknown.

    Where people are compared with nothing, one on how alike they are is checked, and holds for nobody and everybody.
    """
    if not isinstance(model, Mapping):
        raise BadInput("The filter is not in a form that can be read.")
    for key in sorted(model, key=str):
        entry = filter_of(key)
        if entry is None:
            raise BadInput("There is no filter of that name; remove it and try again.")
        if entry.key == SIMILARITY and where.match is None:
            _filter(Where(match=0), entry, model[key], zone)
            continue
        condition, sentence = _filter(where, entry, model[key], zone)
        where.conditions.append(condition)
        where.sentences[entry.key] = f"{entry.label} {sentence}"


def parse_sort(model: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    """AG Grid's sortModel → ((field, "asc"|"desc"), …). Raises BadInput for anything unknown."""
    if not isinstance(model, (list, tuple)) or len(model) > MAX_SORTS:
        raise BadInput(f"A view can be sorted by at most {MAX_SORTS} columns.")
    sorts: dict[str, str] = {}
    for item in model:
        name = item.get("colId") if isinstance(item, Mapping) else None
        direction = item.get("sort") if isinstance(item, Mapping) else None
        column = column_of(name)
        if column is None or column.sort_column is None or direction not in ("asc", "desc"):
            raise BadInput("The view cannot be sorted that way; choose another column.")
        sorts.setdefault(column.field, direction)
    return tuple(sorts.items())


def parse_rows(start: Any, end: Any, most: int = 100) -> tuple[int, int]:
    """startRow and endRow → a checked pair; never more than 100 rows (no request brings more)."""
    for value in (start, end):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
            raise BadInput("The range of rows is not valid.")
    if end <= start:
        raise BadInput("The range of rows is not valid.")
    return start, min(end, start + most)


def _filter(where: Where, entry: Filter, model: Any, zone: str) -> tuple[Composable, str]:
    if not isinstance(model, Mapping):
        raise BadInput(f"The filter on {entry.label} is not in a form that can be read.")
    if entry.kind in ("verdict", "review"):
        return criterion_condition(where, entry, model)
    if entry.key != SIMILARITY:
        return _whole(model, entry, lambda part: _condition(where, entry, part, zone))
    # It stands in no column of candidates: all its conditions are one look at the vectors.
    likeness = LikenessColumn(where)
    holds, sentence = _whole(model, entry, lambda part: _compared(where, entry, part, likeness.shown))
    return likeness.leaves(holds, model), sentence


def _whole(
    model: Mapping[str, Any], entry: Filter, one: Callable[[Mapping[str, Any]], tuple[Composable, str]]
) -> tuple[Composable, str]:
    """A filter of one condition or of several."""
    if "conditions" not in model:
        return one(model)
    parts, every = joined(entry, model)
    done = [one(part) for part in parts]
    together = SQL(" AND " if every else " OR ").join([c for c, _ in done])
    return SQL("({})").format(together), (" and " if every else " or ").join(sentence for _, sentence in done)


def _condition(where: Where, entry: Filter, model: Mapping[str, Any], zone: str) -> tuple[Composable, str]:
    if entry.kind == "number":
        return _compared(where, entry, model, Identifier("c", entry.column))
    count_condition(where)
    build = {"text": _text, "date": _date, "reason": reason_condition}.get(entry.kind)
    return build(where, entry, model, zone) if build else _set(where, entry, model)


def _text(where: Where, entry: Filter, model: Mapping[str, Any], zone: str) -> tuple[Composable, str]:
    column = Identifier("c", entry.column)
    kind = model.get("type")
    if kind in ("blank", "notBlank"):
        check_uses(entry, model, "type")
        name, words = ("text_blank", "is blank") if kind == "blank" else ("text_not_blank", "is not blank")
        return fragment(name, column=column), words
    if not isinstance(kind, str) or kind not in _TEXT_OPS:
        raise BadInput(f"The filter on {entry.label} has a condition that is not known.")
    check_uses(entry, model, "type", "filter")
    text = clean_text(model.get("filter"), entry.label)
    name, words = _TEXT_OPS[kind]
    return fragment(name, column=column, value=where.value(text)), f"{words} “{text}”"


def _compared(where: Where, entry: Filter, model: Mapping[str, Any], column: Composable) -> tuple[Composable, str]:
    """A condition on a number, wherever it comes from."""
    count_condition(where)
    kind = model.get("type")
    if kind in ("blank", "notBlank"):
        check_uses(entry, model, "type")
        return _blank(column, kind)
    check_uses(entry, model, "type", "filter", *(["filterTo"] if kind == "inRange" else []))
    low = _finite(model.get("filter"), entry.label)
    if kind == "inRange":
        high = _finite(model.get("filterTo"), entry.label)
        parts = {"column": column, "value": where.value(low), "value_to": where.value(high)}
        return fragment("value_between", **parts), f"is from {low} to {high}"
    if not isinstance(kind, str) or kind not in _NUMBER_OPS:
        raise BadInput(f"The filter on {entry.label} has a condition that is not known.")
    name, words = _NUMBER_OPS[kind]
    return fragment(name, column=column, value=where.value(low)), f"{words} {low}"


def _date(where: Where, entry: Filter, model: Mapping[str, Any], zone: str) -> tuple[Composable, str]:
    column = Identifier("c", entry.column)
    kind = model.get("type")
    if kind in ("blank", "notBlank"):
        check_uses(entry, model, "type")
        return _blank(column, kind)
    check_uses(entry, model, "type", "dateFrom", *(["dateTo"] if kind == "inRange" else []))
    day = _day(model.get("dateFrom"), entry.label)
    last = _day(model.get("dateTo"), entry.label) if kind == "inRange" else day
    start, end = _midnight(day, zone), _midnight(last + timedelta(days=1), zone)
    match kind:
        case "lessThan":
            return fragment("value_less", column=column, value=where.value(start)), f"before {day}"
        case "greaterThan":
            return fragment("value_greater_or_equal", column=column, value=where.value(end)), f"after {day}"
        case "inRange":
            name, words = "value_in_span", f"from {day} to {last}"
        case "equals":
            name, words = "value_in_span", f"on {day}"
        case "notEqual":
            name, words = "value_not_in_span", f"not on {day}"
        case _:
            raise BadInput(f"The filter on {entry.label} has a condition that is not known.")
    return fragment(name, column=column, value=where.value(start), value_to=where.value(end)), words


def _set(where: Where, entry: Filter, model: Mapping[str, Any]) -> tuple[Composable, str]:
    check_uses(entry, model, "values")
    values = model.get("values")
    if not isinstance(values, list) or len(values) > MAX_VALUES:
        raise BadInput(f"The filter on {entry.label} takes a list of at most {MAX_VALUES} values.")
    column = Identifier("c", entry.column)
    if entry.kind == "flag":
        chosen = [value for value in values if isinstance(value, bool)]
        if len(chosen) != len(values):
            raise BadInput(f"The filter on {entry.label} takes yes or no.")
        parts = [fragment("value_equals", column=column, value=where.value(value)) for value in chosen]
        return _any(parts), "is " + (" or ".join("yes" if value else "no" for value in chosen) or NO_VALUES)
    # Keys make all spellings one; any other value must come as it stands in the table.
    check = clean_text if entry.kind == "set_key" else _readable
    texts = [check(value, entry.label) for value in values if value is not None]
    if entry.values and not set(texts) <= set(entry.values):
        raise BadInput(f"The filter on {entry.label} has a value that does not exist.")
    name = {"set": "set_any", "set_key": "set_any_key", "array": "set_overlaps", "rule": "set_rule"}[entry.kind]
    parts = [fragment(name, column=column, value=where.value(sorted(set(texts))))] if texts else []
    if None in values:
        blank = {"array": "array_empty", "set_key": "text_blank"}.get(entry.kind)
        nullable = entry.column in ("fit", "filter_rule_id")
        parts.append(fragment(blank or ("value_blank" if nullable else "text_blank"), column=column))
    words = [f"“{text}”" for text in texts] + (["blank"] if None in values else [])
    return _any(parts), "is " + (" or ".join(words) or NO_VALUES)


def _any(parts: list[Composable]) -> Composable:
    # An empty set matches nobody: FALSE, as AG Grid does when every box is unticked.
    return SQL("({})").format(SQL(" OR ").join(parts)) if parts else SQL("FALSE")


def _blank(column: Composable, kind: Any) -> tuple[Composable, str]:
    name, words = ("value_blank", "is blank") if kind == "blank" else ("value_not_blank", "is not blank")
    return fragment(name, column=column), words


def clean_text(value: Any, label: str) -> str:
    """A typed text: NFC, trimmed, bounded. Raises BadInput when it is none."""
    return unicodedata.normalize("NFC", _readable(value, label)).strip()


def _readable(value: Any, label: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or "\x00" in value:
        raise BadInput(f"The filter on {label} takes a text of at most {MAX_TEXT} characters.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadInput(f"The filter on {label} has a character that cannot be read.") from error
    return value


def _finite(value: Any, label: str) -> Decimal:
    # Decimal, not float: a numeric column is compared exactly and by its index.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1e12 < value < 1e12:
        raise BadInput(f"The filter on {label} takes a number.")
    return Decimal(repr(value))


def _day(value: Any, label: str) -> date:
    try:
        found = _DAY.fullmatch(value) if isinstance(value, str) else None
        day = date.fromisoformat(found.group(1)) if found else date.min
        if not 1900 <= day.year <= 2999:
            raise ValueError("out of range")
        return day
    except ValueError as error:
        raise BadInput(f"The filter on {label} takes a date such as 2026-05-31.") from error


def _midnight(day: date, zone: str) -> datetime:
    try:
        return zones.midnight(day, zone)
    except (OverflowError, ValueError, KeyError, OSError) as error:
        raise BadInput("That date is out of range, or the time zone is not known.") from error
