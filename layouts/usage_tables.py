"""The tables of the page `/usage`: by search, by source, by person, by vendor and model. Pure.

Rows come from services.spending.usage; layouts import no services, so their parts are read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import text

Row = Any


def money(amount: Any) -> str:
    """US dollars: cents, and finer below ten of them."""
    return f"${amount:,.2f}" if amount >= 0.1 or not amount else f"${amount:,.4f}"


def searches_table(found: Row) -> Component:
    names = (text.USAGE_SEARCH, text.USAGE_CALLS, text.USAGE_COST, text.USAGE_COST_EVER, text.USAGE_SHORTLISTED,
             text.USAGE_PER_SHORTLISTED)  # fmt: skip
    most = max((one.cost for one in found.searches), default=0)
    rows = []
    for one in found.searches:
        link = dcc.Link(one.title, href=f"/search/{one.search_id}", className="sx-link")
        title = [one.title, " ", html.Span(text.USAGE_ARCHIVED, className="sx-mark")] if one.archived else link
        each = one.per_shortlisted
        rows.append(html.Tr(
            [
                html.Td(title, className="sx-table-main"),
                number(names[1], f"{one.calls:,}"),
                _cost(names[2], one.cost, most),
                number(names[3], money(one.cost_ever)),
                number(names[4], "–" if one.shortlisted is None else f"{one.shortlisted:,}"),
                number(names[5], "–" if each is None else [html.Strong(money(each)), *_by_source(one.per_source)]),
            ],
            **{"data-testid": "usage-search"},
        ))  # fmt: skip
    if found.others.searches:
        rows.append(_others(names, found.others, most))
    calls, cost = found.gone
    if calls:
        rows.append(html.Tr(
            [html.Td(text.USAGE_GONE, className="sx-table-main sx-muted"), number(names[1], f"{calls:,}"),
             _cost(names[2], cost, most), number(names[3], "–"), number(names[4], "–"), number(names[5], "–")],
            **{"data-testid": "usage-gone"},
        ))  # fmt: skip
    return table(names, rows) if rows else html.P(text.USAGE_NOTHING)


def _others(names: Sequence[str], others: Row, most: Any) -> html.Tr:
    """The searches that have no line of their own. The bar shows no more than a whole one."""
    said = text.USAGE_OTHERS[0 if others.searches == 1 else 1].format(n=f"{others.searches:,}")
    return html.Tr(
        [html.Td(said, className="sx-table-main sx-muted"), number(names[1], f"{others.calls:,}"),
         _cost(names[2], others.cost, max(most, others.cost)), number(names[3], money(others.cost_ever)),
         number(names[4], "–"), number(names[5], "–")],
        **{"data-testid": "usage-others"},
    )  # fmt: skip


def _by_source(parts: Sequence[tuple[str, Any]]) -> list[Component]:
    """What of it each vendor took, where there are several."""
    if len(parts) < 2:
        return []
    said = " · ".join(f"{text.VENDOR_NAMES.get(vendor, vendor)} {money(cost)}" for vendor, cost in parts)
    return [html.Div(said, className="sx-muted sx-usage-sources", **{"data-testid": "usage-sources"})]


def sources_table(sources: Sequence[Row]) -> Component:
    """What each vendor cost for each person who is shortlisted by now."""
    names = (text.USAGE_SOURCE, text.USAGE_SEARCHES, text.USAGE_COST_EVER, text.USAGE_SHORTLISTED,
             text.USAGE_PER_SHORTLISTED)  # fmt: skip
    most = max(one.cost for one in sources)
    rows = [
        html.Tr(
            [
                html.Td(text.VENDOR_NAMES.get(one.vendor, one.vendor), className="sx-table-main"),
                number(names[1], f"{one.searches:,}"),
                _cost(names[2], one.cost, most),
                number(names[3], f"{one.shortlisted:,}"),
                number(names[4], "–" if one.per_shortlisted is None else html.Strong(money(one.per_shortlisted))),
            ],
            **{"data-testid": "usage-source"},
        )
        for one in sources
    ]
    return table(names, rows)


def lines_table(name: str, lines: Sequence[Row], testid: str) -> Component:
    """By person, or by vendor and model."""
    if not lines:
        return html.P(text.USAGE_NOTHING)
    names = (name, text.USAGE_CALLS, text.USAGE_FAILED, text.USAGE_INPUT, text.USAGE_CACHED, text.USAGE_OUTPUT,
             text.USAGE_COST)  # fmt: skip
    most = max(one.cost for one in lines)
    rows = [
        html.Tr(
            [
                html.Td(_label(one), className="sx-table-main"),
                *(number(label, f"{value:,}") for label, value in zip(
                    names[1:6],
                    (one.calls, one.failed, one.input_tokens, one.cached_tokens, one.output_tokens), strict=True)),
                _cost(names[6], one.cost, most) if one.unpriced < one.calls else number(names[6], text.USAGE_NO_PRICE),
            ],
            **{"data-testid": testid},
        )
        for one in lines
    ]  # fmt: skip
    return table(names, rows)


def _label(one: Row) -> str:
    """A person, or a vendor with its model and what it counts besides tokens."""
    vendor, sign, model = one.label.partition(" · ")
    words = text.USAGE_UNITS.get(one.unit, "{n} " + one.unit)
    units = words.format(n=f"{one.units:,}", hours=f"{one.units / 3600:,.1f}")
    return f"{text.VENDOR_NAMES.get(vendor, vendor)}{sign}{model}" + (f" ({units})" if one.units else "")


def table(names: Sequence[str], rows: Sequence[html.Tr]) -> html.Div:
    head = [html.Th(name, scope="col", className="sx-number" if place else None) for place, name in enumerate(names)]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(list(rows))], className="sx-table sx-table-cards")
    return html.Div(table, className="sx-usage-scroll")


def number(label: str, value: Any) -> html.Td:
    return html.Td(value, className="sx-number", **{"data-label": label})


def _cost(label: str, cost: Any, most: Any) -> html.Td:
    """An amount with a bar: how it compares with the largest of its table."""
    bar = html.Span(
        html.Span(style={"width": f"{percent(cost, most)}%"}), className="sx-usage-bar", **{"aria-hidden": "true"}
    )
    return html.Td([html.Span(money(cost)), bar], className="sx-number sx-usage-cost", **{"data-label": label})


def percent(part: Any, most: Any) -> float:
    return round(float(100 * part / most), 1) if most else 0.0
