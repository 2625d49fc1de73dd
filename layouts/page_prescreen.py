"""Screening the people most like the job first: how that is chosen, what it saves, what it left out. Pure.

`Saving` and `Measured` here are those of services.screening.prescreen_measure, read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from layouts import ids, text
from layouts.pages_searches import time

Saving = Any
Measured = Any
Missed = Any

TOP, SAMPLE = 200, 50


def choice(unmatched: str) -> html.Fieldset:
    """Everyone, or those most like the job and a sample. unmatched: why only the first can be chosen."""
    return html.Fieldset(
        [
            html.Legend(text.PRESCREEN_REACH),
            dbc.RadioItems(
                id=ids.SCREEN_REACH, value="all",
                options=[
                    {"label": label, "value": reach, "disabled": bool(unmatched) and reach != "all"}
                    for reach, label in text.PRESCREEN_REACHES.items()
                ],
            ),
            html.P(unmatched, className="sx-muted") if unmatched else None,
            html.Div(
                [
                    _number(ids.SCREEN_TOP, text.PRESCREEN_TOP, TOP),
                    _number(ids.SCREEN_SAMPLE, text.PRESCREEN_SAMPLE, SAMPLE),
                    html.P(text.PRESCREEN_HINT, className="sx-muted"),
                ],
                className="sx-prescreen-figures",
            ),
        ],
        className="sx-screen-when",
    )  # fmt: skip


def saving(found: Saving, people: int, missing: int) -> html.Div:
    """What it saves against screening everyone, and how well the sample will tell what it left out.

    missing: how many of the people cannot be compared.
    """
    if found.people >= people:
        return html.Div(html.P(text.PRESCREEN_EVERYONE), **{"data-testid": "prescreen-saving"})
    given = {"picked": f"{found.people:,}", "people": f"{people:,}", "share": f"{100 * found.saved_share:.0f}"}
    if found.saved_cost is None:
        said = text.PRESCREEN_SAVING_CALLS.format(calls=f"{found.saved_calls:,}", **given)
    else:
        said = text.PRESCREEN_SAVING.format(saved=_money(found.saved_cost), **given)
    highest = text.PRESCREEN_HIGHEST.format(share=_percent(found.highest_if_none))
    unknown = html.P(text.PRESCREEN_MISSING.format(n=f"{missing:,}"), className="sx-note") if missing else None
    return html.Div(
        [html.P(html.Strong(said)), html.P(highest, className="sx-muted"), unknown],
        **{"data-testid": "prescreen-saving"},
    )


def result(found: Measured) -> html.Section:
    """What one run's choice by similarity left out."""
    saved = text.PRESCREEN_SAVED.format(saved=_money(found.saved_cost)) if found.saved_cost else ""
    picked = text.PRESCREEN_PICKED.format(
        similar=f"{found.similar:,}", control=f"{found.control:,}", others=f"{found.others:,}",
        unasked=f"{found.unasked:,}", saved=saved,
    )  # fmt: skip
    body: list[Any] = [html.H3(text.PRESCREEN_TITLE), html.P(picked)]
    body += _figures(found) if found.is_whole else [html.P(text.PRESCREEN_NOT_YET, className="sx-muted")]
    return html.Section(body, id=ids.PRESCREEN, className="sx-prescreen")


def history(found: Sequence[Measured]) -> html.Section:
    """The last choices of a search, one a line."""
    labels = text.PRESCREEN_HISTORY_COLUMNS
    rows = [
        html.Tr(
            [
                html.Th(time(one.created_at), scope="row"),
                _cell(labels[1], "–" if one.rubric_version is None else f"{one.rubric_version}"),
                _cell(labels[2], f"{one.similar:,}"),
                _cell(labels[3], text.PRESCREEN_OF.format(found=f"{one.control:,}", n=f"{one.others:,}")),
                _cell(labels[4], _left_out(one.strong) if one.is_whole else text.PRESCREEN_UNKNOWN),
            ],
            **{"data-testid": "prescreen-line", "data-run": str(one.run_id)},
        )
        for one in found
    ]
    return html.Section(
        [
            html.H2(text.PRESCREEN_HISTORY),
            html.P(text.PRESCREEN_HISTORY_HINT, className="sx-muted"),
            _table(labels, rows, text.PRESCREEN_HISTORY),
        ],
        className="sx-section sx-prescreen",
    )


