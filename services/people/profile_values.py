"""Values of a person that somebody may write by hand, and where each comes from; read and written together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import sql
from services import db
from services.access.identity import Actor

FIELDS = ("title", "company", "headline", "location", "country", "industry", "email", "phone")
LABELS = {
    "title": "title", "company": "company", "headline": "headline", "location": "location", "country": "country",
    "industry": "industry", "email": "e-mail", "phone": "phone",
}  # fmt: skip
MANUAL = "manual"

_Q = sql.queries("profile_edits")


@dataclass(frozen=True)
class Edit:
    """A field that has a value by hand. editor: None where nobody knows; own: the actor's. source: what it had, or
    says by now, and since when."""

    field: str
    editor: str | None
    own: bool
    at: datetime
    source_value: str
    source: str
    source_at: datetime


@dataclass(frozen=True)
class Origin:
    """Where a value comes from. source None: from when the person was first seen.

    is_manual: a person wrote it (editor, at); kept_: what the sources say of it.
    """

    is_manual: bool = False
    source: str | None = None
    at: datetime | None = None
    editor: int | None = None
    kept_value: str = ""
    kept_source: str | None = None
    kept_at: datetime | None = None

    @classmethod
    def of(cls, conn: db.Conn, profile_id: int, field: str, value: str = "") -> Origin:
        """value: what the field has now, which is what is kept when a person writes another one."""
        found = db.rows(conn, _Q.fetch_origins, {"profile_id": profile_id, "fields": [field]})
        if not found:
            return cls(kept_value=value)
        row = found[0]
        if row["source"] != MANUAL:
            return cls(False, row["source"], row["at"], None, value, row["source"], row["at"])
        kept = row["kept_value"] or "", row["kept_source"], row["kept_at"]
        return cls(True, MANUAL, row["at"], row["edited_by"], *kept)

    def written(self, editor: int, at: datetime | None = None) -> Origin:
        """By hand. at: None for now. What the sources say is kept."""
        return replace(self, is_manual=True, source=MANUAL, editor=editor, at=at)

    def unlocked(self) -> Origin:
        """The sources' again."""
        return replace(self, is_manual=False, source=self.kept_source, at=self.kept_at, editor=None)


def edits_of(conn: db.Conn, actor: Actor, profile_id: int) -> tuple[Edit, ...]:
    """What of someone was written by hand."""
    found = db.rows(conn, _Q.fetch_edits, {"profile_id": profile_id, **actor.params})
    edits = [Edit(**row | {"source_value": row["source_value"] or ""}) for row in found if row["field"] in FIELDS]
    return tuple(sorted(edits, key=lambda one: FIELDS.index(one.field)))


def put(conn: db.Conn, profile_id: int, field: str, value: str, origin: Origin) -> None:
    """A value with its origin, in a transaction that holds the person and keeps its own books (keep_own_books)."""
    db.run(conn, _Q.update_profile, {**dict.fromkeys(FIELDS), field: value, "profile_id": profile_id})
    given = {"profile_id": profile_id, "field": field, "at": origin.at}
    if origin.is_manual:
        db.run(conn, _Q.upsert_manual, {
            **given, "editor": origin.editor, "kept_value": origin.kept_value, "kept_source": origin.kept_source,
            "kept_at": origin.kept_at})  # fmt: skip
    elif origin.source is not None:
        db.run(conn, _Q.upsert_source, {**given, "source": origin.source})
    else:
        db.run(conn, _Q.delete_origin, given)
