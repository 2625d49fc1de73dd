"""The filter panel: a group that opens for each facet, and the chips that say what is filtered.

A group is empty until it is opened; then facets.js asks for it, and callbacks/facets.py puts in
facet_values() or histogram(). What is clicked here is read by facets.js from the data attributes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text
from layouts.grid import Criterion

DAYS = ("added_at", "screened_at")
# There where people are compared with something; facets.js shows and hides it.
LIKENESS = "similarity"
RANGES = (LIKENESS, "score", "years_experience", "current_tenure_months", "average_tenure_months", *DAYS)
BAR_PX = 44
# How the keys of criteria begin.
CRITERION = "criterion_"


class Value(Protocol):
    """services.grid.facet_specs.FacetValue."""

    @property
    def value(self) -> str | bool | None: ...
    @property
    def label(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def chosen(self) -> bool: ...


class Facet(Protocol):
    """services.grid.facet_specs.Facet."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def values(self) -> Sequence[Value]: ...
    @property
    def more(self) -> bool: ...
    @property
    def exact(self) -> bool: ...


class Histogram(Protocol):
    """services.grid.facet_specs.Histogram."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def grain(self) -> float: ...
    @property
    def edges(self) -> Sequence[Any]: ...
    @property
    def counts(self) -> Sequence[int]: ...
    @property
    def blank(self) -> int: ...
    @property
    def exact(self) -> bool: ...


def filter_panel() -> Component:
    """Where the groups come once the rows are there: they are most of a page's parts, and would hold the rows up."""
    return html.Div(_skeleton(), id=ids.FILTER_PANEL, className="sx-facets")


def filter_groups(criteria: Sequence[Criterion] = ()) -> Component:
    """All groups closed; facets.js opens those that were open before. criteria: after the fit."""
    groups: list[Component] = []
    for key, label in text.FACET_LABELS.items():
        groups.append(_group(key, label))
        if key == "fit_in":
            groups += [_group(one.field, one.title, text.FACET_CRITERION) for one in criteria]
    return html.Div(groups, id=ids.FACET_PANEL)


