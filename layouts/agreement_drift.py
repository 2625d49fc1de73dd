"""The part of the agreement page on how agreement changed from one version of the criteria to the next. Pure.

`Drift` here is services.figures.agreement_drift.Drift, read by name.
"""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import charts, ids, text

Drift = Any


def drift_parts(found: Drift) -> list[Component]:
    """Nothing where there are no two versions to compare."""
    if not found.compares:
        return []
    labels = [text.AGREEMENT_VERSION.format(version=one.version) for one in found.versions]
    shares = [round(100 * (one.share.share or 0), 1) for one in found.versions]
    said = ", ".join(f"{label} {share:.0f} %" for label, share in zip(labels, shares, strict=True))
    return [
        html.H2(text.DRIFT_TITLE, className="sx-drift-title"),
        html.P(text.DRIFT_HINT, className="sx-muted"),
        html.Div(
            charts.columns(ids.AGREEMENT_DRIFT, f"{text.DRIFT_TITLE}: {said}", labels, shares, unit="%{y:.0f} %",
                           most=100),
            className="sx-card sx-drift",
        ),
        html.Div(_table(found), className="sx-agreement-box", tabIndex=0, role="region",
                 **{"aria-label": text.DRIFT_TITLE}),
    ]  # fmt: skip


def _table(found: Drift) -> html.Table:
    """A line a criterion, a column a version, and what holds for all of them below."""
    head = [html.Th(text.AGREEMENT_COLUMNS[0], scope="col")]
    for one in found.versions:
        models = html.Div(", ".join(one.models), className="sx-muted sx-drift-models")
        label = text.AGREEMENT_VERSION.format(version=one.version)
        head.append(html.Th([label, models], scope="col", className="sx-number"))
    rows = [
        html.Tr([
            html.Th(html.Span(one.title, dir="auto"), scope="row"),
            *(html.Td(_share(one.shares.get(version.version)), className="sx-number") for version in found.versions),
        ], **{"data-testid": "drift-criterion"})
        for one in found.questions
    ]  # fmt: skip
    total = html.Tr([
        html.Th(text.DRIFT_ALL, scope="row"),
        *(html.Td(_share(one.share), className="sx-number") for one in found.versions),
    ], className="sx-fairness-total")  # fmt: skip
    return html.Table(
        [html.Caption(text.DRIFT_TITLE, className="visually-hidden"), html.Thead(html.Tr(head)),
         html.Tbody([*rows, total])],
        className="sx-table sx-drift-table",
    )  # fmt: skip


def _share(share: Any) -> Any:
    """67 % (45–83 %) of 20; a dash where nothing was judged."""
    if share is None or not share.n:
        return "–"
    low, high = share.interval
    said = text.AGREEMENT_SHARE.format(
        share=f"{100 * share.share:.0f}", low=f"{100 * low:.0f}", high=f"{100 * high:.0f}"
    )
    of = text.DRIFT_OF.format(n=f"{share.n:,}")
    return [html.Div(said), html.Div(of, className="sx-muted")]
