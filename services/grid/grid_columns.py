"""The grid's columns and filters: one registry entry each.

A column's `field` is the DOM col-id, the export header and the name in candidates or profiles.
A filter's `key` is what stands in a filterModel: a column's field, or `<column>_in` for a facet.

Besides those of the registry there is one column for each criterion of a search, `criterion_<hash of its question>`
(SQL: question_field), and a filter of the same name; `<field>_review` is a filter on what people said of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.decisions import refuse_reasons

Kind = Literal["text", "number", "date", "set", "set_key", "array", "flag", "rule", "reason", "verdict", "review"]


@dataclass(frozen=True)
class Column:
    """One grid column. `sort_column` stands in candidates; None means it cannot be sorted by.

    A blank is NULL in a nullable column, and '' in one that sorts as text. few_values: a list by it is
    made of one group a value. Those that sort as a verdict or by similarity are no columns of candidates but computed.
    """

    field: str
    label: str
    sort_column: str | None = None
    sort_as: Literal["plain", "text", "stage", "fit", "verdict", "similarity"] = "plain"
    nullable: bool = False
    indexed: bool = False
    few_values: bool = False


@dataclass(frozen=True)
class Filter:
    """One filter. `column` stands in candidates; `values` bounds what a set may hold.

    rule: by what rules say; reason: by why people were rejected.
    """

    key: str
    label: str
    kind: Kind
    column: str
    values: tuple[str, ...] = ()


STAGES = ("new", "shortlisted", "contacted", "interviewing", "hired", "rejected")
FITS = ("strong", "possible", "weak")
VERDICTS = ("pass", "unknown", "fail")
# What the model said, and what a person decided.
REVIEWS = tuple(f"{said}>{decided}" for said in VERDICTS for decided in VERDICTS)
CRITERION = "criterion"
_CRITERION = re.compile(rf"({CRITERION}_[0-9a-f]{{12}})(_review)?", re.ASCII)
STATUSES = ("active", "filtered", "shortlisted", "all")

COLUMNS: dict[str, Column] = {
    column.field: column
    for column in (
        Column("full_name", "Name", "name_key", "text", indexed=True),
        Column("last_name", "Last name", "last_name_key", "text", indexed=True),
        Column("title", "Title", "title_key", "text", indexed=True),
        Column("company", "Company", "company_key", "text", indexed=True),
        Column("location", "Location", "location_key", "text", indexed=True),
        Column("score", "Score", "score", nullable=True, indexed=True),
        Column("similarity", "Likeness", "similarity", "similarity", nullable=True),
        Column("fit", "Fit", "fit", "fit", nullable=True, few_values=True),
        Column("stage", "Stage", "stage", "stage", few_values=True),
        Column("years_experience", "Experience (years)", "years_experience", nullable=True, indexed=True),
        Column(
            "current_tenure_months", "Current tenure (months)", "current_tenure_months", nullable=True, few_values=True
        ),
        Column(
            "average_tenure_months", "Average tenure (months)", "average_tenure_months", nullable=True, few_values=True
        ),
        Column("skills", "Skills"),
        Column("headline", "Headline"),
        Column("industry", "Industry", "industry", "text", few_values=True),
        Column("tags", "Tags"),
        Column("note_count", "Notes", "note_count", few_values=True),
        Column("filter_status", "Status", "filter_status", "text", few_values=True),
        Column("source", "Source", "source", "text", few_values=True),
        Column("has_email", "E-mail known", "has_email", few_values=True),
        Column("added_at", "Added", "added_at", indexed=True),
        Column("screened_at", "Screened", "screened_at", nullable=True),
    )
}

FILTERS: dict[str, Filter] = {
    entry.key: entry
    for entry in (
        Filter("full_name", "name", "text", "name_key"),
        Filter("last_name", "last name", "text", "last_name_key"),
        Filter("title", "title", "text", "title_key"),
        Filter("company", "company", "text", "company_key"),
        Filter("location", "location", "text", "location_key"),
        Filter("score", "score", "number", "score"),
        # Of no column of candidates but computed, too.
        Filter("similarity", "likeness", "number", "similarity"),
        Filter("years_experience", "experience in years", "number", "years_experience"),
        Filter("current_tenure_months", "current tenure in months", "number", "current_tenure_months"),
        Filter("average_tenure_months", "average tenure in months", "number", "average_tenure_months"),
        Filter("note_count", "number of notes", "number", "note_count"),
        Filter("added_at", "added", "date", "added_at"),
        Filter("screened_at", "screened", "date", "screened_at"),
        Filter("title_in", "title", "set_key", "title_key"),
        Filter("company_in", "company", "set_key", "company_key"),
        Filter("location_in", "location", "set_key", "location_key"),
        Filter("skills_in", "skills", "array", "skills"),
        Filter("fit_in", "fit", "set", "fit", FITS),
        Filter("stage_in", "stage", "set", "stage", STAGES),
        Filter("source_in", "source", "set", "source"),
        Filter("industry_in", "industry", "set", "industry"),
        Filter("status_in", "status", "set", "filter_status"),
        Filter("rule_in", "rule", "rule", "filter_rule_id"),
        Filter("reason_in", "reason of rejection", "reason", "stage", refuse_reasons.CODES),
        Filter("tags_in", "tags", "array", "tags"),
        Filter("has_email", "e-mail known", "flag", "has_email"),
    )
}

# Shown in the grid, made when a page is read: neither sorted nor filtered by, nor exported.
MARKS = ("known",)


def column_of(field: Any) -> Column | None:
    """The column of a field, a criterion's too; None where there is none."""
    found = COLUMNS.get(field) if isinstance(field, str) else None
    return found or (Column(field, CRITERION, field, "verdict", nullable=True) if is_criterion(field) else None)


def filter_of(key: Any) -> Filter | None:
    """The filter of a key, a criterion's too; None where there is none."""
    if not isinstance(key, str) or key in FILTERS or (named := _CRITERION.fullmatch(key)) is None:
        return FILTERS.get(key) if isinstance(key, str) else None
    if named[2]:
        return Filter(key, CRITERION, "review", named[1], REVIEWS)
    return Filter(key, CRITERION, "verdict", key, VERDICTS)


def is_criterion(field: Any) -> bool:
    """Whether it names a criterion's column; there need not be such a criterion."""
    return isinstance(field, str) and (named := _CRITERION.fullmatch(field)) is not None and not named[2]


def criterion_field(key: Any) -> str | None:
    """The field of the criterion that a filter or a column is about; None for others."""
    named = _CRITERION.fullmatch(key) if isinstance(key, str) else None
    return named[1] if named else None


def split_filters(filters: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Filters of a view → (those of the grid's column headers, those of the panel)."""
    headers = {key: model for key, model in filters.items() if _in_header(filter_of(key))}
    return headers, {key: model for key, model in filters.items() if key not in headers}


def _in_header(entry: Filter | None) -> bool:
    return entry is not None and entry.kind in ("text", "number", "date")


DEFAULT_SORT = (("score", "desc"),)
RELEVANCE = "relevance"
# How alike people are to what the view is compared with; blank where it is compared with nothing.
SIMILARITY = "similarity"
