"""Why a rule catches the people that a dry run names: the entry of its list, asked when they are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.sql import SQL

import sql
from services import db
from services.access.identity import Actor
from services.errors import BadInput
from services.filtering import filter_query, filtering, rule_kinds
from services.filtering.rule_kinds import Rule
from services.runtime import Runtime

MOST = 20

_Q = sql.queries("filtering")


@dataclass(frozen=True)
class Caught:
    """The entry that a list rule meets in someone: what it says, and its row."""

    entry: str
    row: int


def sample_entries(
    rt: Runtime, actor: Actor, search_id: UUID, rule: Rule | Mapping[str, Any], ids: Sequence[int]
) -> dict[int, Caught]:
    """By candidate id, of those of the first 20 whom an entry of the rule's list catches, in or out.

    None of a rule without a list, or of who is not on one. Raises BadInput for a rule that cannot be, Forbidden.
    """
    (checked,) = rule_kinds.check_used([rule])
    if checked.list_id is None:
        raise BadInput("Only rules on a list have entries.")
    with rt.db.snapshot() as conn:
        filtering.search_of(conn, actor, search_id)
        lists = filtering.lists_of(conn, actor, [checked])
        judging = filter_query.judging([checked], lists, actor, search_id, scope="these_people")
        query = SQL(_Q.fetch_entries_met).format(ctes=judging.ctes)
        found = db.rows(conn, query, {**judging.params, "ids": list(ids)[:MOST]})
    return {row["id"]: Caught(row["entry"], row["row_number"]) for row in found}
