"""The page `/usage`: what was spent, by whom, for which search, on what; budgets and what is left of them. Pure.

Rows come from services.usage, services.budgets and services.budget_settings; layouts import no services, so their
parts are read by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, shell, text

Row = Any
ALL = "all"


def usage_page(found: Row, standing: Row, budgets: Row | None) -> html.Div:
    """The whole page. standing: what the reader may still spend; budgets: for admins, to be set."""
    months = [one.month for one in found.months]
    months = months if found.now in months else [found.now, *months]
    options = [{"label": f"{month:%B %Y}", "value": f"{month:%Y-%m}"} for month in months]
    value = f"{found.month:%Y-%m}" if found.month else ALL
    if value not in {ALL, *(one["value"] for one in options)}:
        options.append({"label": f"{found.month:%B %Y}", "value": value})
    choice = dbc.Select(id=ids.USAGE_MONTH, options=[*options, {"label": text.USAGE_ALL, "value": ALL}], value=value)
    return shell.page(
        text.USAGE_TITLE,
        html.P(text.USAGE_HINT_ALL if found.everyone else text.USAGE_HINT, className="sx-muted"),
        html.Div(left_panel(standing), id=ids.USAGE_LEFT, role="status"),
        html.Div(budget_panel(budgets), id=ids.ADMIN_USAGE) if budgets is not None else None,
        html.Div(body(found), id=ids.USAGE),
        actions=html.Label([html.Span(text.USAGE_MONTH, className="visually-hidden"), choice]),
    )


def body(found: Row) -> list[Component]:
    """Everything that depends on the month."""
    value = f"{found.month:%Y-%m}" if found.month else ALL
    if not found.months and not found.searches:
        return [html.Div([html.H2(text.USAGE_EMPTY_TITLE), html.P(text.USAGE_EMPTY_BODY)], className="sx-empty")]
    named = f"{found.month:%B %Y}" if found.month else text.USAGE_ALL
    total = sum(one.cost for one in found.people)
    calls, unpriced = sum(one.calls for one in found.people), sum(one.unpriced for one in found.people)
    csv = html.A(text.USAGE_CSV, href=f"/usage.csv?month={value}", id=ids.USAGE_CSV, download="",
                 className="btn btn-sm btn-outline-secondary")  # fmt: skip
    said = text.USAGE_TOTAL_ALL if found.everyone else text.USAGE_TOTAL
    parts: list[Component] = [
        html.Div(
            [
                html.P([html.Strong(money(total), className="sx-usage-total"),
                        f" {said.format(month=named, calls=f'{calls:,}')}"]),
                csv,
            ],
            className="sx-usage-head",
        ),
    ]  # fmt: skip
    if unpriced:
        parts.append(html.P(text.USAGE_UNPRICED.format(n=f"{unpriced:,}"), className="sx-note"))
    parts += _months(found)
    parts += [html.H2(text.USAGE_BY_SEARCH), html.P(text.USAGE_BY_SEARCH_HINT, className="sx-muted"), _searches(found)]
    if found.sources:
        parts += [html.H2(text.USAGE_BY_SOURCE), html.P(text.USAGE_BY_SOURCE_HINT, className="sx-muted"),
                  _sources(found.sources)]  # fmt: skip
    if found.everyone:
        parts += [html.H2(text.USAGE_BY_PERSON), _lines(text.USAGE_PERSON, found.people, "usage-person")]
    parts += [html.H2(text.USAGE_BY_MODEL), _lines(text.USAGE_MODEL, found.models, "usage-model")]
    return parts


def left_panel(standing: Row) -> list[Component]:
    """What is left of the budgets that hold for the reader this month."""
    return [
        html.P(line, className="sx-note" if limit.left <= 0 else "sx-muted", **{"data-testid": "budget-left"})
        for line, limit in left_lines(standing)
    ]


def left_lines(standing: Row) -> list[tuple[str, Row]]:
    """(sentence, limit) of each budget in force."""
    return [
        (
            text.BUDGET_LEFT[whose].format(
                left=money(limit.left), amount=money(limit.amount), spent=money(limit.spent),
                month=f"{standing.month:%B %Y}",
            )
            + (text.BUDGET_HELD.format(held=money(limit.held)) if limit.held else ""),
            limit,
        )
        for whose, limit in (("own", standing.own), ("team", standing.team))
        if limit is not None
    ]  # fmt: skip


def budget_panel(budgets: Row, *, is_open: bool = False) -> html.Details:
    """For admins: the budgets of the month, each with a field and a button."""
    rows = [
        _budget_row("team", text.BUDGET_TEAM, text.BUDGET_TEAM_HINT, budgets.team),
        _budget_row("each", text.BUDGET_EACH, text.BUDGET_EACH_HINT, budgets.each),
        *(_budget_row(one.id, one.name, text.BUDGET_SPENT.format(spent=money(one.spent)), one.amount)
          for one in budgets.people),
    ]  # fmt: skip
    return html.Details(
        [
            html.Summary(text.BUDGET_TITLE),
            html.P(text.BUDGET_HINT, className="sx-muted"),
            html.Div(rows, className="sx-budgets"),
            html.P(id=ids.BUDGET_ANSWER, className="sx-problem", role="alert"),
        ],
        className="sx-card sx-budget-panel", open=is_open,
    )  # fmt: skip


def _budget_row(whose: Any, label: str, hint: str, amount: Any) -> html.Div:
    box = dbc.Input(
        id=ids.budget_amount(whose), type="number", min=0, step="0.01", inputMode="decimal", size="sm",
        value=None if amount is None else f"{amount:.2f}", placeholder=text.BUDGET_NONE,
    )  # fmt: skip
    name = html.Span([html.Span(label), html.Span(hint, className="sx-muted")], className="sx-budget-name")
    save = html.Button(
        text.BUDGET_SAVE, id=ids.budget_save(whose), type="button", className="btn btn-sm btn-outline-secondary",
        **{"aria-label": text.BUDGET_SAVE_OF.format(name=label)},
    )  # fmt: skip
    return html.Div([html.Label([name, box]), save], className="sx-budget-row", **{"data-testid": "budget-row"})


def money(amount: Any) -> str:
    """US dollars: cents, and finer below ten of them."""
    return f"${amount:,.2f}" if amount >= 0.1 or not amount else f"${amount:,.4f}"


def _months(found: Row) -> list[Component]:
    """A column a month, the oldest first, and the same as a table."""
    months = list(reversed(found.months))[-12:]
    if not months:
        return []
    most = max(one.cost for one in months)
    columns = [
        html.Div(
            html.Span(style={"height": f"{_percent(one.cost, most)}%"}), className="sx-bar",
            title=f"{one.month:%B %Y}: {money(one.cost)}",
        )
        for one in months
    ]  # fmt: skip
    under = [html.Span(f"{one.month:%b}") for one in months]
    names = (text.USAGE_MONTH, text.USAGE_CALLS, text.USAGE_TOKENS, text.USAGE_COST)
    rows = [
        html.Tr([html.Th(f"{one.month:%B %Y}", scope="row"), _number(names[1], f"{one.calls:,}"),
                 _number(names[2], f"{one.tokens:,}"), _number(names[3], money(one.cost))],
                **{"data-testid": "usage-month"})
        for one in reversed(months)
    ]  # fmt: skip
    chart = html.Div(columns, className="sx-bars sx-usage-months", role="img",
                     **{"aria-label": text.USAGE_CHART.format(most=money(most))})  # fmt: skip
    return [
        html.H2(text.USAGE_BY_MONTH),
        html.Div([chart, html.Div(under, className="sx-bars-scale", **{"aria-hidden": "true"})], className="sx-card"),
        html.Details([html.Summary(text.USAGE_TABLE), _table(names, rows)], className="sx-usage-table"),
    ]


def _searches(found: Row) -> Component:
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
                _number(names[1], f"{one.calls:,}"),
                _cost(names[2], one.cost, most),
                _number(names[3], money(one.cost_ever)),
                _number(names[4], "–" if one.shortlisted is None else f"{one.shortlisted:,}"),
                _number(names[5], "–" if each is None else [html.Strong(money(each)), *_by_source(one.per_source)]),
            ],
            **{"data-testid": "usage-search"},
        ))  # fmt: skip
    calls, cost = found.gone
    if calls:
        rows.append(html.Tr(
            [html.Td(text.USAGE_GONE, className="sx-table-main sx-muted"), _number(names[1], f"{calls:,}"),
             _cost(names[2], cost, most), _number(names[3], "–"), _number(names[4], "–"), _number(names[5], "–")],
            **{"data-testid": "usage-gone"},
        ))  # fmt: skip
    return _table(names, rows) if rows else html.P(text.USAGE_NOTHING)


def _by_source(parts: Sequence[tuple[str, Any]]) -> list[Component]:
    """What of it each vendor took, where there are several."""
    if len(parts) < 2:
        return []
    said = " · ".join(f"{text.VENDOR_NAMES.get(vendor, vendor)} {money(cost)}" for vendor, cost in parts)
    return [html.Div(said, className="sx-muted sx-usage-sources", **{"data-testid": "usage-sources"})]


def _sources(sources: Sequence[Row]) -> Component:
    """What each vendor cost for each person who is shortlisted by now."""
    names = (text.USAGE_SOURCE, text.USAGE_SEARCHES, text.USAGE_COST_EVER, text.USAGE_SHORTLISTED,
             text.USAGE_PER_SHORTLISTED)  # fmt: skip
    most = max(one.cost for one in sources)
    rows = [
        html.Tr(
            [
                html.Td(text.VENDOR_NAMES.get(one.vendor, one.vendor), className="sx-table-main"),
                _number(names[1], f"{one.searches:,}"),
                _cost(names[2], one.cost, most),
                _number(names[3], f"{one.shortlisted:,}"),
                _number(names[4], "–" if one.per_shortlisted is None else html.Strong(money(one.per_shortlisted))),
            ],
            **{"data-testid": "usage-source"},
        )
        for one in sources
    ]
    return _table(names, rows)


def _lines(name: str, lines: Sequence[Row], testid: str) -> Component:
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
                *(_number(label, f"{value:,}") for label, value in zip(
                    names[1:6],
                    (one.calls, one.failed, one.input_tokens, one.cached_tokens, one.output_tokens), strict=True)),
                _cost(names[6], one.cost, most) if one.unpriced < one.calls else _number(names[6], text.USAGE_NO_PRICE),
            ],
            **{"data-testid": testid},
        )
        for one in lines
    ]  # fmt: skip
    return _table(names, rows)


def _label(one: Row) -> str:
    """A person, or a vendor with its model and what it counts besides tokens."""
    vendor, sign, model = one.label.partition(" · ")
    words = text.USAGE_UNITS.get(one.unit, "{n} " + one.unit)
    units = words.format(n=f"{one.units:,}", hours=f"{one.units / 3600:,.1f}")
    return f"{text.VENDOR_NAMES.get(vendor, vendor)}{sign}{model}" + (f" ({units})" if one.units else "")


def _table(names: Sequence[str], rows: Sequence[html.Tr]) -> html.Div:
    head = [html.Th(name, scope="col", className="sx-number" if place else None) for place, name in enumerate(names)]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(list(rows))], className="sx-table sx-table-cards")
    return html.Div(table, className="sx-usage-scroll")


def _number(label: str, value: Any) -> html.Td:
    return html.Td(value, className="sx-number", **{"data-label": label})


def _cost(label: str, cost: Any, most: Any) -> html.Td:
    """An amount with a bar: how it compares with the largest of its table."""
    bar = html.Span(
        html.Span(style={"width": f"{_percent(cost, most)}%"}), className="sx-usage-bar", **{"aria-hidden": "true"}
    )
    return html.Td([html.Span(money(cost)), bar], className="sx-number sx-usage-cost", **{"data-label": label})


def _percent(part: Any, most: Any) -> float:
    return round(float(100 * part / most), 1) if most else 0.0
