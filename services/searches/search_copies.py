"""A copy of a search: what one set up, without the people and without what was done to them.

Copied are the job description, the newest criteria, sets of rules (and the rules that were applied last), saved views,
and, where one asks for it, who may see it. Not copied: people, stages, notes, tags, verdicts and scores, jobs, exports,
schedules of launches, and money: budgets are of people and months, and what was spent stays with the original.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import Forbidden
from services.grid.saved_views import MOST_OF_ONE
from services.runtime import Runtime
from services.searches import searches
from services.searches.searches import MAX_TITLE, NOT_YOURS, Search, as_uuid

VIEWERS = "Viewers cannot create searches. Ask an admin for another role."
COPY_OF = "Copy of {title}"
# What the rules that were applied last are called in the copy.
APPLIED_NAME = "As applied in the original"

_Q = sql.queries("search_history")


@dataclass(frozen=True)
class Copied:
    """The copy, and how many criteria, sets of rules and saved views it has."""

    search: Search
    criteria: int
    rule_sets: int
    views: int


def suggested_title(title: str) -> str:
    """What a copy is called unless someone says otherwise."""
    return COPY_OF.format(title=title)[:MAX_TITLE].rstrip()


def title_of(rt: Runtime, actor: Actor, search_id: UUID | str) -> str:
    """The original's title, for the question. Raises Forbidden for one that the actor may not know of, and viewers."""
    with rt.db.connection() as conn:
        return str(_source(conn, actor, search_id)["title"])


def duplicate(rt: Runtime, actor: Actor, search_id: UUID | str, title: str, *, shared: bool = False) -> Copied:
    """Copy a search that the actor may know of, archived or not; the copy is the actor's own.

    shared: whoever may see the original may see the copy, else only the actor. All or none. Raises Forbidden, BadInput
    for a bad title.
    """
    title = searches.clean_title(title)
    with rt.db.connection() as conn:
        source = _source(conn, actor, search_id)
        visibility = _visibility(source["visibility"], shared, source["user_id"] == actor.user_id)
        given = {
            "search_id": source["id"], "owner_id": source["user_id"], "title": title, "visibility": visibility,
            "job_description": source["job_description"], "source_url": source["source_url"],
            "applied_name": APPLIED_NAME, "most": MOST_OF_ONE, **actor.params,
        }  # fmt: skip
        made = db.one(conn, _Q.insert_copy, given)
        assert made is not None
        given["copy_id"] = made["id"]
        if visibility == "named":
            db.run(conn, _Q.copy_members, given)
        criteria, rule_sets, views = (_copied(conn, query, given) for query in
                                      (_Q.copy_rubric, _Q.copy_rule_sets, _Q.copy_views))  # fmt: skip
        audit(conn, actor, "search.copy", str(made["id"]), of=str(source["id"]), visibility=visibility)
    return Copied(searches.get_search(rt, actor, made["id"]), criteria, rule_sets, views)


def _source(conn: db.Conn, actor: Actor, search_id: UUID | str) -> dict[str, object]:
    found = db.one(conn, _Q.fetch_source, {"search_id": as_uuid(search_id), **actor.params})
    if found is None:
        raise Forbidden(NOT_YOURS)
    if not actor.may_edit:
        raise Forbidden(VIEWERS)
    return found


def _visibility(original: object, shared: bool, own: bool) -> str:
    """As the original's where that is wanted. A private one of somebody else's, which an admin copies, is shared with
    its owner alone."""
    if not shared:
        return "private"
    return "named" if original == "private" and not own else str(original)


def _copied(conn: db.Conn, query: str, given: dict[str, object]) -> int:
    row = db.one(conn, query, given)
    return int(row["copied"]) if row else 0
