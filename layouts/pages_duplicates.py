"""The page `/duplicates`: pairs of people who may be one, side by side, to merge or to keep apart. Pure.

`Pair` here is services.people.duplicates.Pair; layouts import no services, so its parts are read by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import address, ids, shell, text
from layouts.pages_runs import Run, cancel_store, run_card
from layouts.pages_searches import time

Pair = Any
Side = Any
POLL_MS = 1_000
PATH = "/duplicates"
ALL_SEARCHES = "all"


def duplicates_page(
    pairs: Sequence[Pair],
    more: str | None,
    *,
    chosen: Mapping[str, str],
    searches: Sequence[tuple[str, str]],
    may_edit: bool,
    run: Run | None = None,
    query: str = "",
) -> html.Div:
    """The whole page. chosen: state, search and score as the filters stand; searches: (id, title).

    run: a comparison that is under way. query: of the address.
    """
    find = html.Button(text.DUPLICATES_FIND, id=ids.DUPLICATES_FIND, type="button", className="btn btn-primary")
    return shell.page(
        text.DUPLICATES_TITLE,
        html.P(text.DUPLICATES_HINT, className="sx-muted"),
        _filters(chosen, searches),
        html.Div(progress(run), id=ids.DUPLICATES_PROGRESS, role="status"),
        html.Div(pair_list(pairs, more, chosen), id=ids.DUPLICATES_LIST),
        dcc.Store(id=ids.DUPLICATES_RUN, data=run["id"] if run else None),
        dcc.Store(id=ids.DUPLICATES_FOUND),
        dcc.Store(id=ids.DUPLICATES_SHOWN, data=address.shown(PATH, query)),
        dcc.Store(id=ids.DUPLICATES_ADDRESS),
        dcc.Interval(id=ids.DUPLICATES_CLOCK, interval=POLL_MS, disabled=run is None),
        cancel_store(),
        actions=[find] if may_edit else None,
        term="duplicate",
    )


def pair_list(pairs: Sequence[Pair], more: str | None, chosen: Mapping[str, str]) -> list[Component]:
    """Cards, and a button for the next ones; or what to do when there are none."""
    if not pairs:
        plain = chosen["search"] == ALL_SEARCHES and chosen["score"] == next(iter(text.DUPLICATES_SCORES))
        title, body = text.DUPLICATES_EMPTY[chosen["state"]] if plain else text.DUPLICATES_EMPTY_FILTERED
        return [html.Div([html.H2(title), html.P(body)], className="sx-empty"), _next(None)]
    cards = [
        html.Article(
            pair_card(pair),
            id=ids.duplicate_card(card_of(pair)),
            className="sx-card sx-pair",
            **{"data-testid": "duplicate-pair", "aria-label": _spoken(pair)},
        )
        for pair in pairs
    ]
    return [html.Div(cards, className="sx-pairs"), _next(more)]


def failed(message: str) -> list[Component]:
    """In place of the list."""
    return [
        html.Div([html.H2(text.DUPLICATES_FAILED), html.P(message)], className="sx-empty", role="alert"),
        _next(None),
    ]


def progress(run: Run | None) -> Component | None:
    """How far a comparison is."""
    return run_card(run) if run else None


def card_of(pair: Pair) -> str:
    """What stands for this pair in ids."""
    return f"m{pair.merge_id}" if pair.state == "merged" else f"p{pair.id}"


def pair_card(pair: Pair) -> list[Component]:
    """Two people side by side, with what can be done."""
    score = [
        html.Strong(text.DUPLICATES_BANDS[pair.band]),
        html.Span(text.DUPLICATE_SCORE.format(score=pair.score), className="sx-muted"),
    ]
    reasons = [html.Li(text.DUPLICATE_REASONS.get(reason, reason)) for reason in pair.reasons]
    head = html.Div([html.Div(score, className=f"sx-pair-score sx-pair-{pair.band}"),
                     html.Ul(reasons, className="sx-pair-reasons")], className="sx-pair-head")  # fmt: skip
    names = [html.Th(_person(side, text.DUPLICATE_OLDER if side is pair.a else text.DUPLICATE_NEWER, pair.state),
                     scope="col") for side in (pair.a, pair.b)]  # fmt: skip
    top = html.Thead(html.Tr([html.Th(_hidden(text.DUPLICATE_FIELD), scope="col"), *names]))
    rows = [row for field in text.DUPLICATE_FIELDS if (row := _row(pair, field)) is not None]
    table = html.Table([top, html.Tbody(rows)], className="sx-pair-table")
    return [head, table, html.Div(_buttons(pair), className="sx-actions sx-pair-actions")]


def decided(message: str, card: str, back: str | None = None) -> list[Component]:
    """In place of a pair that was decided about. back: what takes it back, see ids.duplicate_act."""
    undo = [] if back is None else [
        html.Button(text.UNDO, id=ids.duplicate_act(card, back), type="button",
                    className="btn btn-sm btn-outline-secondary", autoFocus=True, **{"data-testid": "duplicate-undo"})
    ]  # fmt: skip
    return [html.Div([html.Span(message, role="status"), *undo], className="sx-pair-decided")]


def kept(places: Mapping[str, int]) -> str:
    """What an Undo left as it is, in words."""
    words = [text.DUPLICATE_KEPT.get(place, text.DUPLICATE_KEPT_REST) for place in places]
    return ", ".join(dict.fromkeys(words))


def _filters(chosen: Mapping[str, str], searches: Sequence[tuple[str, str]]) -> Component:
    choices = (
        (text.DUPLICATES_STATE, ids.DUPLICATES_STATE, list(text.DUPLICATES_STATES.items()), chosen["state"]),
        (text.DUPLICATES_SCORE, ids.DUPLICATES_SCORE, list(text.DUPLICATES_SCORES.items()), chosen["score"]),
        (text.DUPLICATES_SEARCH, ids.DUPLICATES_SEARCH, [(ALL_SEARCHES, text.DUPLICATES_ANY_SEARCH), *searches],
         chosen["search"]),
    )  # fmt: skip
    return html.Div(
        [
            html.Label([html.Span(label), dbc.Select(id=id, value=value, size="sm", options=[
                {"value": key, "label": words} for key, words in options])])
            for label, id, options, value in choices
        ],
        className="sx-pair-filters",
    )  # fmt: skip


def _next(more: str | None) -> Component:
    return html.Button(
        text.DUPLICATES_NEXT, id=ids.DUPLICATES_NEXT, type="button", value=more or "", hidden=more is None,
        className="btn btn-outline-secondary",
    )  # fmt: skip


def _person(side: Side, when: str, state: str) -> list[Component]:
    """The head of a column: which of the two, and where they are."""
    places: list[Any] = [
        html.Span([text.DUPLICATE_IN, dcc.Link(place.title, href=f"/search/{place.search_id}?status=all&person="
                   f"{place.candidate_id}")], className="sx-pair-place") for place in side.places]  # fmt: skip
    if not places and state == "merged":
        places = [html.Span(text.DUPLICATE_GONE, className="sx-pair-place")]
    source = side.values.get("source") or text.PERSON_NO_SOURCE
    return [html.Div(when), html.Div(text.DUPLICATE_FROM.format(source=source), className="sx-muted"),
            html.Div(places, className="sx-pair-places")]  # fmt: skip


def _row(pair: Pair, field: str) -> Component | None:
    """One field: a choice where both say something else; None where nobody says anything."""
    own, other = _value(pair.a, field), _value(pair.b, field)
    if not own and not other:
        return None
    # One that is silent does not contradict.
    differs = bool(own and other and _whole(pair.a, field, own) != _whole(pair.b, field, other))
    mark = html.Span(text.DUPLICATE_DIFFERS, className="sx-pair-mark") if differs else None
    head = html.Th([text.DUPLICATE_FIELDS[field], mark], scope="row")
    if differs and pair.state == "open" and pair.editable:
        cells: list[Any] = [html.Td(_choice(pair, field, own, other), colSpan=2)]
    else:
        cells = [html.Td(value or text.DUPLICATE_BLANK, dir="auto") for value in (own, other)]
    return html.Tr([head, *cells], className="sx-pair-differs" if differs else None, **{"data-field": field})


def _choice(pair: Pair, field: str, own: str, other: str) -> Component:
    options = [
        {"label": html.Span(own, dir="auto"), "value": "a"},
        {"label": html.Span(other, dir="auto"), "value": "b"},
    ]
    if field == "skills":
        options.append({"label": html.Span(text.DUPLICATE_BOTH), "value": "both"})
    radios = dcc.RadioItems(
        id=ids.duplicate_choice(card_of(pair), field), options=options, value="both" if field == "skills" else "a",
        className="sx-pair-choice",
    )  # fmt: skip
    label = text.DUPLICATE_CHOOSE.format(field=text.DUPLICATE_FIELDS[field])
    return html.Div(radios, role="radiogroup", **{"aria-label": label})


def _value(side: Side, field: str) -> str:
    value = side.values.get(field)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, float | int):
        return f"{value:g}"
    shown = str(value or "")
    cut = side.values.get(f"{field}_length", 0) > len(shown)
    return text.DUPLICATE_CUT.format(shown=shown, length=side.values[f"{field}_length"]) if cut else shown


def _whole(side: Side, field: str, shown: str) -> str:
    """What is compared: all of a value, also where only its beginning is shown."""
    return str(side.values.get(f"{field}_md5") or shown)


def _buttons(pair: Pair) -> list[Any]:
    card = card_of(pair)
    by = []
    if pair.decided_by and pair.decided_at:
        by = [html.Span([text.DUPLICATE_BY.format(who=pair.decided_by), time(pair.decided_at)], className="sx-muted")]
    if not pair.editable:
        return [html.Span(text.DUPLICATE_READ_ONLY, className="sx-muted"), *by]
    if pair.state == "merged":
        if pair.later:
            return [html.Span(text.DUPLICATE_LATER, className="sx-muted"), *by]
        return [_button(card, f"undo-{pair.merge_id}", text.UNDO), *by]
    if pair.state == "dismissed":
        return [_button(card, "reopen", text.DUPLICATE_REOPEN), *by]
    return [
        _button(card, "merge", text.DUPLICATE_MERGE, "btn-primary"),
        _button(card, "dismiss", text.DUPLICATE_DISMISS),
    ]


def _button(card: str, do: str, label: str, look: str = "btn-outline-secondary") -> Component:
    return html.Button(label, id=ids.duplicate_act(card, do), type="button", className=f"btn btn-sm {look}",
                       **{"data-testid": f"duplicate-{do.split('-')[0]}"})  # fmt: skip


def _spoken(pair: Pair) -> str:
    names = [side.values.get("full_name") or text.PERSON_UNNAMED for side in (pair.a, pair.b)]
    return text.DUPLICATE_LABEL.format(a=names[0], b=names[1], score=pair.score)


def _hidden(label: str) -> Component:
    return html.Span(label, className="visually-hidden")
