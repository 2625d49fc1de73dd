"""Do not contact: who is on such a list is marked, asked no vendor about, and left out of exports.

Every list of the kind counts, whoever made it: that someone wants to be left alone holds for the whole team. Asked anew
each time, so that a list that changes holds at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import sql
from services import db

_Q = sql.queries("contact")


def listed(conn: db.Conn, people: Sequence[int]) -> set[int]:
    """Of some people (ids of profiles) those who are on such a list. Costs next to nothing where there is none."""
    if not people or not _any(conn):
        return set()
    return {row["id"] for row in db.rows(conn, _Q.fetch_listed, {"people": list(people)})}


def not_exported(conn: db.Conn, ids: Sequence[int]) -> set[int]:
    """Of some candidates those whom no export holds: who is on such a list, unless an admin wants them there."""
    if not ids or not _any(conn):
        return set()
    wanted = db.one(conn, _Q.fetch_export_listed)
    if wanted and wanted["export_listed"]:
        return set()
    return {row["id"] for row in db.rows(conn, _Q.fetch_listed_candidates, {"ids": list(ids)})}


def may_be_enriched(conn: db.Conn, people: Sequence[int]) -> list[int]:
    """Of some people, in their order, those whom a vendor may be asked about."""
    left_alone = listed(conn, people)
    return [person for person in people if person not in left_alone]


def _any(conn: db.Conn) -> bool:
    row = db.one(conn, _Q.any_listed)
    return bool(row and row["found"])
