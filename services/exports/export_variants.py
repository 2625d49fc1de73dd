"""What an export can hold: its variants, their sheets and columns. Pure.

processed   one row a person: the profile, how it was filtered and screened, and two columns for each criterion
combined    what files and vendors brought, as it came: one row for each source of each person
detailed    one row for each position and one for each verdict

Headers are the names that the grid and the importer know, so that a file that was exported can be
imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psycopg.sql import Composable

from services.errors import BadInput

Kind = Literal[
    "text", "word", "list", "flag", "number", "integer", "moment", "date", "raw", "raw_rest", "verdict", "evidence"
]

# "text" may hold anything; "word" is one of a few that the product itself writes, so it is never a formula.
# Postgres selects at most 1,664 columns; what files brought beyond these stands in one more, as JSON.
MOST_RAW = 1_000
# As many of the others are named in a report.
MOST_NAMED = 3
RAW_REST = "more columns (JSON)"


@dataclass(frozen=True)
class Column:
    """name: the header. source: the column of the rows' query, or the key in what a file brought.

    choice: by what it is chosen, where that is not its name. made_by: SQL over a row r, for what no query has.
    """

    name: str
    kind: Kind = "text"
    source: str = ""
    choice: str = ""
    made_by: Composable | None = None

    @property
    def chosen_by(self) -> str:
        return self.choice or self.name

    @property
    def reads(self) -> str:
        return self.source or self.name


@dataclass(frozen=True)
class Sheet:
    """A table of a variant. only: rows of this kind, where the variant's rows are of several."""

    label: str
    columns: tuple[Column, ...]
    only: str = ""


@dataclass(frozen=True)
class Variant:
    """rows: the query of sql/exports.sql. sheets: how a workbook shows them; other files hold one table."""

    key: str
    rows: str
    columns: tuple[Column, ...]
    sheets: tuple[Sheet, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def _columns(names: str, kind: Kind = "text") -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name in names.split())


_PEOPLE = (
    *_columns("full_name first_name last_name title company location country industry headline email phone"),
    Column("linkedin_url"), Column("skills", "list"), Column("years_experience", "number"),
    *_columns("current_tenure_months average_tenure_months", "integer"), Column("score", "number"),
    *_columns("fit stage filter_status", "word"), Column("tags", "list"), Column("note_count", "integer"),
    Column("source"),
    Column("has_email", "flag"), *_columns("added_at screened_at", "moment"), Column("summary"), Column("verdicts"),
    *_columns("exclusion_reason exclusion_entry excluded_by"), Column("excluded_at", "moment"),
)  # fmt: skip
_WHO = _columns("full_name linkedin_url email")
_POSITION = (
    *_columns("title company location"), *_columns("started_on ended_on", "date"), Column("is_current", "flag"),
    Column("description"),
)  # fmt: skip
_VERDICT = (
    Column("criterion"),
    *_columns("criterion_kind verdict", "word"),
    Column("person_verdict", "word", "decided"),
    *_columns("evidence_field evidence_quote model"),
    Column("decided_at", "moment"),
)
_PROVENANCE: tuple[tuple[str, Kind], ...] = (("imported_from", "text"), ("imported_at", "moment"))

VARIANTS: dict[str, Variant] = {
    variant.key: variant
    for variant in (
        Variant("processed", "rows_processed", _PEOPLE, (Sheet("People", _PEOPLE),)),
        # Its columns are those of the files: RawKeys.
        Variant("combined", "rows_combined", (), ()),
        Variant(
            "detailed",
            "rows_detailed",
            (Column("kind", "word"), *_WHO, *_POSITION, *_VERDICT),
            (Sheet("Positions", (*_WHO, *_POSITION), "position"), Sheet("Verdicts", (*_WHO, *_VERDICT), "verdict")),
        ),
    )
}


def criterion_columns(criteria: Iterable[tuple[str, str]]) -> tuple[Column, ...]:
    """(field, title) of criteria → a column for the verdict that counts and one for its evidence, each.

    They are chosen by the field of the grid, with _evidence for the second, so that they may be called otherwise later.
    """
    found: list[Column] = []
    taken: set[str] = set()
    for field, title in criteria:
        found.append(Column(_free(f"criterion: {title}", taken), "verdict", field, field))
        found.append(Column(_free(f"evidence: {title}", taken), "evidence", field, f"{field}_evidence"))
    return tuple(found)


