"""What a run imports: the rows of one or several files and sheets, one after the other.

The params of the run name the parts: {"parts": [{"upload_id", "sheet", "options", "file_name"}, …],
"mapping", "columns", "file_name"}. A row's number over the whole import is
`part * PART_STEP + number within the part`: unique, rising, and the same at every reading, so that
it can be a checkpoint; `label()` says it to people.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from services.access.identity import Actor
from services.errors import BadInput, NotFound
from services.imports import import_mapping, import_readers, uploads
from services.imports.import_readers import Options, Row, Shape, Unreadable
from services.runtime import Runtime

PART_STEP = 10_000_000_000
MAX_PARTS = 50

Parts = str | Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Part:
    """One file, or one sheet of a file."""

    upload_id: str
    file_name: str
    file: BinaryIO
    shape: Shape

    @property
    def params(self) -> dict[str, Any]:
        """What the params of a run say of it: the next reading is then the same as this one."""
        return {
            "upload_id": self.upload_id, "file_name": self.file_name, "sheet": self.shape.sheet,
            "options": self.shape.options,
        }  # fmt: skip


class Source:
    """The rows of an import. columns: of all parts, all different; source: where the file comes from, "" to tell by
    its columns."""

    def __init__(self, parts: list[Part], source: str = "") -> None:
        self._parts = parts
        self.columns = columns_of(parts)
        self.source = source or import_mapping.source_of(self.columns)

    def rows(self, after: int = 0) -> Generator[Row, None, None]:
        """The rows with a number above `after`, in rising order; a fresh reading at each call.

        Raises import_readers.Unreadable, also late. Close it when not all of it was taken.
        """
        for place, part in enumerate(self._parts):
            base = number_of(place, 0)
            if after >= base + PART_STEP:
                continue
            with (
                _told_by_place([known.upload_id for known in self._parts], part.upload_id, part.shape.sheet),
                closing(import_readers.rows(part.file, part.shape, max(0, after - base))) as reading,
            ):
                for row in reading:
                    yield row._replace(number=base + row.number) if base else row


@contextmanager
def open_parts(rt: Runtime, actor: Actor, parts: Parts) -> Iterator[list[Part]]:
    """The files of an import, open and examined. parts: as in the params; one upload's id stands for all of it.

    Raises NotFound, import_readers.Unreadable.
    """
    with ExitStack() as stack:
        opened = []
        given = parts_of(parts)
        for part in given:
            upload, file = stack.enter_context(uploads.opened_upload(rt, actor, part["upload_id"]))
            sheet = str(part.get("sheet") or "")
            with _told_by_place([known["upload_id"] for known in given], part["upload_id"], sheet):
                shape = import_readers.examine(file, Options.of(part.get("options") or {}), sheet)
            opened.append(Part(str(part["upload_id"]), upload["file_name"], file, shape))
        yield opened


@contextmanager
def _told_by_place(uploads_given: Sequence[str], upload_id: str, sheet: str) -> Iterator[None]:
    """What is wrong with one of several files or sheets says with which: "File 2 of 3, sheet Leads: …".

    By its place: names of files may be names of people, and messages are kept.
    """
    try:
        yield
    except Unreadable as error:
        files = list(dict.fromkeys(uploads_given))
        place = [f"File {files.index(upload_id) + 1} of {len(files)}"] if len(files) > 1 else []
        named = ", ".join([*place, *([f"sheet {sheet}"] if sheet and len(uploads_given) > 1 else [])])
        raise (Unreadable(f"{named}: {error.message}") if named else error) from error


@contextmanager
def open_source(rt: Runtime, actor: Actor, params: Mapping[str, Any]) -> Iterator[Source]:
    """Everything that a run imports, its files open. Raises NotFound, import_readers.Unreadable."""
    with open_parts(rt, actor, params["parts"]) as parts:
        yield Source(parts, str(params.get("source") or ""))


def parts_of(given: Parts) -> list[Mapping[str, Any]]:
    """The parts of an import as a list. Raises BadInput for what names none."""
    parts = [{"upload_id": given}] if isinstance(given, str) else given
    if not isinstance(parts, Sequence) or not 1 <= len(parts) <= MAX_PARTS:
        raise BadInput(f"An import takes from 1 to {MAX_PARTS} files and sheets.")
    if not all(isinstance(part, Mapping) and isinstance(part.get("upload_id"), str) for part in parts):
        raise NotFound("This file is no longer there. Upload it again.")
    return list(parts)


def columns_of(parts: Sequence[Part]) -> list[str]:
    """The columns of all parts; those of one name are one."""
    return list(dict.fromkeys(column for part in parts for column in part.shape.own_columns))


def name_of(parts: Sequence[Mapping[str, Any]]) -> str:
    """What an import is called: "people.csv", or "people.csv and 2 more"."""
    names = list(dict.fromkeys(str(part["file_name"]) for part in parts))
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def forget_files(rt: Runtime, actor: Actor, params: Mapping[str, Any]) -> None:
    """Delete the files of an import that is done."""
    for upload_id in dict.fromkeys(part["upload_id"] for part in params["parts"]):
        uploads.discard(rt, actor, upload_id)


def number_of(place: int, row: int) -> int:
    """The number over the whole import of a row of one part; places count from 0."""
    return place * PART_STEP + row


def label(params: Mapping[str, Any], number: int) -> str:
    """A row's number in words, from the params of its run."""
    file_name, sheet, row = place_of(params, number)
    parts = params.get("parts") or [{}]
    if len(parts) < 2:
        return f"row {row}"
    return ", ".join([file_name, *([f"sheet {sheet}"] if sheet else []), f"row {row}"])


def place_of(params: Mapping[str, Any], number: int) -> tuple[str, str, int]:
    """File name, sheet ("" for none) and row within them of a row's number."""
    place, row = divmod(number, PART_STEP)
    parts = params.get("parts") or [{}]
    part = parts[min(place, len(parts) - 1)]
    return str(part.get("file_name") or params.get("file_name") or "file"), str(part.get("sheet") or ""), row