def filter_chips(sentences: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[Component]:
    """(filter key, sentence) → a button each, which takes that filter away; from two on also one for all."""
    pairs = list(sentences.items() if isinstance(sentences, Mapping) else sentences)
    clear = html.Button(
        text.CHIPS_CLEAR, type="button", className="btn btn-sm btn-link", **{"data-action": "clear-filters"}
    )
    chips = [
        html.Button(
            [html.Span(sentence), html.Span("×", **{"aria-hidden": "true"})],
            type="button",
            className="sx-chip",
            title=sentence,
            **{"data-key": key, "aria-label": text.CHIP_REMOVE.format(sentence=sentence)},
        )
        for key, sentence in pairs
    ]
    return [*chips, clear] if len(chips) > 1 else chips


def facet_values(facet: Facet, *, found: bool = False) -> list[Component]:
    """The content of a group of values. found: they were searched for by name."""
    if not facet.values:
        return [_note(text.FACET_NOT_FOUND if found else text.FACET_EMPTY)]
    rows = [_row(facet, value) for value in _in_order(facet)]
    label = {"aria-label": text.FACET_LABELS.get(facet.key, facet.label)}
    content: list[Component] = [html.Div(rows, role="group", className="sx-facet-values", **label)]
    if facet.more and not found and facet.key in text.FACET_FIND:
        content.append(_note(text.FACET_MORE))
    return content


def histogram(bars: Histogram, chosen: tuple[Any, Any] = (None, None)) -> list[Component]:
    """The content of a group of numbers or days. chosen: from and to of the filter on it."""
    if not bars.counts:
        blank = [_note(text.FACET_BLANKS.format(count=_number(bars.blank, bars.exact)))] if bars.blank else []
        return [_note(text.FACET_EMPTY), *blank]
    low, high = _edge(bars.edges[0]), _edge(_ends_of(bars, len(bars.counts) - 1)[1])
    ends = text.FACET_BARS.format(label=text.FACET_LABELS[bars.key], low=low, high=high)
    tallest = max(bars.counts) or 1
    drawn = [_bar(bars, i, tallest, chosen) for i in range(len(bars.counts))]
    notes = [_note(text.FACET_BLANKS.format(count=_number(bars.blank, bars.exact)))] if bars.blank else []
    scale = [html.Span(low), html.Span(high)]
    return [
        html.Div(drawn, className="sx-bars", role="img", **{"aria-label": ends}),
        html.Div(scale, className="sx-bars-scale", **{"aria-hidden": "true"}),
        *notes,
    ]


def problem(key: str, message: str) -> list[Component]:
    """What stands in a group that could not be counted."""
    again = html.Button(text.FACET_RETRY, type="button", className="btn btn-sm btn-link", **{"data-facet-retry": key})
    return [_note(message), again]


def _group(key: str, label: str, note: str = "") -> Component:
    head = html.Summary(
        [
            html.Span(
                [label, html.Span(note, className="sx-muted sx-facet-kind") if note else None],
                className="sx-facet-label",
                title=label,
                dir="auto",
            ),
            html.Span(className="sx-facet-chosen", hidden=True, **{"data-facet-chosen": key}),
        ]
    )
    clear = html.Button(
        text.FACET_CLEAR,
        type="button",
        className="btn btn-sm btn-link sx-facet-clear",
        hidden=True,
        **{"data-facet-clear": key, "aria-label": text.FACET_CLEAR_LABEL.format(label=label)},
    )
    body: list[Component] = [
        *([_find_box(key)] if key in text.FACET_FIND else []),
        html.Div(_skeleton(), id=ids.facet(key), className="sx-facet-body"),
        *([_ends(key, label)] if key in RANGES else []),
        clear,
        dcc.Store(id=ids.facet_ask(key)),
        dcc.Store(id=ids.facet_done(key)),
    ]
    kind = {"data-facet": key, "data-days": str(key in DAYS).lower()}
    return html.Details([head, *body], className="sx-facet", hidden=key == LIKENESS, **kind)


def _find_box(key: str) -> Component:
    label = text.FACET_FIND[key]
    box = dcc.Input(
        id=ids.facet_find(key), type="search", debounce=0.3, maxLength=100, autoComplete="off", placeholder=label,
        className="form-control form-control-sm",
    )  # fmt: skip
    return html.Label([html.Span(label.rstrip("…"), className="visually-hidden"), box], className="sx-facet-find")


def _ends(key: str, label: str) -> Component:
    return html.Div(
        [
            _end(ids.facet_from(key), key, text.FACET_FROM, text.FACET_FROM_LABEL.format(label=label)),
            _end(ids.facet_to(key), key, text.FACET_TO, text.FACET_TO_LABEL.format(label=label)),
        ],
        className="sx-facet-ends",
    )


def _end(box_id: dict[str, Any], key: str, shown: str, spoken: str) -> Component:
    # Text, not number: an emptied number box would not tell.
    given = {"inputMode": "decimal", "pattern": r"-?\d*[.,]?\d*", "placeholder": shown}
    if key in DAYS:
        given = {"inputMode": "text", "pattern": r"\d{4}-\d{2}-\d{2}", "placeholder": text.FACET_DAY}
    box = dcc.Input(id=box_id, debounce=True, autoComplete="off", className="form-control form-control-sm", **given)
    return html.Label([html.Span(spoken, className="visually-hidden"), html.Span(shown), box])


def _row(facet: Facet, value: Value) -> Component:
    label = _label(facet.key, value)
    count = _number(value.count, facet.exact)
    return html.Button(
        [
            html.Span(className="sx-facet-box", **{"aria-hidden": "true"}),
            html.Span(label, className="sx-facet-name", dir="auto"),
            html.Span(count, className="sx-facet-count", title=None if facet.exact else text.FACET_ABOUT_NOTE),
        ],
        type="button",
        role="checkbox",
        className="sx-facet-value" + (" sx-facet-blank" if value.value is None else ""),
        title=label,
        **{
            "aria-checked": str(value.chosen).lower(),
            "aria-label": text.FACET_COUNT.format(label=label, count=count),
            "data-facet-key": facet.key,
            "data-facet-value": json.dumps(value.value),
        },
    )


def _bar(bars: Histogram, i: int, tallest: int, chosen: tuple[Any, Any]) -> Component:
    count, (low, high) = bars.counts[i], _ends_of(bars, i)
    shown = _number(count, bars.exact)
    title = text.FACET_BAR.format(low=_edge(low), high=_edge(high), count=shown)
    if low == high:
        title = text.FACET_BAR_ONE.format(value=_edge(low), count=shown)
    # A bar that is not empty can be seen, however few are in it.
    height = 0 if not count else max(2, round(BAR_PX * count / tallest))
    return html.Span(
        html.Span(style={"height": f"{height}px"}),
        className="sx-bar" + (" sx-bar-out" if _is_outside(low, high, chosen) else ""),
        title=title,
        **{"data-facet-bar": bars.key, "data-from": str(low), "data-to": str(high)},
    )


def _ends_of(bars: Histogram, i: int) -> tuple[Any, Any]:
    """The first and the last value of a bar, both included, as the filter on it takes them."""
    low, high = bars.edges[i], bars.edges[i + 1]
    if bars.kind == "date":
        return low, str(date.fromisoformat(high) - timedelta(days=1))
    # The edge belongs to the next bar; rounded, since 0.1 is not exact in binary.
    return low, high if i + 1 == len(bars.counts) else round(high - bars.grain, 6)


def _is_outside(low: Any, high: Any, chosen: tuple[Any, Any]) -> bool:
    start, end = chosen
    return (start is not None and high < start) or (end is not None and low > end)


def _in_order(facet: Facet) -> Sequence[Value]:
    """Stages, fits, yes and no in their own order, which does not change with the counts."""
    fixed = {"stage_in": text.STAGES, "fit_in": text.FITS, "has_email": text.FLAGS, "reason_in": text.REFUSE_REASONS}
    order: list[Any] = list(fixed.get(facet.key, ()))
    if not order:
        return facet.values
    return sorted(facet.values, key=lambda v: order.index(v.value) if v.value in order else len(order))


def _label(key: str, value: Value) -> str:
    if key.startswith(CRITERION):
        return text.VERDICTS.get(value.value or "", text.NOT_SCREENED)
    if value.value is None:
        return text.FACET_NO_REASON if key == "reason_in" else text.FACET_BLANK
    if isinstance(value.value, bool):
        return text.FLAGS[value.value]
    if key == "status_in":
        return (
            text.FILTER_STATUSES.get(value.value)
            or value.label.removeprefix("filtered_").replace("_", " ").capitalize()
        )
    named = {"stage_in": text.STAGES, "fit_in": text.FITS, "reason_in": text.REFUSE_REASONS}.get(key, {})
    return named.get(value.value, value.label)


def _number(n: int, exact: bool) -> str:
    """1,234, or about 1,200: two figures are what a sample is good for."""
    if exact:
        return f"{n:,}"
    rounded = n if n < 100 else round(n, 2 - len(str(n)))
    return f"{text.FACET_ABOUT} {rounded:,}"


def _edge(edge: Any) -> str:
    return f"{edge:,g}" if isinstance(edge, (int, float)) else str(edge)


def _note(message: str) -> Component:
    return html.P(message, className="sx-facet-note")


def _skeleton() -> Component:
    """Grey bars, drawn by the styles: as elements they would be a hundred of a page's parts."""
    return html.Div(className="sx-facet-skeleton", role="status", **{"aria-label": text.LOADING, "aria-busy": "true"})
