"""What people write about someone by hand: it stays, whatever files and vendors say, until a person takes it back.

An edit is an action of a search, so that it stands in its history and Undo takes it; the value is the person's, in
every search. What the sources say of the field meanwhile is kept beside it (profile_fields.kept_value), by imports and
enrichments too, and takes its place again when a person says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.decisions import change_rows
from services.decisions.change_rows import Counts
from services.errors import BadInput, Conflict, NotFound
from services.imports.import_rows import EMAIL, LIMITS, clean, phone_key
from services.people.person import GONE
from services.people.profile_values import FIELDS, LABELS, Origin, put
from services.privacy import suppression
from services.runtime import Runtime
from services.searches.searches import not_editable, refusal

# The action of a batch, and its value where the source's value was given back.
ACTION, TO_SOURCE = "edit", "source"
NOTHING = "Nothing is different from what was there. Change a field first."
NOT_AN_EMAIL = "That is not an e-mail address: write it like name@company.com, or leave it empty."
TOO_LONG = "The {field} has at most {most} characters; this one has {length}."
MEANWHILE = "The {fields} changed meanwhile, so nothing was saved. Open this person again, then make your change."
ERASED = "This {field} is of someone who was erased on request, so it is not kept here."
NO_EDIT = "This field has its source's value already."

_Q = sql.queries("profile_edits")


@dataclass(frozen=True)
class Edited:
    """What an edit did: the fields that changed; the search's version before and after it. Undo takes batch_id."""

    fields: tuple[str, ...]
    batch_id: int
    version_before: int
    version_after: int


def save(
    rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int, typed: Mapping[str, Any], shown: Mapping[str, Any]
) -> Edited:
    """Write fields by hand. typed: field → text, "" for nothing; shown: what stood there when the form was opened, so
    that what somebody else changed since is not overwritten unseen.

    Raises BadInput for what cannot be kept or says nothing new, Conflict for what changed meanwhile, Forbidden,
    NotFound for who is gone. Nothing is written then.
    """
    values = {
        field: _checked(field, typed[field])
        for field in FIELDS
        if field in typed and _text(typed[field]) != _text(shown.get(field))
    }
    with rt.db.connection() as conn:
        person = _lock(conn, actor, search_id, candidate_id)
        values = {field: value for field, value in values.items() if value != person[field]}
        if not values:
            raise BadInput(NOTHING)
        stale = [LABELS[field] for field in values if _text(person[field]) != _text(shown.get(field))]
        if stale:
            raise Conflict(MEANWHILE.format(fields=" and ".join(stale)))
        _must_be_nobodys(conn, rt, person["full_name"], values)
        return _write(conn, actor, search_id, candidate_id, person, values, manual=True)


def back_to_source(rt: Runtime, actor: Actor, search_id: UUID, candidate_id: int, field: Any) -> Edited:
    """The source's value takes the place of the one by hand. Raises as save()."""
    if field not in FIELDS:
        raise BadInput("There is no such field.")
    with rt.db.connection() as conn:
        person = _lock(conn, actor, search_id, candidate_id)
        origin = Origin.of(conn, person["id"], field, person[field])
        if not origin.is_manual:
            raise BadInput(NO_EDIT)
        return _write(conn, actor, search_id, candidate_id, person, {field: origin.kept_value}, manual=False)


def take_back(
    conn: db.Conn, actor: Actor, search_id: UUID, ids: Sequence[int], fields: Sequence[str], undoes: int, batch_id: int
) -> Counts:
    """What apply_undo() of change_rows is for other fields: where the field still is as the batch left it."""
    counts, touched = Counts(), set[UUID]()
    for candidate_id in ids:
        try:
            person = _lock(conn, actor, search_id, candidate_id)
        except NotFound:
            counts += Counts(skipped_gone=1)
            continue
        given = {"undoes": undoes, "candidate_id": candidate_id}
        found = {field: db.one(conn, _Q.fetch_change, {**given, "field": field}) for field in fields}
        changes = {field: change for field, change in found.items() if change is not None}
        same = {field: change for field, change in changes.items() if change["new"] == person[field]}
        for field, change in sorted(same.items()):
            now = _restore(conn, actor, person, undoes, field, change)
            _note(conn, batch_id, candidate_id, field, person[field], now)
        counts += Counts(changed=min(1, len(same)), skipped_changed=min(1, len(changes) - len(same)))
        touched |= _synced(conn, person["id"])
    if counts.changed:
        change_rows.add_to_batch(conn, batch_id, counts.changed)
        # The caller bumps its own search last; all of them are locked in one order before.
        db.rows(conn, _Q.lock_searches, {"searches": sorted({*touched, search_id})})
        db.rows(conn, _Q.bump_searches, {"searches": sorted(touched - {search_id})})
    return counts


