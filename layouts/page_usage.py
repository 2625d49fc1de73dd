"""The page `/usage`: what was spent, by whom, for which search, on what; budgets and what is left of them. Pure.

Rows come from services.spending (usage, budgets, budget_settings); layouts import no services, so their parts are read
by name.
"""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from layouts import ids, shell, text
from layouts.usage_tables import lines_table, money, number, percent, searches_table, sources_table, table

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
        term="usage",
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
    parts += [
        html.H2(text.USAGE_BY_SEARCH),
        html.P(text.USAGE_BY_SEARCH_HINT, className="sx-muted"),
        searches_table(found),
    ]
    if found.sources:
        parts += [html.H2(text.USAGE_BY_SOURCE), html.P(text.USAGE_BY_SOURCE_HINT, className="sx-muted"),
                  sources_table(found.sources)]  # fmt: skip
    if found.everyone:
        parts += [html.H2(text.USAGE_BY_PERSON), lines_table(text.USAGE_PERSON, found.people, "usage-person")]
    parts += [html.H2(text.USAGE_BY_MODEL), lines_table(text.USAGE_MODEL, found.models, "usage-model")]
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


def _months(found: Row) -> list[Component]:
    """A column a month, the oldest first, and the same as a table."""
    months = list(reversed(found.months))[-12:]
    if not months:
        return []
    most = max(one.cost for one in months)
    columns = [
        html.Div(
            html.Span(style={"height": f"{percent(one.cost, most)}%"}), className="sx-bar",
            title=f"{one.month:%B %Y}: {money(one.cost)}",
        )
        for one in months
    ]  # fmt: skip
    under = [html.Span(f"{one.month:%b}") for one in months]
    names = (text.USAGE_MONTH, text.USAGE_CALLS, text.USAGE_TOKENS, text.USAGE_COST)
    rows = [
        html.Tr([html.Th(f"{one.month:%B %Y}", scope="row"), number(names[1], f"{one.calls:,}"),
                 number(names[2], f"{one.tokens:,}"), number(names[3], money(one.cost))],
                **{"data-testid": "usage-month"})
        for one in reversed(months)
    ]  # fmt: skip
    chart = html.Div(columns, className="sx-bars sx-usage-months", role="img",
                     **{"aria-label": text.USAGE_CHART.format(most=money(most))})  # fmt: skip
    return [
        html.H2(text.USAGE_BY_MONTH),
        html.Div([chart, html.Div(under, className="sx-bars-scale", **{"aria-hidden": "true"})], className="sx-card"),
        html.Details([html.Summary(text.USAGE_TABLE), table(names, rows)], className="sx-usage-table"),
    ]
