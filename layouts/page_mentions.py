"""The page of notes that name the reader. Pure. `Mention` is services.people.mentions.Mention, read by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, shell, text
from layouts.pages_searches import time

Mention = Any


def mentions_page(found: Sequence[Mention], *, older_than: int | None = None) -> Component:
    """older_than: the note after which older ones go on, where there are some."""
    if not found:
        empty = [html.H2(text.MENTIONS_EMPTY_TITLE), html.P(text.MENTIONS_EMPTY_BODY)]
        return shell.page(text.MENTIONS_TITLE, html.Div(empty, className="sx-empty"))
    read_all = html.Button(
        text.MENTIONS_READ_ALL, id=ids.MENTIONS_READ_ALL, type="button", className="btn btn-outline-secondary"
    )
    # Another query of the same page is another document: the router goes by paths.
    more = [html.A(text.MENTIONS_OLDER, href=f"/mentions?before={older_than}", className="btn btn-light")]
    return shell.page(
        text.MENTIONS_TITLE,
        html.P(text.MENTIONS_HINT, className="sx-muted"),
        html.Ul(mention_rows(found), id=ids.MENTIONS_LIST, className="sx-mention-list"),
        *(more if older_than is not None else []),
        actions=read_all,
    )


def mention_rows(found: Sequence[Mention]) -> list[Component]:
    return [_row(one) for one in found]


def _row(one: Mention) -> Component:
    href = f"/search/{one.search_id}?status=all&person={one.candidate_id}"
    unread = [html.Span(text.MENTIONS_UNREAD, className="sx-badge sx-badge-contacted")] if one.unread else []
    head = html.Div(
        [
            html.Span([text.MENTIONS_SAID.format(who=one.author),
                       dcc.Link(one.full_name or text.PERSON_UNNAMED, href=href)]),
            html.Span(text.MENTIONS_IN.format(title=one.title), className="sx-muted"),
            html.Span(time(one.at), className="sx-muted"),
            *unread,
        ],
        className="sx-by",
    )  # fmt: skip
    return html.Li(
        [head, html.P(one.body, className="sx-lines", dir="auto")],
        **{"data-testid": "mention", "data-unread": str(one.unread).lower()},
    )
