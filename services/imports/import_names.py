"""Names of people on their way in: keys of those who have nothing else, and parts of a name at a later row. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# Keys of people of whom a row says nothing but the name; the others' begin with "row:".
ONLY_NAME = "name:"


def row_key(values: Mapping[str, Any], raw: Mapping[str, Any], scope: str) -> str:
    """Of the whole row: people who share a name, or a name and an employer, are not one for that."""
    told = " ".join(json.dumps(raw, sort_keys=True, ensure_ascii=False).casefold().split())
    if any(values[name] for name in ("title", "company", "location", "phone")):
        return "row:" + hashlib.sha256(told.encode()).hexdigest()[:32]
    return ONLY_NAME + hashlib.sha256((scope + told).encode()).hexdigest()[:32]


def names_after(values: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """What becomes of the parts of a name at a later row: as merge_people has it for those that are stored.

    A guess stays until there is another full name; parts that a row said stay, unless they are the guess of the
    full name that is no longer.
    """
    guesses = {name: values[name] for name in ("guess_first", "guess_last") if values.get(name)}
    if not later.get("guess_last"):
        return guesses
    anew = {name: later[name] for name in ("guess_first", "guess_last")}
    if not (values["first_name"] or values["last_name"]):
        return anew
    first, last = (values[f"{part}_name"] or values[f"guess_{part}"] for part in ("first", "last"))
    if last and " " not in last and values["full_name"] == f"{first} {last}".strip():
        blank = dict.fromkeys(anew, "")
        return {"first_name": anew["guess_first"], "last_name": anew["guess_last"], **blank}
    return guesses