def _figures(found: Measured) -> list[Component]:
    labels = text.PRESCREEN_COLUMNS
    rows = [_line(labels, fit, getattr(found, fit), found) for fit in text.PRESCREEN_FITS]
    failed = found.similar - found.similar_done + found.control - found.control_done
    uncompared = found.people - found.compared
    notes = [
        text.PRESCREEN_INTERVAL,
        text.PRESCREEN_LAST.format(place=f"{found.last_strong:,}", similar=f"{found.similar:,}")
        if found.last_strong
        else "",
        text.PRESCREEN_UNCOMPARED.format(n=f"{uncompared:,}") if uncompared > 0 else "",
        text.PRESCREEN_FAILED.format(n=f"{failed:,}") if failed > 0 else "",
        text.PRESCREEN_SEED.format(seed=found.seed),
        text.PRESCREEN_MORE if found.unasked else "",
    ]
    said = " ".join(filter(None, notes))
    return [_table(labels, rows, text.PRESCREEN_TITLE), html.P(said, className="sx-muted")]


def _line(labels: Sequence[str], fit: str, missed: Missed, found: Measured) -> html.Tr:
    about, low, high = missed.others
    others = (
        f"{about:,.0f}"
        if missed.is_exact
        else text.PRESCREEN_ABOUT.format(about=f"{about:,.0f}", low=f"{low:,.0f}", high=f"{high:,.0f}")
    )
    return html.Tr(
        [
            html.Th(text.PRESCREEN_FITS[fit], scope="row"),
            _cell(labels[1], text.PRESCREEN_OF.format(found=f"{missed.similar:,}", n=f"{found.similar_done:,}")),
            _cell(labels[2], text.PRESCREEN_OF.format(found=f"{missed.found:,}", n=f"{missed.drawn:,}")),
            _cell(labels[3], others),
            _cell(labels[4], _left_out(missed)),
        ],
        **{"data-fit": fit},
    )


def _left_out(missed: Missed) -> Any:
    if missed.share is None:
        return html.Span(text.PRESCREEN_UNKNOWN, title=text.PRESCREEN_UNKNOWN_HINT)
    if missed.is_exact:
        return text.PRESCREEN_EXACT.format(share=_percent(missed.share))
    return text.PRESCREEN_SHARE.format(
        share=_percent(missed.share), low=_percent(missed.low), high=_percent(missed.high)
    )


def _table(labels: Sequence[str], rows: Sequence[html.Tr], name: str) -> html.Div:
    head = [html.Th(labels[0], scope="col")]
    head += [html.Th(label, scope="col", className="sx-number") for label in labels[1:]]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(list(rows))], className="sx-table sx-prescreen-table")
    return html.Div(table, className="sx-prescreen-box", tabIndex=0, role="region", **{"aria-label": name})


def _cell(label: str, shown: Any) -> html.Td:
    return html.Td(shown, className="sx-number", **{"data-label": label})


def _number(name: str, label: str, value: int) -> html.Label:
    field = dbc.Input(id=name, type="number", value=value, min=1, step=1, inputMode="numeric", debounce=True)
    return html.Label([html.Span(label), field])


def _percent(share: float) -> str:
    """7.1, 42: with a decimal where it is under 10."""
    return f"{100 * share:.1f}".removesuffix(".0") if share < 0.1 else f"{100 * share:.0f}"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount >= 1 else f"{amount:.4f}"
