"""The page `/search/<id>/filter`: rules, what they would do, applying them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import dry_run, ids, shell, text
from layouts.filter_runs import run_parts, undo_button
from layouts.pages_runs import Run
from layouts.pages_searches import time
from layouts.rule_editor import ListChoice, RuleShown, rule_cards

# services.filtering.rules_in_force.RulesInForce, Changes; services.filtering.filter_reads.Sampled.
Applied = Any
Changes = Any
Sampled = Any
# services.filtering.rule_sets.RuleSetInfo.
RuleSet = Any

POLL_MS = 15_000


def filter_page(
    *,
    search_id: str,
    title: str,
    editable: bool,
    rules: Sequence[RuleShown],
    kinds: Sequence[tuple[str, str]],
    lists: Sequence[ListChoice],
    sources: Sequence[tuple[str, str]],
    applied_set: RuleSet | None,
    in_force: Applied | None,
    run: Run | None,
    mode: str,
) -> html.Div:
    """kinds: (key, label) of rules; sources: (value, label) of what to start from.

    applied_set: the set that was applied, if the reader may change it. run, mode: the newest application or restore.
    """
    left = html.Div(
        [
            _sources(sources) if editable else None,
            html.Section(
                [
                    html.H2(text.FILTER_RULES),
                    html.Div(rule_cards(rules, lists, editable=editable), id=ids.FILTER_RULES, className="sx-rules"),
                    _add(kinds) if editable else None,
                    html.P(id=ids.FILTER_PROBLEM, className="sx-problem", role="alert"),
                ],
                className="sx-section",
            ),
            _keep(applied_set) if editable else None,
        ],
        className="sx-filter-rules",
    )
    right = html.Div([_actions(editable), _dry_run()], className="sx-filter-side")
    return shell.page(
        text.FILTER_TITLE,
        crumbs(search_id, title, "filter"),
        html.P(text.FILTER_HINT if editable else text.FILTER_LISTS_OFF, className="sx-muted"),
        html.Div(behind(in_force, run if editable else None), id=ids.FILTER_BEHIND),
        *run_parts(run, search_id, mode, editable=editable),
        html.Div([left, right], className="sx-filter"),
        dcc.Store(id=ids.FILTER_SEARCH, data=search_id),
        dcc.Store(id=ids.FILTER_SET, data=applied_set.id if applied_set else None),
        dcc.Store(id=ids.DRY_RUN_SEEN),
        dcc.Interval(id=ids.DRY_RUN_CLOCK, interval=POLL_MS),
        term="rule",
    )


def crumbs(search_id: str, title: str, here: str) -> Component:
    """The search that a page is about, and its three pages of filtering. here: filter, ledger or funnel."""
    tabs = [
        html.Span(label, className="sx-subtab", **{"aria-current": "page"})
        if name == here
        else dcc.Link(label, href=f"/search/{search_id}/{name}", className="sx-subtab")
        for name, label in text.FILTER_TABS.items()
    ]
    return html.Div(
        [
            html.P([text.FILTER_INTO, dcc.Link(title, href=f"/search/{search_id}", className="sx-link")]),
            html.Nav(tabs, className="sx-subtabs", **{"aria-label": text.FILTER_TITLE}),
        ],
        className="sx-crumbs",
    )


def behind(found: Applied | None, run: Run | None) -> Component | None:
    """When rules were applied last, and which of their lists have changed since. run: the newest, to be undone."""
    if found is None:
        return None
    lines = [
        text.BEHIND_LIST_GONE.format(name=one.list_name or text.RULE_LIST_GONE)
        if one.list_newest is None
        else text.BEHIND_LIST.format(name=one.list_name, newest=one.list_newest, version=one.list_version)
        for one in found.rules
        if one.is_behind
    ]
    lines += [text.BEHIND_NAMES] if found.names_changed else []
    look = html.Button(
        text.BEHIND_LOOK, id=ids.FILTER_LOOK, type="button", className="btn btn-sm btn-outline-secondary"
    )
    lines = [] if found.undone else lines
    said = text.BEHIND_UNDONE if found.undone else text.BEHIND_TITLE if lines else text.BEHIND_APPLIED
    before, _, after = said.partition("{when}")
    return html.Div(
        [
            html.P([before, time(found.at), after.format(who=found.who)]),
            html.Ul([html.Li(line, dir="auto") for line in dict.fromkeys(lines)]) if lines else None,
            html.Div([look, undo_button(run)], className="sx-actions"),
            html.Div(id=ids.FILTER_CHANGES, role="status"),
        ],
        className="sx-note sx-behind" if lines else "sx-behind sx-behind-quiet",
    )


def changes(found: Changes, leaving: Sequence[Sampled], coming: Sequence[Sampled], search_id: str) -> list[Component]:
    """What applying the rules in force again would change."""
    if not (found.leave or found.come_back):
        return [html.P(text.BEHIND_SAME)]
    about = "" if found.exact else f"{text.FACET_ABOUT} "
    said = text.BEHIND_CHANGES.format(leave=f"{about}{found.leave:,}", back=f"{about}{found.come_back:,}")
    parts: list[Component] = [html.P(html.Strong(said))]
    for title, people in ((text.BEHIND_LEAVING, leaving), (text.BEHIND_COMING, coming)):
        if people:
            parts += [html.Strong(title), dry_run.people_links(people, search_id)]
    return parts


def behind_line(search_id: str) -> Component:
    """On the page of the search: a list has changed."""
    link = dcc.Link(text.BEHIND_LINK, href=f"/search/{search_id}/filter", className="sx-link")
    return html.Div([text.BEHIND_SEARCH, " ", link], className="sx-notice", role="status")


def _sources(sources: Sequence[tuple[str, str]]) -> Component:
    options = [{"value": value, "label": label} for value, label in sources]
    return html.Section(
        [
            html.Label(text.FILTER_FROM, htmlFor=ids.FILTER_FROM),
            html.Div(
                [
                    dbc.Select(id=ids.FILTER_FROM, options=options, placeholder=text.FILTER_FROM_NONE),
                    html.Button(
                        text.FILTER_FROM_OPEN, id=ids.FILTER_FROM_OPEN, type="button",
                        className="btn btn-outline-secondary",
                    ),
                ],
                className="sx-filter-line",
            ),
        ],
        className="sx-section", hidden=not sources,
    )  # fmt: skip


def _add(kinds: Sequence[tuple[str, str]]) -> Component:
    options = [{"value": key, "label": label} for key, label in kinds]
    return html.Div(
        [
            html.Label(text.FILTER_ADD_KIND, htmlFor=ids.FILTER_ADD_KIND, className="visually-hidden"),
            dbc.Select(id=ids.FILTER_ADD_KIND, options=options, value=kinds[0][0]),
            html.Button(text.FILTER_ADD, id=ids.FILTER_ADD, type="button", className="btn btn-outline-secondary"),
        ],
        className="sx-filter-line",
    )


def _keep(one: RuleSet | None) -> Component:
    """The form that saves the rules; one: the set that they are, if they are one."""
    scopes = [{"label": label, "value": value} for value, label in text.FILTER_SCOPES.items()]
    scope = "search" if one and one.search_id else "all"
    return html.Section(
        [
            html.H2(text.FILTER_SAVE_TITLE),
            html.Label(text.FILTER_NAME, htmlFor=ids.FILTER_NAME),
            dbc.Input(
                id=ids.FILTER_NAME, value=one.name if one else "", maxLength=100, autoComplete="off",
                placeholder=text.FILTER_NAME_HINT,
            ),
            html.Div(
                [
                    dbc.RadioItems(id=ids.FILTER_SCOPE, options=scopes, value=scope, inline=True),
                    dbc.Switch(id=ids.FILTER_SHARED, label=text.FILTER_SHARED, value=bool(one and one.shared)),
                ],
                className="sx-actions",
            ),
            html.Div(
                [
                    html.Button(
                        text.FILTER_SAVE, id=ids.FILTER_SAVE, type="button", className="btn btn-outline-secondary"
                    ),
                    html.Button(
                        text.FILTER_DELETE, id=ids.FILTER_DELETE, type="button", className="btn btn-link",
                        hidden=one is None,
                    ),
                ],
                className="sx-actions",
            ),
        ],
        className="sx-section sx-form",
    )  # fmt: skip


def _actions(editable: bool) -> Component:
    """Above the figures, so that long ones push nothing out of sight."""
    options = [{"label": label, "value": value} for value, label in text.FILTER_HOW.items()]
    try_out = html.Button(
        text.DRY_RUN_START, id=ids.DRY_RUN_START, type="button", className="btn btn-outline-secondary"
    )
    apply = html.Button(text.FILTER_APPLY, id=ids.FILTER_APPLY, type="button", className="btn btn-primary")
    how = dbc.Checklist(id=ids.FILTER_HOW, options=options, value=[])
    buttons = html.Div([try_out, apply if editable else None], className="sx-actions")
    return html.Section([buttons, how if editable else None], className="sx-card sx-form")


def _dry_run() -> Component:
    return html.Section(
        [
            html.H2(text.DRY_RUN_TITLE),
            html.P(text.DRY_RUN_STALE, id=ids.DRY_RUN_STALE, className="sx-stale", role="status", hidden=True),
            # Judging a large search takes seconds: until then the old figures fade.
            html.Div(dry_run.nothing_yet(), id=ids.DRY_RUN, role="status"),
        ],
        className="sx-card",
    )


def set_options(sets: Sequence[Any], searches: Sequence[tuple[Any, str]], here: str) -> list[tuple[str, str]]:
    """(value, label) of what rules can start from: rule sets, and rules that were applied, here first."""
    applied = [
        (f"search:{key}", text.FILTER_FROM_HERE if str(key) == here else text.FILTER_FROM_SEARCH.format(title=title))
        for key, title in sorted(searches, key=lambda one: str(one[0]) != here)
    ]
    named = [
        (
            f"set:{one.id}",
            text.FILTER_FROM_SETS.format(name=one.name)
            if one.owned
            else text.FILTER_FROM_SET_OWNER.format(name=one.name, who=one.owner),
        )
        for one in sets
    ]
    return [*named, *applied]


def options(sources: Sequence[tuple[str, str]]) -> list[Mapping[str, str]]:
    """As a Select takes them."""
    return [{"value": value, "label": label} for value, label in sources]
