"""The rows of an export as Postgres writes them: lines of CSV or JSON that never become Python values.

A COPY whose cells are formatted by the server costs about what a plain COPY does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal, Placeholder

import sql
from services import db
from services.exports.export_variants import Column, Sheet

# Between the texts of a list, where a column of lists is made of them again.
UNIT = "\x1f"
# The rows that files brought.
RAW_ROWS = "rows_combined"
_Q = sql.queries("exports")
_COMMENT = re.compile(r"^--.*$", re.MULTILINE)


@dataclass(frozen=True)
class Style:
    """How cells are written. safe: the SQL function for texts. list_separator: between the texts of a list.

    quoted: quotes around every text. parsed: whether an import also takes cells for lists and objects.
    """

    safe: str
    list_separator: str = ", "
    quoted: bool = False
    parsed: bool = True


GUARDED = Style("sx_guard")
RAW_GUARDED = Style("sx_guard", quoted=True)
TABLE = Style("sx_keep", list_separator=UNIT)
WORKBOOK = Style("sx_keep")
OBJECTS = Style("sx_keep", parsed=False)


@dataclass(frozen=True)
class Statement:
    """A query with its params, but for the people: ids and search_id."""

    text: Composed
    params: dict[str, Any]


def csv_statement(rows: str, sheet: Sheet, style: Style) -> Statement:
    """Lines of CSV, without headers. rows: the name of the query they come from."""
    cells, params = _cells(sheet.columns, style)
    if len(cells) == 1:
        # To programs a line with nothing in it is no row. Arrow, which tells NULL from "", gets one more cell.
        cells = [_fragment("cell_filled", cell=cells[0])] if style.safe == GUARDED.safe else [cells[0], SQL("1")]
    quotes = _fragment("quote_all") if style.quoted else SQL("")
    text = _fragment("copy_csv", cells=SQL(", ").join(cells), rows=_rows(rows, sheet), kept=_kept(sheet), quotes=quotes)
    return Statement(text, params)


def json_statement(rows: str, sheet: Sheet) -> Statement:
    """Objects, one a line; what files brought is given as it came, with where from and when under the sheet's names."""
    if rows == RAW_ROWS:
        names = {column.reads: Literal(column.name) for column in sheet.columns}
        text = _fragment(
            "copy_raw_json", rows=_rows(rows, sheet), from_name=names["imported_from"], at_name=names["imported_at"]
        )
        return Statement(text, {})
    # Lists, numbers and yes or no are JSON's own.
    own = {"list": "kept_list", "flag": "cell_plain"}
    cells = [_cell(column, own.get(column.kind), OBJECTS, {}) for column in sheet.columns]
    named = [
        _fragment("named", cell=cell, column=Identifier(column.chosen_by))
        for cell, column in zip(cells, sheet.columns, strict=True)
    ]
    text = _fragment("copy_json", cells=SQL(", ").join(named), rows=_rows(rows, sheet), kept=_kept(sheet))
    return Statement(text, {})


def some_statement(rows: str, sheet: Sheet) -> Statement:
    """The first rows, cells as texts (or None): params also want a limit."""
    cells, params = _cells(sheet.columns, Style("sx_keep"))
    text = _fragment("fetch_some", cells=SQL(", ").join(cells), rows=_rows(rows, sheet), kept=_kept(sheet))
    return Statement(text, params)


def lines(conn: db.Conn, statement: Statement, ids: list[int], search_id: str) -> Iterator[bytes]:
    """The rows of these people, one at a time, each with its line end."""
    given = {**statement.params, "ids": ids, "search_id": search_id}
    with conn.cursor().copy(statement.text, given) as copy:
        for line in copy:
            yield bytes(line)


def _cells(columns: tuple[Column, ...], style: Style) -> tuple[list[Composable], dict[str, Any]]:
    params: dict[str, Any] = {}
    return [_cell(column, None, style, params) for column in columns], params


def _cell(column: Column, fragment: str | None, style: Style, params: dict[str, Any]) -> Composable:
    if column.made_by is not None:
        return column.made_by
    # Keys of files are values, never part of a query's text.
    if column.kind in ("raw", "raw_rest"):
        name = f"key_{len(params)}"
        params[name] = column.reads if column.kind == "raw" else list(params.values())
        return _fragment(f"cell_{column.kind}", key=Placeholder(name), safe=SQL(style.safe))
    if column.kind in ("verdict", "evidence"):
        parsed = "_of_text" if style.parsed and column.kind == "evidence" else ""
        return _fragment(f"cell_{column.kind}{parsed}", field=Literal(column.reads), safe=SQL(style.safe))
    known = {
        "text": "cell_of_text" if style.parsed else "cell_text",
        "list": "cell_list" if style.list_separator == UNIT else "cell_of_list",
        "flag": "cell_flag", "moment": "cell_moment",
    }  # fmt: skip
    own = Identifier(column.reads)
    return _fragment(
        fragment or known.get(column.kind, "cell_plain"),
        safe=SQL(style.safe), column=own, separator=Literal(style.list_separator),
        kept=_fragment("kept_list", column=own),
    )  # fmt: skip


def _kept(sheet: Sheet) -> Composable:
    return _fragment("kept_kind", kind=Literal(sheet.only)) if sheet.only else _fragment("kept_all")


def _rows(name: str, sheet: Sheet) -> Composable:
    """The rows; with people's verdicts where a column shows them, read once a person."""
    if any(column.kind in ("verdict", "evidence") for column in sheet.columns):
        return _fragment("rows_with_verdicts", rows=_fragment(name))
    return _fragment(name)


def _fragment(name: str, **parts: Composable) -> Composed:
    return _template(name).format(**parts)


@cache
def _template(name: str) -> SQL:
    return SQL(_COMMENT.sub("", getattr(_Q, name)))
