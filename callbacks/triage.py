"""Triage: the page, the people that it steps to, decisions, Undo and notes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import dash
from dash import Input, Output, State, ctx, no_update
from flask import g

from callbacks import errors, mentions, page_values
from callbacks.reader_zone import current_zone
from callbacks.registry import OnError, Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping, page_state, version_of, view_of
from layouts import ids, page_triage, text
from layouts.known_before import sentence
from services.access.identity import Actor
from services.archive import archives
from services.decisions import collisions, triage
from services.decisions.candidates import ChangeResult
from services.decisions.triage import Spot
from services.errors import NotFound, ProductError
from services.filtering import ledger
from services.grid import grid_criteria, saved_views
from services.grid.grid_view import View, parse_url
from services.grid.selection import is_snapshot
from services.people import notes, person
from services.runtime import Runtime
from services.searches import searches


def page(rt: Runtime, actor: Actor, search_id: str) -> Any:
    """Begins at whom the address names, else at the first one of the view that it says."""
    search = searches.get_search(rt, actor, search_id)
    archives.touch(rt, search_id)
    query = str(g.get("page_query", ""))
    read, wanted, _, notices = parse_url(search.id, query)
    first = None if query else saved_views.default_view(rt, actor, search.id)
    view, gone = grid_criteria.without_gone(rt, actor, first.view if first else read)
    for notice in (*notices, *gone):
        errors.toast(notice)
    back = f"/search/{search.id}{view.query_string()}"
    spot = triage.opened(rt, actor, view, None, int(wanted) if wanted else None)
    if spot is None:
        return page_triage.empty_page(search.title, back)
    mentions.read_about(rt, actor, spot.candidate_id)
    now = shown(rt, actor, view, spot)
    state = page_state(view, now["person"]) | {name: now[name] for name in ("position", "total", "version", "snapshot")}
    return page_triage.triage_page(
        title=search.title, back=back, page=state, card=now["card"], editable=search.editable
    )


def register(registry: Registry) -> None:
    rt = registry.rt
    answer = {"rule": Rule.ANY, "prevent_initial_call": True}

    @registry.callback(
        Output(ids.TRIAGE_ANSWER, "data"), Input(ids.TRIAGE_REQUEST, "data"), State(ids.TRIAGE_VIEW, "data"),
        on_error=_failed(ids.TRIAGE_REQUEST), **answer,
    )  # fmt: skip
    def show(request: Any, page: Any) -> Any:
        asked, actor = mapping(request), current_actor()
        found = _asked_for(rt, actor, asked, page)
        if "person" in found:
            mentions.read_about(rt, actor, int(found["person"]))
        return {"n": asked.get("n"), **found}

    @registry.callback(
        Output(ids.TRIAGE_AHEAD, "data"), Input(ids.TRIAGE_AHEAD_REQUEST, "data"), State(ids.TRIAGE_VIEW, "data"),
        on_error=_failed(ids.TRIAGE_AHEAD_REQUEST), **answer,
    )  # fmt: skip
    def fetch_ahead(request: Any, page: Any) -> Any:
        asked, view, actor = mapping(request), view_of(page), current_actor()
        found = triage.ahead(rt, actor, view, version_of(asked), page_values.digits(asked.get("person")),
                             _whole(asked, "position"), _whole(asked, "count") or 1)  # fmt: skip
        return {"n": asked.get("n"), "people": [shown(rt, actor, view, spot) for spot in found]}

    @registry.callback(
        Output(ids.TRIAGE_DONE, "data", allow_duplicate=True),
        Input(ids.TRIAGE_CHANGE, "data"), State(ids.TRIAGE_VIEW, "data"),
        rule=Rule.RECRUITER, on_error=_failed(ids.TRIAGE_CHANGE), prevent_initial_call=True,
    )  # fmt: skip
    def change(request: Any, page: Any) -> Any:
        asked, does = mapping(request), _undone if mapping(request).get("do") == "undo" else _decided
        return {"n": asked.get("n"), **does(rt, current_actor(), view_of(page), asked)}

    @registry.callback(
        Output(ids.TRIAGE_DONE, "data", allow_duplicate=True),
        Input(ids.TRIAGE_NOTE_REQUEST, "data"), State(ids.TRIAGE_VIEW, "data"),
        on_error=_failed(ids.TRIAGE_NOTE_REQUEST), **answer,
    )  # fmt: skip
    def note(request: Any, page: Any) -> Any:
        asked, view, actor = mapping(request), view_of(page), current_actor()
        candidate_id = page_values.digits(asked.get("person"))
        made = notes.add_note(rt, actor, view.search_id, candidate_id, asked.get("body") or "")
        return {"n": asked.get("n"), "said": mentions.told(made), **card_of(rt, actor, view, candidate_id)}

    for name, given in (
        ("answered", Input(ids.TRIAGE_ANSWER, "data")),
        ("done", Input(ids.TRIAGE_DONE, "data")),
        ("ahead", Input(ids.TRIAGE_AHEAD, "data")),
    ):
        registry.clientside(dash.ClientsideFunction("triage", name), given, prevent_initial_call=True)
    # With an output, though it never writes it: see callbacks/grid.py.
    registry.clientside(
        dash.ClientsideFunction("triage", "mount"),
        Output(ids.TRIAGE_VIEW, "modified_timestamp"),
        Input(ids.TRIAGE_VIEW, "data"),
    )


def shown(rt: Runtime, actor: Actor, view: View, spot: Spot) -> dict[str, Any]:
    """Someone as triage.js keeps them: whose turn it is, where they stand, and their card."""
    return {**spot.as_dict(), **card_of(rt, actor, view, spot.candidate_id)}


def card_of(rt: Runtime, actor: Actor, view: View, candidate_id: int, banner: str = "") -> dict[str, Any]:
    """A card and the snapshot in which it was read, by which a decision about them is judged."""
    search_id, query = view.search_id, view.query_string()
    href = f"/search/{search_id}{query}{'&' if query else '?'}person={candidate_id}"
    try:
        found = person.person(rt, actor, search_id, candidate_id)
    except NotFound:
        return {"person": str(candidate_id), "snapshot": None, "card": page_triage.gone_card(candidate_id)}
    before = collisions.before(rt, actor, search_id, candidate_id, current_zone())
    reasons = ledger.reasons(rt, actor, search_id, candidate_id)
    card = page_triage.person_card(found, before, reasons, href, banner)
    return {"person": str(candidate_id), "snapshot": found.snapshot, "card": card}


def _asked_for(rt: Runtime, actor: Actor, asked: Any, page: Any) -> dict[str, Any]:
    """A step on or back, someone again as they are now, or the beginning once the reader's zone is known."""
    view, candidate_id = view_of(page), page_values.digits(asked.get("person"))
    if asked.get("do") == "begin":
        first = triage.opened(rt, actor, view, None, candidate_id)
        return {"end": 1} if first is None else shown(rt, actor, view, first)
    if asked.get("do") != "step":
        return card_of(rt, actor, view, candidate_id)
    step = -1 if asked.get("step") == -1 else 1
    spot = triage.stepped(rt, actor, view, version_of(asked), candidate_id, step, _whole(asked, "position"))
    return {"end": step} if spot is None else shown(rt, actor, view, spot)


