"""A batch of rows into people, column by column: what repeats is normalised once.

The result is that of import_rows.person_of for every row; a test compares the two. Titles, companies,
places, industries, skills and durations repeat, so their cells are looked up first. docs/decisions/0004
has the figures, those of pandas among them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from services import import_rows
from services.import_dates import years_of
from services.import_history import Plan
from services.import_readers import Row
from services.import_rows import LIMITS, Person, clean, finish_person

# A change of these rules makes rows that were read by older ones new again.
RULES = 1
REPEATING = ("title", "company", "location", "country", "industry", "first_name", "last_name")
MOST_REMEMBERED, LONGEST_REMEMBERED = 10_000, 500

T = TypeVar("T")


class Normaliser:
    """How the rows of one run become people. columns: field → columns; plan: see import_history;
    header: all columns of the file, in their order."""

    def __init__(
        self, columns: Mapping[str, Sequence[str]], plan: Plan, today: date, source: str, header: Sequence[str]
    ) -> None:
        self._columns, self._plan, self._today = columns, plan, today
        self._header = tuple(header)
        self._memo: dict[str, dict[Any, Any]] = {}
        # What depends on the day is the same all month: dates are whole months.
        dated = [today.year, today.month] if columns.get("started_on") or not plan.empty else []
        signature = [RULES, source, list(header), sorted(columns.items()), dated]
        self._state = hashlib.blake2b(json.dumps(signature).encode(), digest_size=16)

    def hash_of(self, row: Row) -> str | None:
        """A name for what a row says and how it is read, 32 hexadecimal digits; None for a row that is broken."""
        if row.problem:
            return None
        state = self._state.copy()
        cells = row.values
        try:
            # Most files: texts only, in all columns and in their order, which another part may have otherwise.
            # The separator would blur cells that hold it.
            told = "\x1f".join(cells.values())
            plain = told.count("\x1f") == len(cells) - 1 and tuple(cells) == self._header
        except TypeError:
            plain = False
        state.update(told.encode("utf-8", "surrogatepass") if plain else json.dumps(cells, default=str).encode())
        return state.hexdigest()

    def people(self, rows: Sequence[Row]) -> list[Person | None]:
        """The person of each row; None for a broken row and for one that names nobody."""
        return [None if row.problem else self.person(row) for row in rows]

    def person(self, row: Row) -> Person | None:
        """As import_rows.person_of."""
        cells, columns = row.values, self._columns
        values: dict[str, Any] = {}
        for name in LIMITS:
            if name == "email":
                continue
            used = columns.get(name, ())
            if len(used) == 1 and name in REPEATING:
                values[name] = self._text(name, cells.get(used[0]))
            else:
                values[name] = import_rows.first_text(cells, used, name) if used else ""
        values["email"] = import_rows.email_of(cells, columns.get("email", ()))
        values["skills"] = self._skills(cells, columns.get("skills", ()))
        values["years_experience"] = years_of(import_rows.first_text(cells, columns.get("years_experience", ())))
        tenure = import_rows.first_text(cells, columns.get("current_tenure_months", ()))
        return finish_person(row.number, cells, columns, values, tenure, self._today, self._plan)

    def _text(self, name: str, cell: Any) -> str:
        return self._once(name, cell, lambda given: clean(given, LIMITS[name]))

    def _skills(self, cells: Mapping[str, Any], used: Sequence[str]) -> list[str]:
        if len(used) != 1 or not isinstance(cells.get(used[0]), str):
            return import_rows.skills_of(cells, used)
        return list(self._once("skills", cells[used[0]], lambda _: import_rows.skills_of(cells, used)))

    def _once(self, name: str, cell: Any, make: Callable[[Any], T]) -> T:
        if not isinstance(cell, str) or len(cell) > LONGEST_REMEMBERED:
            return make(cell)
        memo = self._memo.setdefault(name, {})
        if cell in memo:
            found: T = memo[cell]
            return found
        if len(memo) >= MOST_REMEMBERED:
            memo.clear()
        made = memo[cell] = make(cell)
        return made
