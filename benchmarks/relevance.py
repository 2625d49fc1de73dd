"""P4-relevance: how good the first ten are, by search text, by vectors, by both, on a labelled set in other words.

The set (benchmarks.relevance_set) is imported as a search; each arm is what the product shows: the search box for each
of a job's keywords and their words, the orders fused; the order by likeness to the job description; and the two fused
by reciprocal rank. Words that are shared are noise there, so text alone cannot do better than chance. Figures are means
over 36 jobs with 95 % intervals by bootstrap, and the interval of the differences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Any
from uuid import UUID

import sql
from benchmarks import relevance_set, vectors
from benchmarks.measure import Figure
from benchmarks.relevance_measure import bootstrap, fused, ndcg
from benchmarks.relevance_set import Job, Person, grade
from benchmarks.stage import Stage
from services import embedding_models, embedding_text, matching, result_sets, searches
from services.grid_view import View

DEPTH = 10

_Q = sql.queries("benchmarks_matching")


def figures(stage: Stage) -> Iterator[Figure]:
    jobs, people = relevance_set.jobs(), relevance_set.people()
    search, places = _load(stage, jobs, people)
    grades = [[grade(job.traits, person.traits) for person in people] for job in jobs]
    by_text = [_by_text(stage, search, job, places) for job in jobs]
    by_vector = [_by_vector(stage, search, job, places) for job in jobs]
    orders = {
        "text": by_text,
        "vectors": by_vector,
        "hybrid": [fused([one, other]) for one, other in zip(by_text, by_vector, strict=True)],
        # People come in an order that tells nothing.
        "chance": [list(range(len(people)))] * len(jobs),
    }
    scores = {
        name: [ndcg(order, given, DEPTH) for order, given in zip(found, grades, strict=True)]
        for name, found in orders.items()
    }
    arms = {name: _arm(values) for name, values in scores.items()}
    for name in ("text", "vectors", "hybrid"):
        low, high = bootstrap(scores[name])
        more, most = bootstrap([one - other for one, other in zip(scores[name], scores["text"], strict=True)])
        against = "" if name == "text" else f"; {more:+.3f} to {most:+.3f} against search text"
        yield Figure(
            f"P4-relevance-{name}", f"mean nDCG@{DEPTH} of {len(jobs)} jobs among {len(people)} people (reported)",
            fmean(scores[name]), "", None, fmean(scores["chance"]), arms=arms, n=len(jobs),
            note=f"95 %: {low:.3f} to {high:.3f}{against}",
        )  # fmt: skip


def _arm(values: Sequence[float]) -> dict[str, float]:
    low, high = bootstrap(values)
    return {"mean": fmean(values), "low": low, "high": high, "n": len(values)}


def _load(stage: Stage, jobs: Sequence[Job], people: Sequence[Person]) -> tuple[UUID, dict[str, int]]:
    """The set as a search with its vectors; id of a row → place in `people`."""
    search = searches.create_search(stage.rt, stage.actor, "Labelled")
    with stage.rt.db.connection() as conn:
        ids = [_insert(conn, place, person) for place, person in enumerate(people)]
        conn.execute(_Q.add_to_search, {"search_id": search.id, "people": ids, "actor": stage.actor.user_id})
        model_id = embedding_models.ensure(conn, stage.settings).id
        told = {one.profile_id: one.text for one in embedding_text.fetch(conn, model_id, ids)}
    made = vectors.real([told[one] for one in ids]).vectors
    asked = vectors.real([job.description for job in jobs]).vectors
    with stage.rt.db.connection() as conn:
        given = {"model_id": model_id, "people": ids, "vectors": list(vectors.as_texts(made))}
        conn.execute(_Q.insert_vectors, given)
        for job, vector in zip(jobs, vectors.as_texts(asked), strict=True):
            conn.execute(_Q.insert_query, {"model_id": model_id, "text": job.description, "vector": vector})
        rows = conn.execute(_Q.fetch_people_ids, {"search_id": search.id}).fetchall()
    places = {one: place for place, one in enumerate(ids)}
    return search.id, {str(row["id"]): places[row["profile_id"]] for row in rows}


def _insert(conn: Any, place: int, person: Person) -> int:
    row = conn.execute(_Q.insert_person, {
        "name": f"Person {place}", "title": person.title, "headline": person.headline, "summary": person.summary,
        "industry": person.industry, "skills": list(person.skills)}).fetchone()  # fmt: skip
    return int(row["id"])


def _by_text(stage: Stage, search: UUID, job: Job, places: dict[str, int]) -> list[int]:
    """A search for each keyword as the box does it, and for each word of it: nobody types a whole sentence."""
    typed = dict.fromkeys((*job.keywords, *(word for words in job.keywords for word in words.split())))
    return fused([_order(stage, View.of(search, status="all", q=words), places) for words in typed])


def _by_vector(stage: Stage, search: UUID, job: Job, places: dict[str, int]) -> list[int]:
    found = matching.to_text(stage.rt, stage.actor, search, job.description)
    return _order(stage, View.of(search, status="all", match=found.id), places)


def _order(stage: Stage, view: View, places: dict[str, int]) -> list[int]:
    rows = result_sets.fetch_page(stage.rt, stage.actor, view, None, 0, result_sets.PAGE).rows
    return [places[row["id"]] for row in rows]
