"""Verdicts without a model: what a screening would have left, written at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.people.profile_texts import fetch_profiles
from services.runtime import Runtime
from services.screening import rubric_scoring
from services.screening.prompts import PROMPT_VERSION, input_hash
from services.screening.rubric_scoring import CriterionWeight
from services.screening.rubrics import Criterion, Rubric
from tests.screening import rows, value

# A candidate's number (1, 2, …) and a criterion → the model's verdict, None where it was not asked.
Says = Callable[[int, Criterion], str | None]


def people_of(rt: Runtime, search_id: str) -> list[int]:
    """The search's candidates, by number."""
    return [row["id"] for row in rows(rt, "SELECT id FROM candidates WHERE search_id = %s ORDER BY id", search_id)]


def judge(rt: Runtime, search_id: str, rubric: Rubric, says: Says) -> list[int]:
    """As if the people of a search had been screened now; returns their ids."""
    ids = people_of(rt, search_id)
    with rt.db.connection() as conn:
        shown = fetch_profiles(conn, search_id, ids)
        for number, candidate in enumerate(ids, 1):
            given = {one.id: said for one in rubric.criteria if (said := says(number, one)) is not None}
            for criterion, verdict in given.items():
                conn.execute(
                    "INSERT INTO verdicts (candidate_id, criterion_id, input_hash, model, prompt_version, verdict,"
                    " evidence_field, evidence_quote) VALUES (%s, %s, %s, %s, %s, %s, 'summary', 'Moves data')"
                    " ON CONFLICT (candidate_id, criterion_id) DO UPDATE SET verdict = excluded.verdict",
                    [candidate, criterion, input_hash(shown[candidate]), rt.settings.openai_model, PROMPT_VERSION,
                     verdict],
                )  # fmt: skip
            if len(given) == len(rubric.criteria):
                weights = [CriterionWeight(one.kind, one.weight) for one in rubric.criteria]
                verdicts: list[Any] = [given[one.id] for one in rubric.criteria]
                found = rubric_scoring.score(weights, verdicts)
                conn.execute(
                    "UPDATE candidates SET score = %s, fit = %s, screened_at = now() WHERE id = %s",
                    [found.score, found.fit, candidate],
                )
        conn.execute("SELECT bump_version(%s)", [search_id])
    return ids


def field_of(rt: Runtime, criterion: Criterion) -> str:
    """The criterion's column in the grid."""
    found = value(rt, "SELECT question_field(%s)", criterion.question)
    assert isinstance(found, str)
    return found