def _restore(
    conn: db.Conn, actor: Actor, person: Mapping[str, Any], undoes: int, field: str, change: Mapping[str, Any]
) -> str:
    """A field as it was before a batch: what somebody had written, or what its source says, by now perhaps something
    newer than there was. change: of fetch_change. Returns what it is then."""
    origin, value = Origin.of(conn, person["id"], field, person[field]), str(change["old"])
    before = db.one(conn, _Q.fetch_before, {"profile_id": person["id"], "undoes": undoes, "field": field})
    if before is not None and not before["to_source"] and before["new"] == value:
        put(conn, person["id"], field, value, origin.written(before["user_id"], before["created_at"]))
        return value
    if change["to_source"]:
        # Who had written what was there is not known any more.
        put(conn, person["id"], field, value, origin.written(actor.user_id))
        return value
    put(conn, person["id"], field, origin.kept_value, origin.unlocked())
    return origin.kept_value


def _write(
    conn: db.Conn, actor: Actor, search_id: UUID, candidate_id: int, person: Mapping[str, Any],
    values: Mapping[str, str], *, manual: bool,
) -> Edited:  # fmt: skip
    batch_id = change_rows.insert_batch(conn, actor, search_id, ACTION, "" if manual else TO_SOURCE)
    for field, value in values.items():
        origin = Origin.of(conn, person["id"], field, person[field])
        put(conn, person["id"], field, value, origin.written(actor.user_id) if manual else origin.unlocked())
        _note(conn, batch_id, candidate_id, field, person[field], value)
    change_rows.add_to_batch(conn, batch_id, 1)
    audit(conn, actor, "person.edit", str(candidate_id), fields=list(values), manual=manual)
    searches = sorted({*_synced(conn, person["id"]), search_id})
    db.rows(conn, _Q.lock_searches, {"searches": searches})
    db.rows(conn, _Q.bump_searches, {"searches": [one for one in searches if one != search_id]})
    after = change_rows.bump_version(conn, search_id)
    return Edited(tuple(values), batch_id, after - 1, after)


def _lock(conn: db.Conn, actor: Actor, search_id: UUID, candidate_id: int) -> dict[str, Any]:
    """The person as they are now, held until the transaction ends. Raises Forbidden, NotFound."""
    given = {"search_id": search_id, "candidate_id": candidate_id, **actor.params}
    row = db.one(conn, _Q.fetch_person, given)
    if row is None:
        raise refusal(conn, actor, search_id)
    if not row["editable"]:
        raise not_editable(conn, actor, search_id)
    person = db.one(conn, _Q.lock_person, {**given, "profile_id": row["profile_id"]}) if row["id"] else None
    if person is None:
        raise NotFound(GONE)
    db.rows(conn, _Q.lock_candidates, {"profile_id": person["id"]})
    conn.execute(_Q.keep_own_books)
    return person


def _note(conn: db.Conn, batch_id: int, candidate_id: int, field: str, old: str, new: str) -> None:
    db.run(conn, _Q.insert_change, {
        "batch_id": batch_id, "candidate_id": candidate_id, "field": field, "old": old, "new": new})  # fmt: skip


def _synced(conn: db.Conn, profile_id: int) -> set[UUID]:
    row = db.one(conn, _Q.sync_members, {"profile_id": profile_id})
    return set(row["searches"]) if row else set()


def _checked(field: str, raw: Any) -> str:
    """As a column keeps it. Raises BadInput."""
    value = _text(raw)
    if len(value) > LIMITS[field]:
        raise BadInput(TOO_LONG.format(field=LABELS[field], most=LIMITS[field], length=len(value)))
    if field == "email" and value and not EMAIL.match(value):
        raise BadInput(NOT_AN_EMAIL)
    return value


def _text(raw: Any) -> str:
    return clean(raw) if isinstance(raw, str) else ""


def _must_be_nobodys(conn: db.Conn, rt: Runtime, full_name: str, values: Mapping[str, str]) -> None:
    """Raises BadInput for an e-mail or a telephone number of someone who was erased."""
    for field, known in (("email", values.get("email", "").lower()), ("phone", phone_key(values.get("phone", "")))):
        if known and suppression.is_erased(conn, rt.settings, field, known, full_name):
            raise BadInput(ERASED.format(field=LABELS[field]))