def _decided(rt: Runtime, actor: Actor, view: View, asked: Any) -> dict[str, Any]:
    """What came of a decision. done: whether the person stands now where it put them."""
    candidate_id, snapshot = page_values.digits(asked.get("person")), asked.get("snapshot")
    stage, seen = asked.get("value"), snapshot if is_snapshot(snapshot) else None
    made = triage.decide(rt, actor, view.search_id, candidate_id, stage, asked.get("reason"), seen)
    # Who came before their turn was only fetched; whoever decides has seen them.
    mentions.read_about(rt, actor, candidate_id)
    if made.changed:
        return {"person": str(candidate_id), "done": True, "batch": made.batch_id}
    if made.skipped_gone:
        return {"done": False, "problem": text.TRIAGE_GONE, **card_of(rt, actor, view, candidate_id)}
    if made.unchanged:
        said = text.TRIAGE_ALREADY.format(stage=text.STAGES[str(stage)])
        return {"person": str(candidate_id), "done": True, "batch": None, "said": said}
    banner = text.TRIAGE_DECIDED_NEWER.format(what=_newest(rt, actor, view.search_id, candidate_id))
    return {"done": False, "problem": banner, **card_of(rt, actor, view, candidate_id, banner)}


def _newest(rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int) -> str:
    """What a colleague did here just now, in words."""
    before = collisions.before(rt, actor, search_id, candidate_id, current_zone())
    here = [one for one in before if one.here and one.what == "stage"]
    return sentence(here[0]) if here else text.TRIAGE_NEWER_UNKNOWN


def _undone(rt: Runtime, actor: Actor, view: View, asked: Any) -> dict[str, Any]:
    batch = asked.get("batch")
    back = triage.take_back(rt, actor, view.search_id, None if batch is None else page_values.number(batch))
    said = _told(back.outcome.done)
    if back.candidate_id is None:
        return {"done": True, "said": said}
    return {"done": True, "said": said, **card_of(rt, actor, view, back.candidate_id)}


def _told(done: ChangeResult | None) -> str:
    if done is None:
        return text.TRIAGE_UNDONE_MANY
    return text.TRIAGE_UNDONE if done.changed else text.TRIAGE_UNDO_LEFT


def _failed(store: str) -> OnError:
    """An answer all the same: triage.js waits for one, and says what was wrong."""

    def tell(error: ProductError) -> Any:
        asked = ctx.inputs.get(f"{store}.data")
        if not isinstance(asked, dict):
            return no_update
        return {"n": asked.get("n"), "person": asked.get("person"), "failed": True, "problem": error.message,
                "retry": error.status >= 500}  # fmt: skip

    return tell


def _whole(asked: Any, name: str) -> int | None:
    """A hint of the page; nonsense is none."""
    found = asked.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None
