"""What people do on the pages besides reading rows, call by call as the browser makes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.web import TIMEOUT_S, Session
from layouts import ids

PERSON = f"..{ids.PERSON_BODY}.children...{ids.PERSON_ANSWER}.data.."
FACET = '..{"key":["MATCH"],"type":"facet"}.children...{"key":["MATCH"],"type":"facet-done"}.data..'
SORT = [{"colId": "full_name", "sort": "asc"}]
FILTER = {"title": {"filterType": "text", "type": "contains", "filter": "engineer"}}


def list_searches(session: Session, search_id: str, candidate_id: int) -> None:
    """The document itself, and the list of searches in it."""
    session.http.get(f"{session.url}/", timeout=TIMEOUT_S).raise_for_status()
    _open(session, "/")


def open_search(session: Session, search_id: str, candidate_id: int) -> None:
    """The page of a search, without its rows."""
    _open(session, f"/search/{search_id}")


def open_person(session: Session, search_id: str, candidate_id: int) -> None:
    """Someone in the drawer, and their place in the view."""
    asked = {"n": 1, "person": str(candidate_id), "step": 0, "position": 0}
    session.call(PERSON, [(ids.PERSON_REQUEST, "data", asked)], [_page(search_id)])


def open_group(session: Session, search_id: str, candidate_id: int) -> None:
    """A group of the filter panel with its counts."""
    key = ids.facet_ask("stage_in")
    session.call(FACET, [(key, "data", {"n": 1, "page": _page(search_id)[2]})])


def show_chips(session: Session, search_id: str, candidate_id: int) -> None:
    """What is filtered, in words."""
    state = _page(search_id)[2] | {"f": {}, "filterModel": FILTER}
    session.call(f"{ids.FILTER_CHIPS}.children", [(ids.VIEW_SHOWN, "data", state)])


def ask_for_news(session: Session, search_id: str, candidate_id: int) -> None:
    """What every open page asks now and then."""
    session.call(f"{ids.VERSION_ANSWER}.data", [(ids.VERSION_REQUEST, "data", {"search_id": search_id})])


# Each takes a session, the search and someone in it.
ACTIONS: dict[str, Callable[[Session, str, int], None]] = {
    "list_searches": list_searches,
    "open_search": open_search,
    "open_person": open_person,
    "open_group": open_group,
    "show_chips": show_chips,
    "ask_for_news": ask_for_news,
}


def visit(session: Session, search_id: str, place: int) -> None:
    """A whole visit: the list, a search, its rows in two orders and one filter, a jump, someone, and the rest."""
    list_searches(session, search_id, 0)
    open_search(session, search_id, 0)
    first = session.rows(search_id, 0)["rowData"]
    session.rows(search_id, 0, sort=SORT)
    session.rows(search_id, place, sort=SORT)
    session.rows(search_id, 0, filters=FILTER)
    for act in (open_person, open_group, show_chips, ask_for_news):
        act(session, search_id, int(first[0]["id"]))


def _open(session: Session, path: str) -> None:
    session.call(f"{ids.PAGE}.children", [(ids.URL, "pathname", path)], [(ids.URL, "search", "")])


def _page(search_id: str) -> tuple[str, str, dict[str, Any]]:
    state = {"search_id": search_id, "version": None, "status": "all", "q": "", "f": {}, "sort": []}
    return ids.GRID_VIEW, "data", state
