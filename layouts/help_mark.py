"""A "?" beside a term: one sentence that says what it is, by mouse, touch and key. app.js closes it again. Pure."""

from __future__ import annotations

from dash import html

from layouts import text


def help_mark(term: str) -> html.Details:
    """term: a key of text.HELP."""
    name, sentence = text.HELP[term]
    summary = html.Summary(
        html.Span("?", **{"aria-hidden": "true"}), title=text.HELP_LABEL.format(term=name),
        **{"aria-label": text.HELP_LABEL.format(term=name)},
    )  # fmt: skip
    return html.Details(
        [summary, html.Div(sentence, className="sx-menu-panel sx-help-text", role="note")],
        className="sx-menu sx-help", **{"data-help": term},
    )  # fmt: skip
