"""What of a person is compared: a text of their work, by whose vector they are found.

Their name, contact details, age, sex and the like are left out or taken out, by the same rules as for screening
(services/screening/prompts.py); place and years are left out too, since filters ask for them exactly. The model reads
256 tokens: each part has its share of them, the most telling first, and what one does not need the next ones get.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sql
from services import db
from services.screening import prompts
from services.screening.withholding import NAME_FIELDS, WITHHELD

# Part of every hash: change it with any change of what stands in the text. Whoever is looked at again is made anew
# then: everyone by `sourcingx embed --all`, or by a migration that sets seen_at back.
TEXT_VERSION = "1"
# Of the model's 256, two are its own; estimates are of another tokeniser, so a few are kept free.
MOST_TOKENS = 240
# In this order, with the share of each.
SHARES: Mapping[str, int] = {
    "title": 16, "headline": 28, "skills": 60, "industry": 8, "positions": 64, "summary": 52, "educations": 12,
}  # fmt: skip

_Q = sql.queries("embeddings")


@dataclass(frozen=True)
class PersonText:
    """text: "" where there is nothing to compare. seen_at: the profile's updated_at. old_hash: of the vector that the
    model has of them, None where it has none."""

    profile_id: int
    text: str
    text_hash: bytes
    seen_at: datetime
    old_hash: bytes | None


def fetch(conn: db.Conn, model_id: int, people: Sequence[int]) -> list[PersonText]:
    """The texts of some people; of those who are gone none."""
    found = []
    for row in db.rows(conn, _Q.fetch_people, {"people": list(people), "model_id": model_id}):
        fields = {name: row[name] for name in (*SHARES, *NAME_FIELDS) if row.get(name)}
        text = text_of(fields)
        old = bytes(row["text_hash"]) if row["text_hash"] is not None else None
        found.append(PersonText(row["id"], text, text_hash(text), row["updated_at"], old))
    return found


def text_of(fields: Mapping[str, str]) -> str:
    """fields: columns of SHARES and of names, as texts; skills by commas, positions and educations one a line."""
    shown = prompts.shown_fields(fields)
    parts = {name: _plain(shown.get(name, "")) for name in SHARES}
    if parts["headline"].casefold() == parts["title"].casefold():
        parts["headline"] = ""
    needed = {name: prompts.estimate_tokens(part) for name, part in parts.items()}
    spare = MOST_TOKENS - sum(min(needed[name], share) for name, share in SHARES.items())
    kept = []
    for name, share in SHARES.items():
        given = min(needed[name], share + spare)
        spare -= max(0, given - share)
        if text := prompts.capped(parts[name], given).strip(" ,;.\n"):
            kept.append(text)
    return ". ".join(kept)


def text_hash(text: str) -> bytes:
    """32 bytes: the same hash, the same vector."""
    return hashlib.sha256(f"{TEXT_VERSION}\n{text}".encode()).digest()


def _plain(text: str) -> str:
    """Without the marks of what was withheld, which would make those alike of whom something was."""
    lines = (" ".join(line.replace(WITHHELD, " ").split()) for line in text.splitlines())
    return ". ".join(line for line in lines if line)
