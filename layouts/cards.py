"""People of a search as cards, 25 at a time: what a phone shows in place of the grid. Pure.

Rows are those of services.grid.result_sets.Page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts import ids, text

PAGE = 25


def cards_box(*, editable: bool) -> Component:
    """The list and the buttons around it; grid_cards.js asks for what stands in it. editable: people are selected."""
    select_all = html.Button(
        id=ids.CARDS_SELECT_ALL, type="button", className="btn btn-light", hidden=True,
        **{"data-action": "select-all"},
    )  # fmt: skip
    skeleton = [html.Li(html.Span(className="sx-cell-skeleton"), className="sx-person-card") for _ in range(6)]
    return html.Div(
        [
            html.Div(select_all, className="sx-cards-head") if editable else None,
            html.Ul(skeleton, id=ids.CANDIDATE_CARDS, className="sx-cards", **{"aria-label": text.CARDS_LABEL}),
            html.Nav(
                [
                    _step(text.CARDS_PREVIOUS, "cards-prev"),
                    html.Span(id=ids.CARDS_PLACE, className="sx-count", role="status"),
                    _step(text.CARDS_NEXT, "cards-next"),
                ],
                id=ids.CARDS_PAGER,
                className="sx-cards-pager",
                hidden=True,
                **{"aria-label": text.CARDS_PAGES},
            ),
        ],
        className="sx-cards-box",
    )


def card_items(rows: Iterable[Mapping[str, Any]], start: int, *, editable: bool) -> list[Component]:
    """start: the first one's place in the view, from 0."""
    return [_card(row, start + n, editable) for n, row in enumerate(rows)]


def _card(row: Mapping[str, Any], place: int, editable: bool) -> Component:
    if row["deleted"]:
        return html.Li(html.Span(text.GRID_IN_BROWSER["deleted"], className="sx-muted"), className="sx-person-card")
    name = row["full_name"] or text.PERSON_UNNAMED
    job = row["title"] or row["company"] or row["headline"]
    if row["title"] and row["company"]:
        job = text.PERSON_TITLE_AT.format(title=row["title"], company=row["company"])
    open_it = html.Button(
        name, type="button", className="sx-name", dir="auto",
        **{"data-action": "open-person", "data-person": row["id"], "data-position": str(place)},
    )  # fmt: skip
    lines = [html.Div(line, className=kind, dir="auto") for line, kind in (
        (job, ""), (row["location"], "sx-muted")) if line]  # fmt: skip
    return html.Li(
        [
            html.H2(open_it),
            *([_tick(row, name)] if editable else []),
            *lines,
            html.Div(_badges(row), className="sx-badges"),
            *([_actions(row, name)] if editable else []),
        ],
        className="sx-person-card",
        **{"data-row": row["id"]},
    )


def _badges(row: Mapping[str, Any]) -> list[Component]:
    shown: list[Component] = []
    if row.get("similarity") is not None:
        shown.append(html.Strong(text.CARDS_LIKENESS.format(similarity=f"{row['similarity']:.2f}")))
    if row["score"] is not None:
        shown.append(html.Strong(text.PERSON_SCORE.format(score=f"{row['score']:g}"), className="sx-person-score"))
    if row["fit"]:
        shown.append(_badge(text.FITS.get(row["fit"], row["fit"]), row["fit"]))
    shown.append(_badge(text.STAGES.get(row["stage"], row["stage"]), row["stage"]))
    if row["filter_status"] != "active":
        shown.append(_badge(text.PERSON_FILTERED_OUT, "rejected"))
    if row["known"]:
        shown.append(_badge(known_words(row["known"]), "possible"))
    if row["note_count"]:
        shown.append(html.Span(text.CARDS_NOTES[row["note_count"] != 1].format(n=row["note_count"])))
    return shown


def known_words(known: Mapping[str, Any]) -> str:
    """In two other searches, and what was done there that matters most."""
    n = known["searches"]
    said = text.GRID_IN_BROWSER["known_one" if n == 1 else "known"].format(n=n)
    places: Sequence[Mapping[str, Any]] = known["places"]
    first = places[0] if places else None
    if first is None or first["stage"] == "new":
        return said
    return f"{said}: {text.STAGES.get(first['stage'], first['stage']).lower()}"


def _actions(row: Mapping[str, Any], name: str) -> Component:
    buttons = [
        html.Button(
            label, type="button", className="btn btn-light",
            **{"data-action": "stage-card", "data-person": row["id"], "data-value": stage,
               "aria-pressed": str(row["stage"] == stage).lower(), "aria-label": f"{label}: {name}"},
        )
        for stage, label in (("shortlisted", text.SHORTLIST), ("rejected", text.CARDS_REJECT))
    ]  # fmt: skip
    return html.Div(buttons, className="sx-card-actions")


def _tick(row: Mapping[str, Any], name: str) -> Component:
    """A checkbox of a thumb's size. Whether it is ticked, grid_cards.js says: selections are not the server's."""
    return html.Button(
        type="button", role="checkbox", className="sx-card-tick",
        **{"data-action": "tick-card", "data-person": row["id"], "aria-checked": "false",
           "aria-label": text.CARDS_SELECT.format(name=name)},
    )  # fmt: skip


def _badge(label: str, kind: str) -> Component:
    return html.Span(label, className=f"sx-badge sx-badge-{kind}")


def _step(label: str, action: str) -> Component:
    return html.Button(label, type="button", className="btn btn-light", **{"data-action": action})
