"""What an export would hold: how many rows, and its first ones, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composable

import sql
from services import db
from services.access.identity import Actor
from services.exports import export_query, export_targets, export_variants, exports
from services.exports.export_variants import Sheet
from services.grid import result_sets
from services.grid.grid_view import View
from services.runtime import Runtime

ROWS = 10
# People among whom the first rows are looked for: not all have positions, or were brought by a file.
LOOKED_AT = 100
# A look, not the file: more would be read by nobody and sent to everybody.
MOST_COLUMNS = 40
MOST_SIGNS = 120
TTL_S = 300

_Q = sql.queries("exports")
_COUNTS = {"combined": "count_combined", "detailed": "count_detailed"}


@dataclass(frozen=True)
class Preview:
    """people: whom the export is about. rows: in the file. first: at most ROWS of them, cells cut to MOST_SIGNS.

    left_out: columns of the file that are not shown here.
    """

    people: int
    rows: int
    columns: list[str]
    first: list[list[str]]
    left_out: int = 0


def count_people(rt: Runtime, actor: Actor, view: View, version: int | None, raw: Any) -> int:
    """How many people a target means. Raises Forbidden, BadInput."""
    exports.check_allowed(rt, actor, view)
    target = export_targets.read_target(raw)
    if "ids" in target:
        return len(target["ids"])
    total = result_sets.count(rt, actor, view, version).row_count
    if "all" in target:
        return max(0, total - len(target.get("except", ())))
    return sum(max(0, min(end, total) - start) for start, end in target["ranges"])


def preview(
    rt: Runtime, actor: Actor, view: View, version: int | None, raw: Any, variant: Any, columns: Any = None
) -> Preview:
    """The first rows and the number of all. Raises Forbidden, BadInput (target, variant, columns)."""
    key = export_variants.check_variant(variant)
    criteria = exports.more_columns(rt, actor, view)
    names = export_variants.check_columns(key, columns, criteria)
    target = export_targets.read_target(raw)
    people = count_people(rt, actor, view, version, target)
    ids = _first_people(rt, actor, view, version, target)
    found = export_variants.VARIANTS[key]
    with rt.db.connection() as conn:
        given = {"ids": ids, "search_id": str(view.search_id), "limit": ROWS}
        sheet = export_variants.table_of(key, names, criteria) if found.columns else _raw_sheet(conn, given)
        shown = Sheet("", sheet.columns[:MOST_COLUMNS])
        statement = export_query.some_statement(found.rows, shown)
        cursor = conn.cursor(row_factory=tuple_row)
        first = [
            [_shown(cell) for cell in row] for row in cursor.execute(statement.text, {**statement.params, **given})
        ]
        total = people if key == "processed" else _count(rt, conn, actor, view, version, target, key)
    headers = [column.name for column in shown.columns]
    return Preview(people, total, headers, first, len(sheet.columns) - len(headers))


def _first_people(rt: Runtime, actor: Actor, view: View, version: int | None, target: Mapping[str, Any]) -> list[int]:
    if "ids" in target:
        return list(target["ids"][:LOOKED_AT])
    ranges = target.get("ranges", [[0, LOOKED_AT]])
    start, end = ranges[0]
    page = result_sets.fetch_page(rt, actor, view, version, start, min(end, start + LOOKED_AT))
    left_out = set(target.get("except", ()))
    return [int(row["id"]) for row in page.rows if not row.get("deleted") and int(row["id"]) not in left_out]


def _raw_sheet(conn: db.Conn, given: Mapping[str, Any]) -> Sheet:
    keys = export_variants.RawKeys(row["columns"] for row in db.rows(conn, _Q.fetch_file_columns, given))
    found = db.rows(conn, _Q.fetch_raw_keys, {**given, "named": keys.named, "most": keys.most})
    keys.add(row["key"] for row in found)
    return Sheet("", keys.columns())


def _count(
    rt: Runtime, conn: db.Conn, actor: Actor, view: View, version: int | None, target: Mapping[str, Any], variant: str
) -> int:
    if "all" not in target:
        chosen, total = export_targets.people_of(rt, actor, view, version, target), 0
        for ids in chosen.batches():
            total += _counted(conn, variant, SQL(_Q.where_ids), {"ids": ids, "search_id": str(view.search_id)})
        return total
    newest = result_sets.fetch_meta(conn, actor, view).version
    where = view.where()
    if left_out := target.get("except"):
        some = SQL(_Q.where_not_ids).format(where=where.sql())
        return _counted(conn, variant, some, {**where.params, "left_out": left_out})
    # Everyone who may see a search sees the same people in it, so the view and its version are the scope.
    return rt.cache.memo(
        f"export:{variant}:{view.key(newest)}", TTL_S, lambda: _counted(conn, variant, where.sql(), where.params)
    )


def _counted(conn: db.Conn, variant: str, where: Composable, params: Mapping[str, Any]) -> int:
    query = SQL(getattr(_Q, _COUNTS[variant])).format(where=where)
    row = conn.execute(query, params).fetchone()
    return int(row["n"]) if row else 0


def _shown(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= MOST_SIGNS else f"{text[:MOST_SIGNS].rstrip()}…"
