"""Searches: what holds the people for one role. Listed, made, renamed, shared; archives.py puts them away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

import sql
from services import db
from services.access import addresses
from services.access.identity import Actor, audit
from services.errors import Archived, BadInput, Forbidden
from services.runtime import Runtime

Visibility = Literal["private", "team", "named"]
# What a named person may do: look, or change what is in the search.
MemberRole = Literal["view", "edit"]
# Named people by e-mail address; a bare list of addresses may edit.
Members = Mapping[str, str] | Sequence[str]
MAX_TITLE = 200
MAX_PAGE = 100
MAX_MEMBERS = 200
# One message for what is missing and for what may not be seen, so that ids cannot be probed.
NOT_YOURS = "This search does not exist, is archived, or is not shared with you. Ask its owner."
NOT_OWNED = "Only the search's owner or an admin can do this."
READ_ONLY = "You may look at this search, but not change it. Ask its owner or an admin."
ARCHIVED = "This search is archived; restore it first. It stands under “Archived” in the list of searches."
NO_OWNER = "A search is owned by a recruiter or an admin who is not disabled. Choose someone else."
FROZEN = "This search is being archived: until that is done it can be read, but not changed."

_Q = sql.queries("searches")


@dataclass(frozen=True)
class Search:
    """A search as one person sees it. `editable`: may change what is in it; `owned`: may share and archive it."""

    id: UUID
    title: str
    owner: str
    owner_id: int
    visibility: Visibility
    data_version: int
    profile_count: int
    archived: bool
    created_at: datetime
    editable: bool
    owned: bool


def list_searches(
    rt: Runtime, actor: Actor, *, limit: int = MAX_PAGE, offset: int = 0, archived: bool = False
) -> list[Search]:
    """Searches that the actor may see, newest first; at most 100 at a time."""
    params = actor.params | {"archived": archived, "limit": min(limit, MAX_PAGE), "offset": max(offset, 0)}
    with rt.db.connection() as conn:
        return [_search(row, actor) for row in db.rows(conn, _Q.fetch_searches, params)]


def get_search(rt: Runtime, actor: Actor, search_id: UUID | str) -> Search:
    """One search. Raises Forbidden, with the same message, when it is missing or not to be seen; and when archived."""
    with rt.db.connection() as conn:
        return _get(conn, actor, search_id)


def create_search(
    rt: Runtime, actor: Actor, title: str, visibility: str = "team", members: Members = (), *, source: str = ""
) -> Search:
    """A new search of the actor's. members: the named people, for visibility "named". source: "sample" for sample data.

    Raises Forbidden for viewers, BadInput for a bad title, visibility or address.
    """
    if not actor.may_edit:
        raise Forbidden("Viewers cannot create searches. Ask an admin for another role.")
    params = actor.params | {"title": clean_title(title), "visibility": _visibility(visibility), "source": source}
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.insert_search, params)
        assert row is not None
        _set_members(conn, row["id"], visibility, members)
        audit(conn, actor, "search.create", str(row["id"]), visibility=visibility)
        return _get(conn, actor, row["id"])


def rename_search(rt: Runtime, actor: Actor, search_id: UUID | str, title: str) -> None:
    """Raises BadInput for a bad title, Forbidden unless the actor may change the search."""
    with rt.db.connection() as conn:
        _rename(conn, actor, _get(conn, actor, search_id), title)


def set_visibility(rt: Runtime, actor: Actor, search_id: UUID | str, visibility: str, members: Members = ()) -> None:
    """Who may see it; members are the people for "named". Raises Forbidden unless owner or admin."""
    with rt.db.connection() as conn:
        _share(conn, actor, _get(conn, actor, search_id), visibility, members)


def transfer_search(rt: Runtime, actor: Actor, search_id: UUID | str, owner_id: int) -> None:
    """Another owner; the one before stays on as someone who may edit.

    Raises Forbidden unless owner or admin, BadInput for someone who may own none.
    """
    with rt.db.connection() as conn:
        _transfer(conn, actor, _get(conn, actor, search_id), owner_id)


def edit_search(
    rt: Runtime,
    actor: Actor,
    search_id: UUID | str,
    title: str,
    visibility: str | None = None,
    members: Members = (),
    owner_id: int | None = None,
) -> None:
    """Title, sharing and owner at once, each only where it changes; all or none.

    Raises as rename_search, set_visibility and transfer_search do.
    """
    with rt.db.connection() as conn:
        found = _get(conn, actor, search_id)
        _rename(conn, actor, found, title)
        if visibility is not None and not _shared_so(conn, found, visibility, members):
            _share(conn, actor, found, visibility, members)
        if owner_id is not None and owner_id != found.owner_id:
            _transfer(conn, actor, _get(conn, actor, search_id), owner_id)


def _get(conn: db.Conn, actor: Actor, search_id: UUID | str) -> Search:
    params = actor.params | {"search_id": as_uuid(search_id)}
    row = db.one(conn, _Q.fetch_search, params)
    if row is None:
        raise refusal(conn, actor, params["search_id"])
    return _search(row, actor)


def refusal(conn: db.Conn, actor: Actor, search_id: UUID | str) -> Forbidden:
    """Why a search is not to be read or changed. What the actor may know of has a reason: it is archived, on its way
    there, or for them to look at only; all else gets the one message."""
    hidden = db.one(conn, _Q.fetch_archived, {"search_id": search_id, **actor.params})
    if hidden and hidden["archived"]:
        return Archived(ARCHIVED)
    if hidden and not hidden["frozen"]:
        return Forbidden(READ_ONLY)
    return Forbidden(FROZEN if hidden else NOT_YOURS)


def not_editable(conn: db.Conn, actor: Actor, search_id: UUID | str) -> Forbidden:
    """Why a search that the actor sees is not to be changed."""
    return refusal(conn, actor, search_id) if actor.may_edit else Forbidden(READ_ONLY)


def _search(row: dict[str, Any], actor: Actor) -> Search:
    owned = actor.may_edit and (row["owner_id"] == actor.user_id or actor.role == "admin")
    return Search(owned=owned, **row)


def _rename(conn: db.Conn, actor: Actor, search: Search, title: str) -> None:
    params = actor.params | {"search_id": search.id, "title": clean_title(title)}
    if params["title"] == search.title:
        return
    if db.run(conn, _Q.rename_search, params) == 0:
        raise not_editable(conn, actor, search.id)
    audit(conn, actor, "search.rename", str(search.id))


def _share(conn: db.Conn, actor: Actor, search: Search, visibility: str, members: Members) -> None:
    params = actor.params | {"search_id": search.id, "visibility": _visibility(visibility)}
    if db.run(conn, _Q.update_visibility, params) == 0:
        raise Forbidden(NOT_OWNED)
    _set_members(conn, search.id, visibility, members)
    audit(conn, actor, "search.share", str(search.id), visibility=visibility)


def _shared_so(conn: db.Conn, search: Search, visibility: str, members: Members) -> bool:
    """Whether that is how it is shared already."""
    if visibility != search.visibility or visibility != "named":
        return visibility == search.visibility
    rows = db.rows(conn, _Q.fetch_members, {"search_id": search.id})
    now = {addresses.key(row["email"]): row["role"] for row in rows}
    return now == _wanted(members)


def _transfer(conn: db.Conn, actor: Actor, search: Search, owner_id: int) -> None:
    params = actor.params | {"search_id": search.id, "owner": owner_id, "before": search.owner_id}
    if not search.owned:
        raise Forbidden(NOT_OWNED)
    if owner_id == search.owner_id:
        return
    if db.run(conn, _Q.update_owner, params) == 0:
        raise BadInput(NO_OWNER)
    # Who handed it over goes on working with it; the new owner may end that.
    db.run(conn, _Q.delete_member, {"search_id": search.id, "user_id": owner_id})
    db.run(conn, _Q.insert_former_owner, params)
    audit(conn, actor, "search.transfer", str(search.id), to=owner_id)


def _set_members(conn: db.Conn, search_id: UUID, visibility: str, members: Members) -> None:
    db.run(conn, _Q.clear_members, {"search_id": search_id})
    if visibility != "named":
        return
    wanted = _wanted(members)
    if not wanted:
        raise BadInput("Name at least one colleague by e-mail address, or choose who else may see the search.")
    if len(wanted) > MAX_MEMBERS:
        raise BadInput(f"At most {MAX_MEMBERS} people can be named; share with the team instead.")
    found = db.rows(conn, _Q.insert_members, {
        "search_id": search_id, "emails": list(wanted), "roles": list(wanted.values())})  # fmt: skip
    if unknown := len(wanted) - len(found):
        raise BadInput(f"{unknown} of {len(wanted)} addresses belong to nobody here. Correct them, or add the users.")


def _wanted(members: Members) -> dict[str, str]:
    """Address, as addresses.key() has it → role. Raises BadInput for a role that there is not."""
    given = members if isinstance(members, Mapping) else dict.fromkeys(members, "edit")
    wanted = {addresses.key(email): role for email, role in given.items() if email.strip()}
    if any(role not in get_args(MemberRole) for role in wanted.values()):
        raise BadInput("A named person may look at the search, or change it.")
    return wanted


def clean_title(raw: str) -> str:
    """As kept: one line. Raises BadInput for none, or one that is too long."""
    title = " ".join((raw or "").split())
    if not title:
        raise BadInput("Give the search a title.")
    if len(title) > MAX_TITLE or "\0" in title:
        raise BadInput(f"A title has at most {MAX_TITLE} characters.")
    return title


def _visibility(raw: str) -> str:
    if raw not in get_args(Visibility):
        raise BadInput("A search is seen by the team, by named people, or only by its owner.")
    return raw


def as_uuid(raw: UUID | str) -> UUID:
    """Raises Forbidden for what is no id, as for an id of nothing."""
    try:
        return raw if isinstance(raw, UUID) else UUID(raw)
    except (ValueError, AttributeError, TypeError) as error:
        raise Forbidden(NOT_YOURS) from error
