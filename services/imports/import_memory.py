"""Mappings that the team used before: a file with the same headers is mapped as it was last time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import Actor
from services.imports.import_mapping import FIELDS

_Q = sql.queries("uploads")


@dataclass(frozen=True)
class Remembered:
    """mapping: column → field; who used it last, when, and how often it was used in all."""

    mapping: dict[str, str]
    user_name: str
    used_at: datetime
    uses: int


def recall(conn: db.Conn, columns: Sequence[str]) -> Remembered | None:
    """What is remembered of a file with these columns, in any order."""
    row = db.one(conn, _Q.fetch_mapping, {"fingerprint": fingerprint(columns)})
    if row is None:
        return None
    pairs = zip(sorted(columns), row["fields"], strict=True)
    mapping = {column: field for column, field in pairs if field in FIELDS}
    return Remembered(mapping, row["user_name"] or "", row["used_at"], row["uses"])


def remember(conn: db.Conn, actor: Actor, columns: Sequence[str], mapping: Mapping[str, str]) -> None:
    """For the next file with these columns, whoever brings it."""
    fields = [mapping.get(column) for column in sorted(columns)]
    given = {"fingerprint": fingerprint(columns), "fields": Jsonb(fields), **actor.params}
    db.run(conn, _Q.remember_mapping, given)


def fingerprint(columns: Sequence[str]) -> str:
    """The same for the same headers in another order."""
    return hashlib.sha256(json.dumps(sorted(columns)).encode()).hexdigest()
