"""Two profiles become one person, and two again: merging, and Undo of it.

The profile with the lower id survives; which values win is chosen field by field. What the other one
had moves over: addresses, jobs, studies, raw data, and the candidates in every search, with their
stages, tags, notes and verdicts. A merge keeps what it changed, so that it can be taken back exactly;
what somebody changed since then stays as it is (docs/decisions/0005-identity.md).

The order of locks: people (as imports do), profiles by id, candidates by id, the searches' rows by id, those of
comparisons too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import BadInput, Conflict, Forbidden, NotFound
from services.runtime import Runtime
from services.searches.searches import READ_ONLY

# Values that can be chosen; first and last name go with the whole name.
FIELDS = (
    "full_name", "headline", "title", "company", "location", "country", "industry", "email", "phone", "linkedin_url",
    "skills", "years_experience", "summary",
)  # fmt: skip
SIDES = ("a", "b")
BOTH = "both"  # of skills
# Another writer was in the way.
TRIES = 3

NO_PAIR = "This pair does not exist, or you may not see both people."
DECIDED = "A colleague has decided about this pair already. Load the list again."
GONE = "One of the two is not there any more. Load the list again."
SCREENING = "One of them is being screened right now. Merge them when the screening has ended."
BOTH_ARCHIVED = "Both are in {search}, which is archived. Restore it first, then merge them."
ARCHIVED_SINCE = "{search}, where the two became one, was archived since. Restore it first, then take the merge back."
HIDDEN = "a search that is not shared with you (ask an admin)"
NOT_YOURS = "Only the person who merged them, or an admin, can take it back."
ONCE = "This merge was taken back already."
LATER = "This person was merged with someone else since. Take that back first."

_Q = sql.queries("merges")


class Decided(Conflict):
    """Trying again is of no use."""


T = TypeVar("T")


@dataclass(frozen=True)
class Merge:
    """A merge that was done. searches: in how many of them someone was."""

    id: int
    survivor_id: int
    full_name: str
    searches: int


@dataclass(frozen=True)
class Undone:
    """kept: rows that somebody changed since, and that stay so, by table; empty where all is as before."""

    kept: dict[str, int]


def merge(rt: Runtime, actor: Actor, pair_id: int, choices: Mapping[str, str] | None = None) -> Merge:
    """Make one person of a pair. choices: field → "a" or "b" (or "both", of skills).

    A field that is not in choices keeps the survivor's value, or takes the other's where that is blank;
    skills are put together. Raises NotFound for a pair that the actor may not see, Forbidden,
    BadInput, Conflict when someone was there first.
    """
    _check(choices or {})
    return _again(lambda: _merge(rt, actor, pair_id, choices or {}))


def undo(rt: Runtime, actor: Actor, merge_id: int) -> Undone:
    """Make two people of one again. Raises NotFound for a merge of others, Forbidden, Conflict."""
    return _again(lambda: _undo(rt, actor, merge_id))


def dismiss(rt: Runtime, actor: Actor, pair_id: int) -> None:
    """These are two people: the pair is not proposed again. Raises as merge() does."""
    _decide(rt, actor, pair_id, "open", "dismissed")


def reopen(rt: Runtime, actor: Actor, pair_id: int) -> None:
    """Take dismiss() back. Raises as merge() does."""
    _decide(rt, actor, pair_id, "dismissed", "open")


def _merge(rt: Runtime, actor: Actor, pair_id: int, choices: Mapping[str, str]) -> Merge:
    with rt.db.connection() as conn:
        conn.execute(_Q.lock_people)
        pair = _take(conn, actor, pair_id, "open")
        given: dict[str, Any] = {
            "pair_id": pair_id, "survivor": pair["profile_a"], "other": pair["profile_b"],
            "people": [pair["profile_a"], pair["profile_b"]], "actor": actor.user_id,
        }  # fmt: skip
        if len(db.rows(conn, _Q.lock_profiles, given)) < 2:
            raise Decided(GONE)
        _refuse(conn, _Q.find_both_archived, given | actor.params, BOTH_ARCHIVED)
        conn.execute(_Q.keep_own_books)
        members = db.rows(conn, _Q.lock_members, given)
        folds = _folds(members, given["survivor"])
        given |= {"members": [m["id"] for m in members], "folded": [fold[0] for fold in folds]}
        given |= {"own": [fold[1] for fold in folds], "others": [fold[2] for fold in folds]}
        if folds and _found(conn, _Q.find_screening, {"members": given["own"] + given["others"]}):
            raise Decided(SCREENING)
        given["merge_id"] = _id(conn, _Q.insert_merge, given)
        db.run(conn, _Q.keep_before, given)
        _move_profile(conn, given, choices)
        _move_candidates(conn, given)
        for query in (_Q.move_merges, _Q.drop_same_pairs, _Q.move_pairs, _Q.close_pair):
            db.run(conn, query, given)
        searches = {m["search_id"] for m in members}
        db.rows(conn, _Q.lock_searches, {**given, "searches": list(searches)})
        db.run(conn, _Q.delete_profile, given)
        conn.execute(_Q.sync_members, given)
        db.run(conn, _Q.keep_difference, given)
        db.run(conn, _Q.put_vectors_out_of_date, given)
        audit(conn, actor, "people.merge", str(given["survivor"]), merge=given["merge_id"], merged=given["other"],
              folded=len(folds))  # fmt: skip
        _count(conn, given["folded"], -1)
        conn.execute(_Q.bump_searches, {"searches": list(searches)})
    return Merge(given["merge_id"], given["survivor"], given["full_name"], len(searches))


def _move_profile(conn: db.Conn, given: dict[str, Any], choices: Mapping[str, str]) -> None:
    """Values, and what belongs to the profile itself."""
    found = {row["id"]: row for row in db.rows(conn, _Q.fetch_profiles, given)}
    own, other = found[given["survivor"]], found[given["other"]]
    given["taken"] = [field for field in FIELDS if _takes(field, own, other, choices.get(field))]
    given["full_name"] = (other if "full_name" in given["taken"] else own)["full_name"]
    given["both_skills"] = choices.get("skills", BOTH) == BOTH
    given["emails"], given["phones"] = [own["email"], other["email"]], [own["phone"], other["phone"]]
    db.run(conn, _Q.merge_profile, given)
    for query in (
        _Q.keep_sources, _Q.move_archived, _Q.move_urls, _Q.drop_same_positions, _Q.move_positions, _Q.end_positions,
        _Q.drop_same_educations, _Q.move_educations, _Q.join_raw, _Q.move_raw, _Q.move_lookups, _Q.move_contacts,
        _Q.move_matches,
    ):  # fmt: skip
        db.run(conn, query, given)


def _move_candidates(conn: db.Conn, given: dict[str, Any]) -> None:
    if given["own"]:
        for query in (
            _Q.fold_changes, _Q.drop_folded_changes, _Q.drop_older_verdicts, _Q.close_double_exclusions,
            _Q.fold_candidates, _Q.fold_notes, _Q.fold_overrides, _Q.fold_verdicts, _Q.fold_items,
            _Q.fold_enrichment, _Q.fold_exclusions, _Q.fold_flags, _Q.drop_folded,
        ):  # fmt: skip
            db.run(conn, query, given)
    db.run(conn, _Q.move_candidates, given)


def _takes(field: str, own: Mapping[str, Any], other: Mapping[str, Any], choice: str | None) -> bool:
    """Whether the survivor takes the other's value over."""
    blank = other[field] in (None, "", [])
    if own[field] == other[field] or (field == "full_name" and blank):
        return False
    if field == "skills":
        return choice == "b"
    return choice == "b" if choice else own[field] in (None, "") and not blank