def check_variant(name: Any) -> str:
    """Raises BadInput for a variant that there is not."""
    if not isinstance(name, str) or name not in VARIANTS:
        raise BadInput(f"An export is one of {', '.join(VARIANTS)}.")
    return name


def names_of(variant: str, criteria: Sequence[Column] = ()) -> list[str]:
    """All columns of a variant. criteria: those of the search, which only "processed" has."""
    more = [column.chosen_by for column in criteria] if variant == "processed" else []
    return [*VARIANTS[variant].names, *more]


def check_columns(variant: str, names: Any, criteria: Sequence[Column] = ()) -> list[str]:
    """The columns that were chosen, all without a choice; of "combined" there is none to make.

    Raises BadInput for unknown or double ones.
    """
    known = names_of(variant, criteria)
    if names is None or not known:
        return known
    good = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
    if not good or not names or len(set(names)) != len(names):
        raise BadInput("Name the columns of the export, each once.")
    if unknown := set(names) - set(known):
        raise BadInput(f"An export has no column {min(unknown)[:50]!r}; there are {', '.join(known)}.")
    return list(names)


def in_order(variant: str, first: Iterable[Any], criteria: Sequence[Column] = ()) -> list[str]:
    """All columns of a variant, with those that stand in `first` before the rest and in its order."""
    known = names_of(variant, criteria)
    front = [name for name in dict.fromkeys(name for name in first if isinstance(name, str)) if name in known]
    return [*front, *(name for name in known if name not in front)]


def table_of(variant: str, names: Sequence[str], criteria: Sequence[Column] = ()) -> Sheet:
    """The one table of a file that is no workbook, with the columns that were chosen, in their order."""
    found = {column.chosen_by: column for column in (*VARIANTS[variant].columns, *criteria)}
    return Sheet("", tuple(found[name] for name in names))


def sheets_of(variant: str, names: Sequence[str], criteria: Sequence[Column] = ()) -> list[Sheet]:
    """The sheets of a workbook, each with those of its columns that were chosen."""
    result = []
    for sheet in VARIANTS[variant].sheets:
        more = criteria if variant == "processed" else ()
        found = {column.chosen_by: column for column in (*sheet.columns, *more)}
        if chosen := tuple(found[name] for name in names if name in found):
            result.append(Sheet(sheet.label, chosen, sheet.only))
    return result


class RawKeys:
    """Columns of "combined" while they are looked for: those that a table can show, and a few of the next ones.

    In the order of the files that were imported; keys that no file names come last, by name. Memory: those keys,
    however many there are.
    """

    def __init__(self, files: Iterable[Sequence[str]]) -> None:
        self.named: list[str] = list(dict.fromkeys(name for names in files for name in names))
        self._place = {name: place for place, name in enumerate(self.named)}
        self._kept: set[str] = set()

    @property
    def most(self) -> int:
        """As many keys of some rows say all there is to say, the first ones in this order."""
        return MOST_RAW + MOST_NAMED + 1

    def add(self, keys: Iterable[str]) -> None:
        """Keys that were found in some rows."""
        self._kept.update(keys)
        if len(self._kept) > self.most:
            self._kept = set(self._ordered()[: self.most])

    def columns(self) -> tuple[Column, ...]:
        """The columns; behind the keys where a row came from and when, under names of their own."""
        ordered = self._ordered()
        columns = [Column(name, "raw") for name in ordered[:MOST_RAW]]
        taken = set(ordered[:MOST_RAW])
        if len(ordered) > MOST_RAW:
            columns.append(Column(_free(RAW_REST, taken), "raw_rest"))
        for name, kind in _PROVENANCE:
            columns.append(Column(_free(name, taken), kind, name))
        return tuple(columns)

    def left_out(self) -> str:
        """Which keys have no column of their own, in words; "" where all have one."""
        rest = [_short(name) for name in self._ordered()[MOST_RAW:]]
        if len(rest) > MOST_NAMED:
            rest[MOST_NAMED:] = ["others"]
        return rest[0] if len(rest) == 1 else f"{', '.join(rest[:-1])} and {rest[-1]}" if rest else ""

    def _ordered(self) -> list[str]:
        return sorted(self._kept, key=lambda name: (self._place.get(name, len(self._place)), name))


def _short(name: str) -> str:
    return f"“{name if len(name) <= 40 else f'{name[:40]}…'}”"


def _free(name: str, taken: set[str]) -> str:
    found, again = name, 1
    while found in taken:
        again += 1
        found = f"{name} ({again})"
    taken.add(found)
    return found
