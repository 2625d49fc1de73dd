"""E-mails and telephone numbers that vendors gave of a person, with their source and age; and who was asked when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sql
from services import db
from services.people.links import mail_url

_Q = sql.queries("enrichment")


@dataclass(frozen=True)
class Contact:
    """kind: "email" or "phone". type and status as the vendor said, in lower case; "" where it did not.

    own: it is the person's own one, shown with them everywhere.
    """

    kind: str
    value: str
    type: str
    status: str
    source: str
    at: datetime
    own: bool

    @property
    def link(self) -> str | None:
        """None where it must not become a link."""
        return mail_url(self.value) if self.kind == "email" else None


@dataclass(frozen=True)
class Lookup:
    """outcome: "found" or "missed"."""

    vendor: str
    outcome: str
    at: datetime


def contacts_of(conn: db.Conn, profile_id: int) -> tuple[Contact, ...]:
    """At most 50, e-mails first, the newest source first."""
    return tuple(Contact(**row) for row in db.rows(conn, _Q.fetch_contacts, {"profile_id": profile_id}))


def lookups_of(conn: db.Conn, profile_id: int) -> tuple[Lookup, ...]:
    """One of each vendor that was asked, the latest first."""
    return tuple(Lookup(**row) for row in db.rows(conn, _Q.fetch_lookups, {"profile_id": profile_id}))
