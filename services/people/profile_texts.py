"""Profiles as a model may be shown them: columns as texts, of some candidates at a time."""

from __future__ import annotations

from collections.abc import Sequence

import sql
from services import db

_Q = sql.queries("screening")


def fetch_profiles(conn: db.Conn, search_id: str, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Candidate id → column → text, as prompts.shown_fields takes it."""
    rows = db.rows(conn, _Q.fetch_profiles, {"ids": list(ids), "search_id": search_id})
    return {row["id"]: {name: text for name, text in row.items() if name != "id" and text} for row in rows}
