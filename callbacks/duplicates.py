"""The page `/duplicates`: the list, its filters, and what is decided about a pair."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode

from dash import ALL, MATCH, ClientsideFunction, Input, Output, State, ctx, no_update
from flask import g

from callbacks import page_values
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import address, ids, pages_duplicates, text
from services.access.identity import Actor
from services.errors import BadInput, ProductError
from services.people import duplicates, merges
from services.people.duplicates import PairPage
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches

MOST_SEARCHES = 100
_FIRST_SCORE = next(iter(text.DUPLICATES_SCORES))


def page(rt: Runtime, actor: Actor) -> Any:
    """The pairs that ?state=, search= and score= name; what is unknown there is left out."""
    query = str(g.get("page_query", ""))
    known = _searches(rt, actor)
    chosen = _asked(query, known)
    found = _found(rt, actor, chosen)
    latest = duplicates.latest_run(rt, actor)
    run = runs.get_run(rt, actor, latest) if latest else None
    return pages_duplicates.duplicates_page(
        found.pairs, _more(found), chosen=chosen, searches=known, may_edit=actor.may_edit,
        run=run if run and run["state"] in runs.OPEN else None, query=query,
    )  # fmt: skip


def register(registry: Registry) -> None:
    rt = registry.rt

    def explain(error: ProductError) -> Any:
        # Whatever the address says next is asked for: nothing is shown of it.
        return pages_duplicates.failed(error.message), address.shown(pages_duplicates.PATH, None), *[no_update] * 3

    # The address is written in the browser: see callbacks/search_list.py.
    @registry.callback(
        Output(ids.DUPLICATES_LIST, "children"), Output(ids.DUPLICATES_SHOWN, "data"),
        Output(ids.DUPLICATES_STATE, "value"), Output(ids.DUPLICATES_SEARCH, "value"),
        Output(ids.DUPLICATES_SCORE, "value"),
        Input(ids.DUPLICATES_STATE, "value"), Input(ids.DUPLICATES_SEARCH, "value"),
        Input(ids.DUPLICATES_SCORE, "value"), Input(ids.DUPLICATES_NEXT, "n_clicks"),
        Input(ids.DUPLICATES_FOUND, "data"), Input(ids.DUPLICATES_ADDRESS, "data"), State(ids.DUPLICATES_NEXT, "value"),
        rule=Rule.ANY, prevent_initial_call=True, on_error=explain,
    )  # fmt: skip
    def show_list(state: Any, search: Any, score: Any, clicks: int | None, _: Any, place: Any, after: Any) -> Any:
        if ctx.triggered_id == ids.DUPLICATES_NEXT and not clicks:
            return [no_update] * 5  # the button only appeared
        followed = ctx.triggered_id == ids.DUPLICATES_ADDRESS
        actor = current_actor()
        asked = _asked(address.gone_to(place), _searches(rt, actor)) if followed else None
        chosen = asked or _chosen(state, search, score)
        found = _found(rt, actor, chosen, after if ctx.triggered_id == ids.DUPLICATES_NEXT else None)
        query = address.gone_to(place) if followed else _address(chosen)
        shown = address.shown(pages_duplicates.PATH, query, form=not followed)
        values = chosen.values() if followed else [no_update] * 3
        return pages_duplicates.pair_list(found.pairs, _more(found), chosen), shown, *values

    registry.clientside(
        ClientsideFunction("address", "told"),
        Output(ids.URL, "search", allow_duplicate=True), Input(ids.DUPLICATES_SHOWN, "data"), prevent_initial_call=True,
    )  # fmt: skip
    registry.clientside(
        ClientsideFunction("address", "followed"),
        Output(ids.DUPLICATES_ADDRESS, "data"), Input(ids.URL, "search"), State(ids.URL, "pathname"),
        State(ids.DUPLICATES_SHOWN, "data"), prevent_initial_call=True,
    )  # fmt: skip

    @registry.callback(
        Output(ids.duplicate_card(MATCH), "children"),
        Input(ids.duplicate_act(MATCH, ALL), "n_clicks"),
        State(ids.duplicate_choice(MATCH, ALL), "value"),
        State(ids.duplicate_choice(MATCH, ALL), "id"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def decide(clicks: list[int | None], values: list[str], names: list[dict[str, Any]]) -> Any:
        if not any(clicks):
            return no_update  # the buttons only appeared
        card, do = str(ctx.triggered_id["card"]), str(ctx.triggered_id["do"])
        choices = {str(name["field"]): value for name, value in zip(names, values, strict=True)}
        return _decide(rt, current_actor(), card, do, choices)

    @registry.callback(
        Output(ids.DUPLICATES_RUN, "data"), Input(ids.DUPLICATES_FIND, "n_clicks"),
        rule=Rule.RECRUITER, prevent_initial_call=True,
    )  # fmt: skip
    def find(clicks: int | None) -> Any:
        return duplicates.start_find(rt, current_actor()) if clicks else no_update

    @registry.callback(
        Output(ids.DUPLICATES_PROGRESS, "children"), Output(ids.DUPLICATES_CLOCK, "disabled"),
        Output(ids.DUPLICATES_FOUND, "data"),
        Input(ids.DUPLICATES_CLOCK, "n_intervals"), Input(ids.DUPLICATES_RUN, "data"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def progress(_: int | None, run_id: Any) -> Any:
        if not isinstance(run_id, int):
            return no_update, True, no_update
        run = runs.get_run(rt, current_actor(), run_id)
        open_ = run["state"] in runs.OPEN
        return pages_duplicates.progress(run), not open_, no_update if open_ else secrets.token_hex(4)


def _decide(rt: Runtime, actor: Actor, card: str, do: str, choices: dict[str, str]) -> Any:
    """What a button of a card does; returns what stands in the card then."""
    name, _, number = do.partition("-")
    if name == "merge":
        done = merges.merge(rt, actor, page_values.digits(card[1:]), choices)
        return pages_duplicates.decided(_merged(done), card, f"undo-{done.id}")
    if name == "undo":
        kept = merges.undo(rt, actor, page_values.digits(number)).kept
        said = text.DUPLICATE_UNDONE_KEPT.format(what=pages_duplicates.kept(kept)) if kept else text.DUPLICATE_UNDONE
        return pages_duplicates.decided(said, card)
    if name == "dismiss":
        merges.dismiss(rt, actor, page_values.digits(card[1:]))
        return pages_duplicates.decided(text.DUPLICATE_DISMISSED, card, "reopen")
    if name == "reopen":
        merges.reopen(rt, actor, page_values.digits(card[1:]))
        return pages_duplicates.decided(text.DUPLICATE_REOPENED, card)
    raise BadInput(text.UNKNOWN_CALL)


def _merged(done: merges.Merge) -> str:
    said = text.DUPLICATE_MERGED_ONE if done.searches == 1 else text.DUPLICATE_MERGED
    return said.format(name=done.full_name, n=done.searches)


def _found(rt: Runtime, actor: Actor, chosen: dict[str, str], after: Any = None) -> PairPage:
    search = None if chosen["search"] == pages_duplicates.ALL_SEARCHES else chosen["search"]
    score, _, number = str(after or "").partition(".")
    behind = (page_values.digits(score), page_values.digits(number)) if after else None
    return duplicates.list_pairs(
        rt, actor, state=chosen["state"], search_id=search, least=int(chosen["score"]), after=behind
    )


def _more(found: PairPage) -> str | None:
    return None if found.next is None else f"{found.next[0]}.{found.next[1]}"


def _searches(rt: Runtime, actor: Actor) -> list[tuple[str, str]]:
    """(id, title) of those that can be chosen."""
    return [(str(s.id), s.title) for s in searches.list_searches(rt, actor, limit=MOST_SEARCHES)]


def _asked(query: str, known: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The filters that an address names; what is not known is left out."""
    try:
        asked = {name: found[-1] for name, found in parse_qs(query, max_num_fields=20).items()}
    except ValueError:
        asked = {}
    return _chosen(asked.get("state"), asked.get("search"), asked.get("score"), {key for key, _ in known})


def _chosen(state: Any, search: Any, score: Any, known: set[str] | None = None) -> dict[str, str]:
    """The filters as they stand, the usual value in place of one that is not known."""
    fine = isinstance(search, str) and search and (known is None or search in known)
    return {
        "state": state if state in text.DUPLICATES_STATES else "open",
        "search": search if fine else pages_duplicates.ALL_SEARCHES,
        "score": score if score in text.DUPLICATES_SCORES else _FIRST_SCORE,
    }


def _address(chosen: dict[str, str]) -> str:
    usual = {"state": "open", "search": pages_duplicates.ALL_SEARCHES, "score": _FIRST_SCORE}
    parts = {name: value for name, value in chosen.items() if value != usual[name]}
    return f"?{urlencode(parts)}" if parts else ""
