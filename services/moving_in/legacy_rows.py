"""Rows of the tables of before, as an import reads them, and what they say beyond that. Pure.

The people's table has one row a person: columns for what was filtered by, and the vendor's answer whole in a JSON
column. Of that answer, fields that imports know (lists of jobs and schools, headline, skills, …) stand beside the
columns; the rest stays together, and is kept with the person's raw data.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from services.filtering.rule_kinds import LIST_KINDS
from services.imports import import_history, import_mapping
from services.imports.import_rows import clean
from services.people.urls import url_key

SOURCE = "SourcingX (old)"
# What the vendor's answer was called over time, the present name first.
RAW = ("raw_data", "raw_crustdata", "crustdata_data")
# Kinds of columns that are made of others, and large.
DERIVED = {"tsvector", "vector", "halfvec"}
# Characters of one row: readers refuse longer ones.
MAX_ROW = 3_000_000
MAX_NOTE = 5_000
# Of the old table's own: made of the answer, told otherwise, or about the row and not about the person.
_LEFT_OUT = {
    "all_employers", "all_titles", "all_schools", "id", "search_id", "filter_status", "status", "enrichment_status",
    "enrichment_attempted_at", "created_at", "updated_at", "enriched_at", "screened_at", "contacted_at",
    "original_urls",
    "screening_score", "screening_fit_level", "screening_summary", "screening_reasoning", "screening_notes",
}  # fmt: skip
_ALSO_MAPPED = {"original_url": "linkedin_url"}
_MOST_URLS = 5
_FITS = {
    "strong fit": "strong", "strong": "strong", "good fit": "possible", "good": "possible", "partial fit": "possible",
    "maybe": "possible", "possible": "possible", "not a fit": "weak", "no fit": "weak", "weak fit": "weak",
    "weak": "weak",
}  # fmt: skip
_STATUSES = {status for _, _, status in LIST_KINDS.values()}


def record_of(person: Mapping[str, Any]) -> dict[str, Any]:
    """What an import reads of a row."""
    answer = _answer(person)
    known = {name: value for name, value in answer.items() if _is_known(name)}
    record = {name: value for name, value in known.items() if _says(value)}
    record |= {
        name: value for name, value in person.items()
        if name not in _LEFT_OUT and name not in RAW and _says(value)
    }  # fmt: skip
    record |= _addresses(person)
    rest = {name: value for name, value in answer.items() if name not in known}
    if rest:
        record["raw_data"] = rest
    return record


def line_of(person: Mapping[str, Any]) -> tuple[bytes, bool]:
    """The row as a line of JSON; and whether its raw data was left out, since no reader takes so much."""
    record = record_of(person)
    line = json.dumps(record, ensure_ascii=False)
    cut = len(line) > MAX_ROW
    if cut:
        short = {name: value for name, value in record.items() if isinstance(value, str) and len(value) <= 50_000}
        line = json.dumps(short, ensure_ascii=False)
    return line.encode("utf-8", "replace") + b"\n", cut


def mapping_of(columns: list[str]) -> dict[str, str]:
    """Column → field, for all rows."""
    numbered = {f"original_url_{n}": "linkedin_url" for n in range(1, _MOST_URLS + 1)}
    also = _ALSO_MAPPED | numbered
    return import_mapping.suggest(columns) | {name: also[name] for name in columns if name in also}


def mark_of(person: Mapping[str, Any], screening: Mapping[str, Any] | None, job: str = "") -> dict[str, Any] | None:
    """What a row says of someone's place in a search: score, fit, note, stage, out or in, since when they are held.

    job: what they were screened for. None for someone without an address, who cannot be found again. A score of 0 is
    none: failures were written down as one.
    """
    known = url_key(clean(person.get("linkedin_url")))
    if known is None:
        return None
    said = screening or person
    score, fit = _score(said.get("screening_score")), _fit(said.get("screening_fit_level"))
    return {
        "url_key": known.key, "score": score, "fit": fit,
        "screened_at": _moment(said.get("screened_at")) if score is not None or fit else None,
        "note": _note(said, score, job) if score is not None or fit else "",
        "contacted": person.get("status") == "contacted" or _says(person.get("contacted_at")),
        "contacted_at": _moment(person.get("contacted_at")),
        "filter_status": _status(person.get("filter_status")),
        "collected_at": _moment(person.get("enriched_at")) or _moment(person.get("created_at")),
    }  # fmt: skip


def failures_in(screening: Mapping[str, Any]) -> bool:
    """Whether a screening was a failure that was written down as the score 0."""
    given = screening.get("screening_score")
    return given is not None and _score(given) is None


def moment(given: Any) -> datetime | None:
    """A moment that was written down without a zone or with one; UTC without."""
    text = _moment(given)
    return datetime.fromisoformat(text) if text else None


def _answer(person: Mapping[str, Any]) -> dict[str, Any]:
    for name in RAW:
        value = person.get(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                continue
        if isinstance(value, dict) and value:
            return value
    return {}


def _is_known(name: str) -> bool:
    return import_mapping.field_of(name) is not None or import_history.is_list(name)


def _addresses(person: Mapping[str, Any]) -> dict[str, str]:
    """Other addresses of the same person, by which they were known."""
    given = person.get("original_urls")
    return {f"original_url_{n}": text for n, text in enumerate(_texts(given), 1) if n <= _MOST_URLS}


def _texts(given: Any) -> Iterator[str]:
    for part in given if isinstance(given, list) else ():
        if isinstance(part, str) and part.strip():
            yield part


def _note(said: Mapping[str, Any], score: float | None, job: str) -> str:
    level = clean(said.get("screening_fit_level"), 100)
    marks = ", ".join([*([level] if level else []), *([f"{score:g} of 10"] if score is not None else [])])
    head = f"Screened in the old SourcingX{f' for “{job}”' if job else ''}: {marks}."
    parts = [clean(said.get(f"screening_{name}"), MAX_NOTE, lines=True) for name in ("summary", "reasoning", "notes")]
    return "\n\n".join([head, *(part for part in parts if part)])[:MAX_NOTE].rstrip()


def _score(given: Any) -> float | None:
    try:
        score = float(given)
    except (TypeError, ValueError):
        return None
    return round(score, 1) if math.isfinite(score) and 0 < score <= 10 else None


def _fit(given: Any) -> str | None:
    return _FITS.get(str(given or "").strip().lower())


def _status(given: Any) -> str:
    """One that rules give here, too; any other reason is "left out by hand"."""
    said = str(given or "").strip()
    if not said.startswith("filtered_"):
        return ""
    return said if said in _STATUSES else "filtered_manual"


def _moment(given: Any) -> str | None:
    try:
        found = datetime.fromisoformat(str(given).strip())
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return min(found, datetime.now(UTC)).isoformat() if found.year > 1 else None


def _says(value: Any) -> bool:
    return value not in (None, "", [], {})