def _undo(rt: Runtime, actor: Actor, merge_id: int) -> Undone:
    with rt.db.connection() as conn:
        conn.execute(_Q.lock_people)
        found = db.one(conn, _Q.fetch_merge, {"merge_id": merge_id, **actor.params})
        if found is None:
            raise NotFound(NOT_YOURS)
        if not found["editable"]:
            raise Forbidden(READ_ONLY)
        if found["undone"]:
            raise Decided(ONCE)
        if found["later"]:
            raise Decided(LATER)
        given = {"merge_id": merge_id, "actor": actor.user_id, "members": found["members"]}
        given["people"] = [found["kept_id"], found["merged_id"]]
        _refuse(conn, _Q.find_archived_since, {"folded": found["folded"], **actor.params}, ARCHIVED_SINCE)
        db.rows(conn, _Q.lock_profiles, given)
        db.rows(conn, _Q.lock_members, given)
        conn.execute(_Q.keep_own_books)
        newer_notes = _found(conn, _Q.find_newer_notes, given)
        before = _searches(conn, given)
        db.rows(conn, _Q.lock_searches, {**given, "searches": [*before, *found["folded"]]})
        db.run(conn, _Q.take_back_raw, given)
        kept = {row["place"]: row["kept"] for row in db.rows(conn, _Q.take_back, given)}
        db.run(conn, _Q.take_back_archived, given)
        db.run(conn, _Q.forget_rows, given)
        if newer_notes:
            db.run(conn, _Q.recount_notes, given)
        db.run(conn, _Q.keep_ledger, {**given, "kept": bool(kept.keys() & {"candidates", "exclusions"})})
        conn.execute(_Q.sync_members, given)
        db.run(conn, _Q.mark_undone, given)
        db.run(conn, _Q.put_vectors_out_of_date, given)
        audit(conn, actor, "people.unmerge", str(found["kept_id"]), merge=merge_id, kept=kept)
        _count(conn, _unfolded(conn, found), 1)
        conn.execute(_Q.bump_searches, {"searches": list(before | _searches(conn, given))})
    return Undone(kept)


