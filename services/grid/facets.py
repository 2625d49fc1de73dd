"""Facets of a view: which values its people have, and how many have each.

A facet's counts follow the status tab, the search text and all filters except its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from psycopg.sql import Identifier

from services import zones
from services.access.identity import Actor
from services.errors import BadInput
from services.grid.facet_counts import Counted, Counter
from services.grid.facet_memo import Asked, Kept
from services.grid.facet_specs import (
    Facet,
    FacetSpec,
    FacetValue,
    Histogram,
    RangeSpec,
    chosen_values,
    range_of,
    spec_of,
)
from services.grid.grid_columns import FILTERS, SIMILARITY, VERDICTS
from services.grid.grid_query import clean_text, fragment
from services.grid.grid_view import View
from services.grid.histograms import day_edges, number_bars
from services.runtime import Runtime

TOP = 20
SMALL = 200  # values kept of a column that has few
T = TypeVar("T")
Entry = list[Any]
Picked = dict[str | None, str | None]

_RUN = re.compile(r"[^\W_]{3}")  # what a trigram index can find


def facet(rt: Runtime, actor: Actor, view: View, version: int | None, key: str) -> Facet:
    """One facet. version: what the page holds, or None. Raises BadInput, Forbidden, Unavailable."""
    return facets(rt, actor, view, version, [key])[key]


def facets(rt: Runtime, actor: Actor, view: View, version: int | None, keys: Iterable[str]) -> dict[str, Facet]:
    """Several facets by key; those of few values are counted in one pass."""
    specs = {key: _found(spec_of(key)) for key in keys}
    asked = Asked(rt, actor, view, version)
    return {key: _facet(asked, key, spec) for key, spec in specs.items()}


def facet_search(rt: Runtime, actor: Actor, view: View, version: int | None, key: str, text: str) -> Facet:
    """The most frequent values of a facet that contain a text, accents and case ignored.

    One or two signs are looked for where a title, company or location begins. Where only a sample of
    an array can be counted, rare values are found by how one of their words begins.
    """
    spec = _found(spec_of(key))
    text = clean_text(text, spec.label.lower())
    if not text or spec.kind in ("flag", "verdict", "reason"):
        return facet(rt, actor, view, version, key)
    asked = Asked(rt, actor, view, version)
    base = asked.base(key)
    kept = asked.recall(base, f"{key}:find:{_digest(text)}", partial(_find, base=base, spec=spec, text=text))
    picked, _ = _pick(kept["values"], chosen_values(view.filters.get(key)))
    values = [_value(spec, entry, picked) for entry in kept["values"]]
    return Facet(key, spec.label, values[:TOP], len(values) > TOP, kept["exact"], kept["version"])


def histogram(rt: Runtime, actor: Actor, view: View, version: int | None, key: str) -> Histogram:
    """The spread of a number, or of the days of a moment, without the filter on it."""
    spec = _found(range_of(key))
    asked = Asked(rt, actor, view, version)
    base = asked.base(key)
    if spec.kind == "date":
        # Over the whole time of the search, so that bars stay where they are whatever the filters.
        span = asked.recall(View(base.search_id, "all"), f"{key}:span", partial(_span, column=FILTERS[key].column))
        kept = asked.recall(base, f"{key}:{base.zone}", partial(_days, base=base, key=key, span=span))
    else:
        kept = asked.recall(base, key, partial(_numbers, base=base, key=key, spec=spec))
    return Histogram(key=key, label=spec.label, kind=spec.kind, grain=spec.grain, **kept)


def _facet(asked: Asked, key: str, spec: FacetSpec) -> Facet:
    base = asked.base(key)
    if spec.kind == "verdict":
        kept = asked.recall(base, key, partial(_verdicts, base=base, field=spec.column))
        found = list(kept["values"])
    elif spec.kind in ("small", "flag"):
        kept = asked.recall(base, "small", partial(_small, base=base))
        found = list(kept["fields"].get(spec.column, []))
    else:
        kept = asked.recall(base, key, partial(_top, base=base, spec=spec, asked=asked, key=key))
        found = list(kept["values"])
    more = len(found) > TOP
    picked, unmatched = _pick(found, chosen_values(asked.view.filters.get(key)))
    if unmatched and spec.kind in ("flag", "reason"):
        # Every value was counted: nobody has this one.
        found += [[text, text or "", 0] for text in unmatched]
        picked |= {text: text for text in unmatched}
    elif unmatched:
        rest = asked.recall(
            base,
            f"{key}:chosen:{_digest(*unmatched)}",
            partial(_chosen, base=base, key=key, spec=spec, texts=unmatched),
        )
        known = {entry[0] for entry in found}
        for text, *entry in rest["values"]:
            picked.setdefault(entry[0], text)
            found += [entry] if entry[0] not in known else []
    shown = [entry for i, entry in enumerate(found) if i < TOP or entry[0] in picked]
    return Facet(key, spec.label, [_value(spec, e, picked) for e in shown], more, kept["exact"], kept["version"])


def _value(spec: FacetSpec, entry: Entry, picked: Picked) -> FacetValue:
    key, label, n = entry
    if spec.kind == "flag":
        return FacetValue(key == "true", label, n, key in picked)
    # As it stands in the filter where it does; else as people write it, which chips and links show.
    plain = label if spec.kind == "key" and key is not None else key
    return FacetValue(picked.get(key, plain), label, n, key in picked)


def _pick(
    found: Sequence[Entry], chosen: Sequence[str | None]
) -> tuple[dict[str | None, str | None], list[str | None]]:
    """Which entries are chosen (key → as it stands in the filter), and chosen texts that are none of them."""
    names: dict[str | None, str | None] = {}
    for key, label, _ in found:
        names[label or None] = key
    names.update({key: key for key, _, _ in found})
    picked: Picked = {}
    for text in chosen:
        if text in names:
            picked.setdefault(names[text], text)
    return picked, [text for text in chosen if text not in names]


def _top(counter: Counter, base: View, spec: FacetSpec, asked: Asked, key: str) -> Kept:
    """The top of a column or an array."""
    where = base.where()
    match spec.kind:
        case "key":
            counted = counter.values(where, spec.column, TOP + 1)
        case "rule":
            counted = counter.rules(where, spec.column, TOP + 1)
        case "reason":
            counted = counter.reasons(where, TOP + 1)
        case "tags":
            total = asked.total(counter.meta.version, key)
            counted = counter.tags(where, spec.column, TOP + 1, total=total)
        case _:
            counted = counter.elements(where, spec.column, TOP + 1)
    return {"values": _entries(counter, spec, counted.rows), "exact": counted.exact}


def _small(counter: Counter, base: View) -> Kept:
    """All columns of few values: {"fields": {column: entries}}."""
    counted = counter.small(base.where(), SMALL)
    fields: dict[str, list[Entry]] = {}
    for row in counted.rows:
        fields.setdefault(row["field"], []).append(_entry(row))
    return {"fields": fields, "exact": counted.exact}


def _verdicts(counter: Counter, base: View, field: str) -> Kept:
    """Every verdict there can be, also those that nobody has."""
    counted = counter.verdicts(base.where(), field)
    found = {row["value"]: row["n"] for row in counted.rows}
    return {"values": [[v, v or "", found.get(v, 0)] for v in (*VERDICTS, None)], "exact": counted.exact}


def _chosen(counter: Counter, base: View, key: str, spec: FacetSpec, texts: Sequence[str | None]) -> Kept:
    """Chosen values that are not among the top: {"values": [[text, key, label, n], …]}."""
    named = [text for text in texts if text is not None]
    plain = [clean_text(text, spec.label.lower()) for text in named]
    keys: dict[str | None, str | None] = {None: None}
    keys.update(zip(named, counter.keys(plain) if spec.kind == "key" else plain, strict=True))
    where = replace(base, filters={**base.filters, key: {"values": list(texts)}}).where()
    if spec.kind in ("array", "tags"):
        counted = counter.elements(where, spec.column, len(texts), "value_among", chosen=plain)
    else:
        count = counter.rules if spec.kind == "rule" else counter.values
        counted = count(where, spec.column, len(texts))
    entries = {entry[0]: entry for entry in _entries(counter, spec, counted.rows)}
    values = [[text, *entries.get(keys[text], [keys[text], text or "", 0])] for text in texts]
    return {"values": sorted(values, key=lambda value: -value[3]), "exact": counted.exact}


def _find(counter: Counter, base: View, spec: FacetSpec, text: str) -> Kept:
    """The values that contain a text."""
    where, column = base.where(), Identifier("c", spec.column)
    if spec.kind == "key":
        name = "text_contains" if _RUN.search(text) else "text_starts_with"
        where.conditions.append(fragment(name, column=column, value=where.value(text)))
        counted = counter.values(where, spec.column, TOP + 1)
    else:
        ways = {"small": counter.values, "tags": counter.tags, "array": counter.elements, "rule": counter.rules}
        counted = ways[spec.kind](where, spec.column, TOP + 1, "value_contains", text=text)
    if spec.kind == "array" and not counted.exact:
        where.conditions.append(fragment("search_prefix", value=where.value(text)))
        rare = counter.elements_if_quick(where, spec.column, TOP + 1, "value_word_begins", text=text)
        merged = {row["value"]: row for row in (*counted.rows, *rare)}
        counted = Counted(sorted(merged.values(), key=lambda row: (-row["n"], row["value"])), counted.factor)
    return {"values": _entries(counter, spec, counted.rows), "exact": counted.exact}


def _numbers(counter: Counter, base: View, key: str, spec: RangeSpec) -> Kept:
    where = base.where()
    if key == SIMILARITY:
        counted = counter.likeness(where, spec.step)
    else:
        counted = counter.steps(where, FILTERS[key].column, spec.step)
    rows = [row for row in counted.rows if row["step"] is not None]
    blank = sum(row["n"] for row in counted.rows if row["step"] is None)
    if not rows:
        return {"low": None, "high": None, "edges": [], "counts": [], "blank": blank, "exact": counted.exact}
    low, high = min(row["low"] for row in rows), max(row["high"] for row in rows)
    bars = number_bars([(row["step"], row["n"]) for row in rows], spec.step, high, spec.most)
    # The first bar holds what lies below zero, so its filter must, too.
    edges = [min(bars.edges[0], low), *bars.edges[1:]]
    return {"low": low, "high": high, "edges": edges, "counts": bars.counts, "blank": blank,
            "exact": counted.exact}  # fmt: skip


def _span(counter: Counter, column: str) -> Kept:
    """The first and the last moment in a column, as ISO texts; None where nobody has one."""
    found = counter.moments(column)
    return {"first": found[0].isoformat() if found else None, "last": found[1].isoformat() if found else None}


def _days(counter: Counter, base: View, key: str, span: Kept) -> Kept:
    """Bars over the time of a span; over the time as it is now where the span is of another version."""
    column = FILTERS[key].column
    if span["version"] != counter.meta.version:
        span = _span(counter, column)
    if span["first"] is None:
        counted = counter.bars(base.where(), column, [])
        blank = sum(row["n"] for row in counted.rows)
        return {"low": None, "high": None, "edges": [], "counts": [], "blank": blank, "exact": counted.exact}
    first, end = datetime.fromisoformat(span["first"]), datetime.fromisoformat(span["last"])
    days = day_edges(first, end, base.zone)
    counted = counter.bars(base.where(), column, [zones.midnight(day, base.zone) for day in days])
    counts = {row["bar"]: row["n"] for row in counted.rows}
    last = end.astimezone(ZoneInfo(base.zone)).date()
    return {"low": str(days[0]), "high": str(last), "edges": [str(day) for day in days],
            "counts": [counts.get(bar, 0) for bar in range(1, len(days))], "blank": counts.get(None, 0),
            "exact": counted.exact}  # fmt: skip


def _entries(counter: Counter, spec: FacetSpec, rows: Sequence[dict[str, Any]]) -> list[Entry]:
    entries = [_entry(row) for row in rows]
    if spec.kind == "key":
        labels = counter.spellings(spec.column, spec.shown, [key for key, _, _ in entries if key is not None])
        entries = [[key, labels.get(key, label) if key is not None else "", n] for key, label, n in entries]
    return entries


def _entry(row: dict[str, Any]) -> Entry:
    """[key, label, how many]; the key of blank is None."""
    value = row["value"] or None
    return [value, value or "", row["n"]]


def _found(spec: T | None) -> T:
    if spec is None:
        raise BadInput("There is no facet of that name; load the page again.")
    return spec


def _digest(*texts: str | None) -> str:
    return blake2b(json.dumps(texts).encode(), digest_size=12).hexdigest()
