"""What surrounds every page: header, navigation, user menu, place for the page, place for messages."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from dash import dcc, html

from layouts import ids, text
from layouts.help_mark import help_mark

MENTIONS_POLL_MS = 60_000

# interpolated by Dash ({%…%}) and by callbacks/documents.py ({{…}})
INDEX = """<!DOCTYPE html>
<html lang="en" data-sx-theme="{{theme}}" data-grid-script="{{grid_script}}">
<head>
{%metas%}
<meta name="csrf-token" content="{{csrf}}">
<meta name="color-scheme" content="light dark">
<title>{%title%}</title>
<link rel="icon" type="image/svg+xml" href="{{icon}}">
<script src="{{theme_script}}"></script>
<script src="{{early_script}}"></script>
{%css%}
</head>
<body>
<noscript>{{needs_script}}</noscript>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>
"""


def layout(name: str, role: str, user_id: int = 0) -> html.Div:
    """The shell around the page; the router fills ids.PAGE. The data are read by app.js."""
    return html.Div(
        [
            dcc.Location(id=ids.URL, refresh="callback-nav"),
            html.A(text.SKIP, href=f"#{ids.PAGE}", className="sx-skip"),
            _header(name, role),
            html.Main(loading(), id=ids.PAGE, tabIndex=-1, className="sx-main"),
            html.Div(id=ids.TOAST, className="sx-toasts", role="status", **{"aria-live": "polite"}),
            dcc.Store(id=ids.MENTION_REQUEST),
            dcc.Store(id=ids.MENTION_OFFER),
            dcc.Interval(id=ids.MENTIONS_CLOCK, interval=MENTIONS_POLL_MS),
        ],
        className="sx-shell",
        **{
            "data-texts": json.dumps(text.IN_BROWSER),
            "data-user": str(user_id),
            "data-mention-offer": text.MENTION_OFFER,
        },
    )


def page(
    title: str, *children: Any, actions: Any = None, wide: bool = False, fill: bool = False, term: str = ""
) -> html.Div:
    """A page: heading row with actions at its right, then content.

    term: of text.HELP, explained beside the heading. wide: as broad as the window. fill: exactly as high as the
    window, so that a grid scrolls, not the page.
    """
    names = ["sx-page", "sx-page-wide" if wide or fill else "", "sx-page-fill" if fill else ""]
    heading = html.Div([html.H1(title), help_mark(term)], className="sx-heading") if term else html.H1(title)
    head = html.Div([heading, html.Div(actions, className="sx-actions")], className="sx-page-head")
    return html.Div([head, *children], className=" ".join(n for n in names if n))


def message_page(title: str, body: str) -> html.Div:
    """A page that only says something, with a way back."""
    link = dcc.Link(text.TO_SEARCHES, href="/", className="btn btn-primary")
    return html.Div([html.H1(title), html.P(body), link], className="sx-page sx-message")


def loading() -> html.Div:
    """Grey bars while a page is fetched."""
    bars = [html.Div(className="sx-skeleton") for _ in range(4)]
    return html.Div(bars, className="sx-page", role="status", **{"aria-label": text.LOADING, "aria-busy": "true"})


def toast_card(message: str, *, kind: str, undo_batch: int | None, key: str, action: Any = None) -> html.Div:
    """One message. kind: info, success or problem. action: a link in it. A new key shows it anew."""
    undo = [] if action is None else [action]
    if undo_batch is not None:
        undo += [
            dcc.Store(id=ids.UNDO_BATCH, data=undo_batch),
            html.Button(text.UNDO, id=ids.UNDO, type="button", className="btn btn-sm btn-link"),
        ]
    close = html.Button("×", type="button", className="sx-toast-close", **{"aria-label": text.CLOSE})
    linger = kind == "problem" or undo_batch is not None or action is not None
    names = f"sx-toast sx-toast-{kind}" + (" sx-toast-linger" if linger else "")
    return html.Div([html.Span(message), *undo, close], className=names, key=key)


def problem_document(message: str) -> str:
    """A whole HTML document for an error outside the shell."""
    return (
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{escape(text.PRODUCT)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/assets/tokens.css"><link rel="stylesheet" href="/assets/app.css">'
        f'<body><main class="sx-page sx-message"><h1>{escape(text.PROBLEM_TITLE)}</h1>'
        f'<p>{escape(message)}</p><a class="sx-link" href="/">{escape(text.TO_SEARCHES)}</a></main></body></html>'
    )


def mentions_link(unread: int, most: int = 100) -> dcc.Link:
    """The way to the notes that name the reader, with how many are unread. most: no number is larger."""
    count = text.MENTIONS_MOST.format(n=most - 1) if unread >= most else str(unread)
    spoken = text.MENTIONS_LINK_UNREAD.format(n=count) if unread else text.MENTIONS_LINK
    badge = [html.Span(count, className="sx-count-badge")] if unread else []
    return dcc.Link(
        [html.Span("@", className="sx-at", **{"aria-hidden": "true"}), html.Span(spoken, className="visually-hidden"),
         *(html.Span(one, **{"aria-hidden": "true"}) for one in badge)],
        href="/mentions", className="sx-icon-button sx-mentions", title=spoken,
    )  # fmt: skip


def _header(name: str, role: str) -> html.Header:
    links = [
        dcc.Link(text.NAV_SEARCHES, href="/", className="sx-nav-link"),
        dcc.Link(text.NAV_LISTS, href="/lists", className="sx-nav-link"),
        dcc.Link(text.NAV_DUPLICATES, href="/duplicates", className="sx-nav-link"),
        dcc.Link(text.NAV_RUNS, href="/runs", className="sx-nav-link"),
        dcc.Link(text.NAV_ANALYTICS, href="/analytics", className="sx-nav-link"),
        dcc.Link(text.NAV_USAGE, href="/usage", className="sx-nav-link"),
    ]
    if role == "admin":
        links.append(dcc.Link(text.NAV_ADMIN, href="/admin/users", className="sx-nav-link"))
    return html.Header(
        [
            dcc.Link(text.PRODUCT, href="/", className="sx-brand"),
            html.Nav(links, id=ids.NAV, className="sx-nav", **{"aria-label": text.NAV_LABEL}),
            _narrow_nav(links),
            html.Div(mentions_link(0), id=ids.MENTIONS),
            _theme_button(),
            _user_menu(name, role),
        ],
        className="sx-header",
    )


def _narrow_nav(links: list[dcc.Link]) -> html.Details:
    """The same links as a menu, for windows that have no room for them side by side: styles show one of the two."""
    summary = html.Summary([html.Span(className="sx-icon sx-icon-menu"), text.NAV_MENU])
    panel = html.Nav(links, className="sx-menu-panel", **{"aria-label": text.NAV_LABEL})
    return html.Details([summary, panel], id=ids.NAV_MENU, className="sx-menu sx-nav-menu")


def _theme_button() -> html.Button:
    return html.Button(
        html.Span(className="sx-icon sx-icon-theme"), id=ids.THEME_TOGGLE, type="button",
        className="sx-icon-button", title=text.THEME, **{"aria-label": text.THEME},
    )  # fmt: skip


def _user_menu(name: str, role: str) -> html.Details:
    initials = "".join(word[0] for word in name.split()[:2]).upper() or "?"
    summary = html.Summary(
        [html.Span(initials, className="sx-avatar", **{"aria-hidden": "true"}), html.Span(name, className="sx-user")],
        title=text.USER_MENU,
    )
    panel = html.Div(
        [
            html.Div([html.Strong(name), html.Span(text.ROLES.get(role, ""), className="sx-muted")]),
            dcc.Link(text.ACCOUNT_TITLE, href="/account", className="btn btn-outline-secondary"),
            html.Button(text.SIGN_OUT, id=ids.SIGN_OUT, type="button", className="btn btn-outline-secondary"),
        ],
        className="sx-menu-panel",
    )
    return html.Details([summary, panel], id=ids.USER_MENU, className="sx-menu")
