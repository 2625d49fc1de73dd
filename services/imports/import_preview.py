"""What a person sees before an import: how the files are read, what their columns are, the first rows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from services.access.identity import Actor
from services.imports import import_guess, import_memory, import_readers, import_source
from services.imports.import_guess import Guess
from services.imports.import_mapping import field_of
from services.imports.import_readers import Row, Shape
from services.imports.import_rows import clean
from services.imports.import_source import Part, Parts
from services.runtime import Runtime

ROWS = 10
CELL = 200
SAMPLES = 3


@dataclass(frozen=True)
class FileShown:
    """One upload: how it is read, and which of its sheets are."""

    upload_id: str
    file_name: str
    shape: Shape
    sheets: tuple[str, ...]


@dataclass(frozen=True)
class ColumnShown:
    """A column, up to three different values of it, and what it probably is."""

    name: str
    samples: list[str]
    guess: Guess | None


@dataclass(frozen=True)
class RowShown:
    """A row: where it stands, its cells in the order of the columns, and what is wrong with it."""

    label: str
    cells: list[str]
    problem: str


@dataclass(frozen=True)
class Preview:
    """rows: at most 10. header_known: whether each file's header has a name that is known, or it has none;
    else it may be somebody's data. used_by, used_at, uses: of a remembered mapping, None and 0 when there is none."""

    files: list[FileShown]
    columns: list[ColumnShown]
    rows: list[RowShown]
    header_known: bool = True
    used_by: str = ""
    used_at: datetime | None = None
    uses: int = 0
    mapping: dict[str, str] = field(default_factory=dict)


def preview(rt: Runtime, actor: Actor, parts: Parts, before: Sequence[tuple[str, str | None]] = ()) -> Preview:
    """Look at uploads. before: column → field as a person has them on the page, see import_guess.keep.

    Raises import_readers.Unreadable with a reason, NotFound, BadInput.
    """
    with import_source.open_parts(rt, actor, parts) as opened:
        columns = import_source.columns_of(opened)
        found = _first_rows(opened)
    if not found:
        raise import_readers.Unreadable(import_readers.NO_ROWS)
    params = {"parts": [part.params for part in opened]}
    shown = [
        RowShown(
            import_source.label(params, number),
            [clean(row.values.get(column), CELL) for column in columns] if not row.problem else [],
            row.problem,
        )
        for number, row in found
    ]
    samples = {column: _samples(shown, place) for place, column in enumerate(columns)}
    with rt.db.connection() as conn:
        remembered = import_memory.recall(conn, columns)
    if remembered:
        guesses = {column: Guess(field, "remembered", 100) for column, field in remembered.mapping.items()}
    else:
        guesses = import_guess.guess(columns, samples)
    if before:
        guesses = import_guess.keep(columns, guesses, before)
    return Preview(
        _files(opened),
        [ColumnShown(column, samples[column][:SAMPLES], guesses.get(column)) for column in columns],
        shown,
        remembered is not None or all(map(_header_known, opened)),
        remembered.user_name if remembered else "",
        remembered.used_at if remembered else None,
        remembered.uses if remembered else 0,
        {column: known.field for column, known in guesses.items()},
    )


def _first_rows(parts: Sequence[Part]) -> list[tuple[int, Row]]:
    """The first rows, some of each part; with their numbers over all parts."""
    each = max(1, ROWS // len(parts))
    found: list[tuple[int, Row]] = []
    for place, part in enumerate(parts):
        wanted = min(each, ROWS - len(found))
        if wanted <= 0:
            break
        with closing(import_readers.rows(part.file, part.shape, first=wanted)) as reading:
            found += [(import_source.number_of(place, row.number), row) for row in reading]
    return found


def _files(parts: Sequence[Part]) -> list[FileShown]:
    files: dict[str, FileShown] = {}
    for part in parts:
        known = files.get(part.upload_id)
        sheets = (*known.sheets, part.shape.sheet) if known else (part.shape.sheet,)
        files[part.upload_id] = FileShown(
            part.upload_id, part.file_name, known.shape if known else part.shape, tuple(filter(None, sheets))
        )
    return list(files.values())


def _header_known(part: Part) -> bool:
    shape = part.shape
    return not shape.header_row or shape.kind not in ("csv", "xlsx") or any(map(field_of, shape.columns))


def _samples(rows: Sequence[RowShown], place: int) -> list[str]:
    return list(dict.fromkeys(row.cells[place] for row in rows if row.cells and row.cells[place]))