def _unfolded(conn: db.Conn, merged: Mapping[str, Any]) -> list[UUID]:
    """Folded searches in which the other one is again: a search may be gone by now."""
    there = _searches(conn, {"people": [merged["merged_id"]]})
    return [search_id for search_id in merged["folded"] if search_id in there]


def _decide(rt: Runtime, actor: Actor, pair_id: int, state: str, new: str) -> None:
    with rt.db.connection() as conn:
        _take(conn, actor, pair_id, state)
        db.run(conn, _Q.decide_pair, {"pair_id": pair_id, "state": new, "actor": actor.user_id})
        audit(conn, actor, f"people.{new}", str(pair_id))


def _take(conn: db.Conn, actor: Actor, pair_id: int, state: str) -> dict[str, Any]:
    """The pair, locked, if it is in this state still."""
    pair = db.one(conn, _Q.fetch_pair, {"pair_id": pair_id, **actor.params})
    if pair is None:
        raise NotFound(NO_PAIR)
    if not pair["editable"] and pair["state"] != "merged":
        raise Forbidden(READ_ONLY)
    if pair["state"] != state:
        raise Decided(DECIDED)
    return pair


def _folds(members: list[dict[str, Any]], survivor: int) -> list[tuple[UUID, int, int]]:
    """Searches in which both are: (search, the survivor's candidate, the other's)."""
    own = {m["search_id"]: m["id"] for m in members if m["profile_id"] == survivor}
    return [(m["search_id"], own[m["search_id"]], m["id"]) for m in members
            if m["profile_id"] != survivor and m["search_id"] in own]  # fmt: skip


def _check(choices: Mapping[str, str]) -> None:
    for field, side in choices.items():
        if field not in FIELDS or not (side in SIDES or (field == "skills" and side == BOTH)):
            raise BadInput("A choice is for a field that cannot be chosen. Load the list again.")


def _again(act: Callable[[], T]) -> T:
    """Once more when another writer, an import for one, held what is wanted; our own refusals pass."""
    for _ in range(TRIES - 1):
        try:
            return act()
        except Decided:
            raise
        except Conflict:
            continue
    return act()


def _count(conn: db.Conn, searches: list[UUID], change: int) -> None:
    if searches:
        db.run(conn, _Q.count_members, {"searches": searches, "change": change})


def _searches(conn: db.Conn, given: Mapping[str, Any]) -> set[UUID]:
    return {row["search_id"] for row in db.rows(conn, _Q.fetch_members, given)}


def _refuse(conn: db.Conn, query: str, given: Mapping[str, Any], words: str) -> None:
    """Raises Decided where an archived search is in the way."""
    if (row := db.one(conn, query, given)) is not None:
        said = words.format(search=f"“{row['title']}”" if row["title"] else HIDDEN)
        raise Decided(said[0].upper() + said[1:])


def _found(conn: db.Conn, query: str, given: Mapping[str, Any]) -> bool:
    row = db.one(conn, query, given)
    return bool(row and row["found"])


def _id(conn: db.Conn, query: str, given: Mapping[str, Any]) -> int:
    row = db.one(conn, query, given)
    assert row is not None
    return int(row["id"])
