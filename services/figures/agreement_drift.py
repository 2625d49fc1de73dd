"""How the agreement between recruiters and the model changed from one version of a search's criteria to the next.

Each verdict that a person decided about counts in the version that asked for it, so that a question which a later
version kept does not count there again: what a version shows is what was judged under it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.figures.agreement import Share
from services.runtime import Runtime

# The newest versions that have any.
MOST_VERSIONS = 8

_Q = sql.queries("criteria")


@dataclass(frozen=True)
class Version:
    """One version in which verdicts were judged. models: by which they were given."""

    version: int
    share: Share
    models: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One criterion, by its title. shares: version → how far people agreed, where anything was judged."""

    title: str
    shares: Mapping[int, Share]


@dataclass(frozen=True)
class Drift:
    """versions: the oldest first."""

    versions: tuple[Version, ...]
    questions: tuple[Question, ...]

    @property
    def compares(self) -> bool:
        """Whether there are two versions to compare at all."""
        return len(self.versions) > 1


def of_search(rt: Runtime, actor: Actor, search_id: UUID | str) -> Drift:
    """Nothing for a search that is not the actor's to see."""
    with rt.db.connection() as conn:
        rows = db.rows(conn, _Q.count_drift, {"search_id": search_id, "limit": MOST_VERSIONS, **actor.params})
    versions = sorted({row["version"] for row in rows})
    return Drift(tuple(_version(one, rows) for one in versions), tuple(_questions(rows)))


def _version(version: int, rows: Sequence[Mapping[str, Any]]) -> Version:
    own = [row for row in rows if row["version"] == version]
    models = sorted({model for row in own for model in row["models"]})
    return Version(version, Share(sum(row["agreed"] for row in own), sum(row["judged"] for row in own)), tuple(models))


def _questions(rows: Sequence[Mapping[str, Any]]) -> list[Question]:
    """In the order of the newest version that has them."""
    shares: dict[str, dict[int, Share]] = {}
    for row in rows:
        shares.setdefault(row["title"], {})[row["version"]] = Share(row["agreed"], row["judged"])
    return [Question(title, found) for title, found in shares.items()]
