"""How far recruiters and the model agree, per criterion: from what people decided about verdicts.

Only verdicts that a person decided about count, agreed with or not; so the share says something about those, and the
interval says how much. A decision is compared with what the model says now: after screening again with another model
or another profile it is another comparison, and overrides keep what was said at the time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.errors import NotFound
from services.grid.grid_columns import VERDICTS
from services.runtime import Runtime
from services.screening import verdict_codes

# With fewer decisions, one more may change the share by over 5 points.
FEW = 20
# Of the normal distribution, for 95 %.
Z = 1.96

_Q = sql.queries("criteria")


@dataclass(frozen=True)
class RubricVersion:
    version: int
    created_at: datetime


@dataclass(frozen=True)
class Share:
    """agreed of n. low, high: 95 % interval of the share (Wilson), 0 to 1; share is None where n is 0."""

    agreed: int
    n: int

    @property
    def share(self) -> float | None:
        return self.agreed / self.n if self.n else None

    @property
    def few(self) -> bool:
        """Too few to tell."""
        return self.n < FEW

    @property
    def interval(self) -> tuple[float, float]:
        """E. B. Wilson, 1927: holds for few cases and for shares near 0 and 1, too."""
        if not self.n:
            return 0.0, 1.0
        p, n = self.agreed / self.n, self.n
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class CriterionAgreement:
    """One criterion. people: what the model said → what a person decided → how many."""

    field: str
    title: str
    kind: str
    people: Mapping[str, Mapping[str, int]]

    def share(self, said: str | None = None) -> Share:
        """Of those for whom the model said this, or of all."""
        chosen = [said] if said else list(VERDICTS)
        return Share(
            sum(self.people[one][one] for one in chosen), sum(sum(self.people[one].values()) for one in chosen)
        )


@dataclass(frozen=True)
class Agreement:
    """One version of a search's criteria; versions: all there are, newest first, none before the first."""

    versions: Sequence[RubricVersion]
    version: int
    criteria: Sequence[CriterionAgreement]

    @property
    def is_newest(self) -> bool:
        """Whether the grid's filters show the same people."""
        return bool(self.versions) and self.version == self.versions[0].version

    @property
    def total(self) -> Share:
        shares = [one.share() for one in self.criteria]
        return Share(sum(one.agreed for one in shares), sum(one.n for one in shares))


def of_search(rt: Runtime, actor: Actor, search_id: UUID | str, version: int | None = None) -> Agreement:
    """The agreement on a version of the criteria, the newest unless told. Raises NotFound for one that is not there."""
    given = {"search_id": search_id, **actor.params}
    with rt.db.connection() as conn:
        versions = [RubricVersion(row["version"], row["created_at"]) for row in db.rows(conn, _Q.fetch_rubrics, given)]
        if not versions and version is None:
            return Agreement((), 0, ())
        chosen = versions[0].version if version is None else version
        if chosen not in {one.version for one in versions}:
            raise NotFound("There is no such version of the criteria.")
        rows = db.rows(conn, _Q.count_agreement, {**given, "version": chosen})
    return Agreement(versions, chosen, _criteria(rows))


def _criteria(rows: Sequence[Mapping[str, Any]]) -> list[CriterionAgreement]:
    """Rows come by criterion; one without decisions has a row with no code."""
    found: dict[str, CriterionAgreement] = {}
    for row in rows:
        nobody = {said: dict.fromkeys(VERDICTS, 0) for said in VERDICTS}
        one = found.setdefault(row["field"], CriterionAgreement(row["field"], row["title"], row["kind"], nobody))
        if row["code"] is not None and (pair := verdict_codes.review(row["code"])):
            said, decided = pair.split(">")
            nobody = {key: dict(value) for key, value in one.people.items()}
            nobody[said][decided] += row["people"]
            found[row["field"]] = CriterionAgreement(one.field, one.title, one.kind, nobody)
    return list(found.values())
