"""The page `/search/<id>/agreement`: how far recruiters and the model agree, per criterion. Pure.

`Agreement` here is services.figures.agreement.Agreement, read by name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, page_prescreen, shell, text
from layouts.agreement_drift import drift_parts
from layouts.pages_searches import time

Agreement = Any


def agreement_page(
    *, search_id: str, title: str, found: Agreement, picked: Sequence[page_prescreen.Measured] = (), drift: Any = None
) -> html.Div:
    """The whole page; without criteria or decisions, what to do. picked: the last choices by similarity.
    drift: services.figures.agreement_drift.Drift.
    """
    back = dcc.Link(title, href=f"/search/{search_id}", className="sx-link")
    screen = dcc.Link(text.AGREEMENT_SCREEN, href=f"/search/{search_id}/screen", className="sx-link")
    return shell.page(
        text.AGREEMENT_TITLE,
        html.P([text.SCREEN_INTO, back, " · ", screen]),
        html.P(text.AGREEMENT_HINT, className="sx-muted"),
        *([_versions(search_id, found)] if len(found.versions) > 1 else []),
        *_body(search_id, found),
        page_prescreen.history(picked) if picked else None,
        *(drift_parts(drift) if drift is not None else []),
        term="agreement",
    )


def _body(search_id: str, found: Agreement) -> list[Component]:
    if not found.versions:
        link = dcc.Link(text.AGREEMENT_SCREEN, href=f"/search/{search_id}/screen", className="btn btn-primary")
        return [html.Div([html.P(text.AGREEMENT_NO_CRITERIA), html.P(link)], className="sx-empty")]
    if not found.total.n:
        link = dcc.Link(text.AGREEMENT_START, href=f"/search/{search_id}?sort=score.desc", className="btn btn-primary")
        return [html.Div([html.P(text.AGREEMENT_NOBODY), html.P(link)], className="sx-empty")]
    total = text.AGREEMENT_TOTAL.format(share=_share(found.total), n=f"{found.total.n:,}")
    notes = [] if found.is_newest else [html.P(text.AGREEMENT_OLDER, className="sx-muted")]
    return [
        html.P(total, **{"data-testid": "agreement-total"}),
        *notes,
        html.Div(_table(search_id, found), className="sx-agreement-box", tabIndex=0, role="region",
                 **{"aria-label": text.AGREEMENT_TITLE}),
    ]  # fmt: skip


def _versions(search_id: str, found: Agreement) -> html.Nav:
    links, look = list[Any](), "btn btn-sm btn-outline-secondary"
    for one in found.versions:
        shown = [text.AGREEMENT_VERSION.format(version=one.version), " · ", time(one.created_at)]
        if one.version == found.version:
            links.append(html.Span(shown, className=look, **{"aria-current": "page"}))
        else:
            links.append(dcc.Link(shown, href=f"/search/{search_id}/agreement/{one.version}", className=look))
    return html.Nav(links, className="sx-actions sx-versions", **{"aria-label": text.AGREEMENT_VERSIONS})


def _table(search_id: str, found: Agreement) -> html.Table:
    first, said, reviewed, agreed, instead, share = text.AGREEMENT_COLUMNS
    head = html.Thead(html.Tr([
        html.Th(first, scope="col"), html.Th(said, scope="col"),
        *(html.Th(name, scope="col", className="sx-number") for name in (reviewed, agreed)),
        html.Th(instead, scope="col"), html.Th(share, scope="col", className="sx-number"),
    ]))  # fmt: skip
    bodies = [_criterion(search_id, one, found.is_newest) for one in found.criteria]
    caption = html.Caption(text.AGREEMENT_CAPTION.format(version=found.version), className="visually-hidden")
    return html.Table([caption, head, *bodies], id=ids.AGREEMENT, className="sx-table sx-agreement")


def _criterion(search_id: str, one: Any, linked: bool) -> html.Tbody:
    """A line for all verdicts, and one for each that the model gave."""
    kind = text.CRITERION_KINDS[one.kind].lower()
    name = html.Th(
        [html.Span(one.title, dir="auto"), html.Span(f" {kind}", className="sx-muted sx-kind")],
        scope="rowgroup", rowSpan=1 + len(_given(one)) if one.share().n else 1,
    )  # fmt: skip
    everyone = one.share()
    if not everyone.n:
        return html.Tbody(html.Tr([name, html.Td(text.AGREEMENT_NONE, colSpan=5, className="sx-muted")]),
                          **{"data-testid": "agreement-criterion"})  # fmt: skip
    rows = [html.Tr([name, html.Td(text.AGREEMENT_ALL), *_figures(search_id, one, None, linked)])]
    rows += [
        html.Tr([html.Td(text.VERDICTS[said]), *_figures(search_id, one, said, linked)], **{"data-said": said})
        for said in _given(one)
    ]
    return html.Tbody(rows, **{"data-testid": "agreement-criterion", "data-column": one.field})


def _given(one: Any) -> list[str]:
    return [said for said in text.VERDICTS if sum(one.people[said].values())]


def _figures(search_id: str, one: Any, said: str | None, linked: bool) -> list[html.Td]:
    share = one.share(said)
    model = [said] if said else list(text.VERDICTS)
    labels = text.AGREEMENT_COLUMNS
    agreed = [f"{verdict}>{verdict}" for verdict in model]
    everyone = [f"{verdict}>{decided}" for verdict in model for decided in text.VERDICTS]
    instead: list[Any] = []
    for decided in text.VERDICTS:
        pairs = [f"{verdict}>{decided}" for verdict in model if verdict != decided]
        count = sum(one.people[pair.split(">")[0]][decided] for pair in pairs)
        if count:
            words = text.AGREEMENT_INSTEAD.format(verdict=text.VERDICTS[decided].lower(), n=f"{count:,}")
            instead.append(html.Li(_link(search_id, one.field, pairs, words, linked)))
    few = html.Span(text.AGREEMENT_FEW, className="sx-badge sx-badge-unknown", title=text.AGREEMENT_FEW_HINT)
    return [
        html.Td(_link(search_id, one.field, everyone, f"{share.n:,}", linked), className="sx-number",
                **{"data-label": labels[2]}),
        html.Td(_link(search_id, one.field, agreed, f"{share.agreed:,}", linked and share.agreed),
                className="sx-number", **{"data-label": labels[3]}),
        html.Td(html.Ul(instead) if instead else "–", **{"data-label": labels[4]}),
        html.Td([_share(share), " ", few if share.few else None], className="sx-number", **{"data-label": labels[5]}),
    ]  # fmt: skip


def _link(search_id: str, field: str, pairs: Sequence[str], words: str, linked: Any) -> Any:
    """The people behind a number, in the grid; of older versions there is only the number."""
    if not linked:
        return words
    model = {f"{field}_review": {"filterType": "set", "values": list(pairs)}}
    query = urlencode({"status": "all", "f": json.dumps(model, separators=(",", ":"))})
    return dcc.Link(words, href=f"/search/{search_id}?{query}", className="sx-link")


def _share(share: Any) -> str:
    """67 % (45–83 %)"""
    low, high = share.interval
    return text.AGREEMENT_SHARE.format(
        share=f"{100 * share.share:.0f}", low=f"{100 * low:.0f}", high=f"{100 * high:.0f}"
    )
