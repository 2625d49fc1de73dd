"""What of a row is longer than its column, so that a person is told of it. Pure."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from services.imports.import_rows import LIMITS, MAX_SKILL, MAX_SKILLS, clean, skills_of

# Spaces and line ends may have gone with the cut.
_SLACK = 2
_TEXTS = tuple((name, limit, limit - _SLACK) for name, limit in LIMITS.items() if name != "email")


def count_shortened(row: Mapping[str, Any], columns: Mapping[str, Sequence[str]], values: Mapping[str, Any]) -> int:
    """Texts that were cut, and skills that were cut or are one too many. values: what was made of the row."""
    count = 0
    for name, limit, nearly in _TEXTS:
        if len(values[name]) >= nearly:
            told = (clean(row.get(column), lines=name == "summary") for column in columns.get(name, ()))
            count += len(next(filter(None, told), "")) > limit
    skills = values["skills"]
    if len(skills) >= MAX_SKILLS or any(len(skill) >= MAX_SKILL - _SLACK for skill in skills):
        everything = skills_of(row, columns.get("skills", ()), sys.maxsize, sys.maxsize)
        count += max(0, len(everything) - MAX_SKILLS) + sum(len(skill) > MAX_SKILL for skill in everything[:MAX_SKILLS])
    return count
