"""A batch of rows into people, column by column: what repeats is normalised once.

The result is that of import_rows.person_of for every row; a test compares the two. Titles, companies,
places, industries, skills and durations repeat, so their cells are looked up first. docs/decisions/0004
has the figures, those of pandas among them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from services.imports import import_rows
from services.imports.import_cuts import count_shortened
from services.imports.import_dates import years_of
from services.imports.import_history import Plan
from services.imports.import_readers import Row
from services.imports.import_rows import LIMITS, MAX_SKILL, MAX_SKILLS, SPLIT_SKILLS, Person, clean, finish_person

# A change of these rules makes rows that were read by older ones new again.
RULES = 3
REPEATING = ("title", "company", "location", "country", "industry", "first_name", "last_name")
# For each column: what comes again comes soon, and a long file must not need more memory than a short one.
MOST_REMEMBERED, LONGEST_REMEMBERED = 4_000, 500

T = TypeVar("T")


class Normaliser:
    """How the rows of one run become people. columns: field → columns; plan: see import_history;
    header: all columns of the file, in their order; scope: the id of the search."""

    def __init__(
        self,
        columns: Mapping[str, Sequence[str]],
        plan: Plan,
        today: date,
        source: str,
        header: Sequence[str],
        scope: str = "",
    ) -> None:
        self._columns, self._plan, self._today, self._scope = columns, plan, today, scope
        self._header = tuple(header)
        self._blank = {name: "" for name in LIMITS if name != "email"}
        used = {name: columns[name] for name in self._blank if columns.get(name)}
        one = {name: wanted[0] for name, wanted in used.items() if len(wanted) == 1 and name in REPEATING}
        # Field, column, limit, and what was made of its cells so far.
        self._repeating: list[tuple[str, str, int, dict[str, str]]] = [
            (name, column, LIMITS[name], {}) for name, column in one.items()
        ]
        self._others = [(name, wanted) for name, wanted in used.items() if name not in one]
        self._known_skills: dict[str, tuple[str, str]] = {}
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
        """As import_rows.person_of; and how many values were too long."""
        cells, columns = row.values, self._columns
        values: dict[str, Any] = dict(self._blank)
        for name, column, limit, made in self._repeating:
            cell = cells.get(column)
            if isinstance(cell, str):
                text = made.get(cell)
                values[name] = _remember(made, cell, clean(cell, limit)) if text is None else text
            else:
                values[name] = clean(cell, limit)
        for name, used in self._others:
            values[name] = import_rows.first_text(cells, used, name)
        values["email"] = import_rows.email_of(cells, columns.get("email", ()))
        values["skills"] = self._skills(cells, columns.get("skills", ()))
        values["years_experience"] = years_of(import_rows.first_text(cells, columns.get("years_experience", ())))
        tenure = import_rows.first_text(cells, columns.get("current_tenure_months", ()))
        person = finish_person(row.number, cells, columns, values, tenure, self._today, self._plan, self._scope)
        if person is not None:
            person.shortened = count_shortened(cells, columns, values)
        return person

    def _skills(self, cells: Mapping[str, Any], used: Sequence[str]) -> list[str]:
        """As import_rows.skills_of; each skill is looked at once."""
        if len(used) != 1 or not isinstance(cells.get(used[0]), str):
            return import_rows.skills_of(cells, used)
        found: dict[str, str] = {}
        known = self._known_skills
        for part in SPLIT_SKILLS.split(cells[used[0]]):
            pair = known.get(part)
            if pair is None:
                skill = clean(part, MAX_SKILL)
                pair = _remember(known, part, (skill.casefold(), skill))
            if pair[1]:
                found.setdefault(*pair)
        return list(found.values())[:MAX_SKILLS]


def _remember(made: dict[str, T], cell: str, value: T) -> T:
    """For the next time; within bounds."""
    if len(cell) <= LONGEST_REMEMBERED:
        if len(made) >= MOST_REMEMBERED:
            made.clear()
        made[cell] = value
    return value
