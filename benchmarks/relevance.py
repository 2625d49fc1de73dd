"""P4-relevance: how good the first ten are, by search text, by vectors, by both, on two labelled sets.

The sets (benchmarks.relevance_set) are the same jobs and people in other words: in the first both sides share no
telling word, so that text cannot do better than chance; in the second profiles have the usual words partly, so that
text has something to say. Each is imported as a search. Over everyone: "text" is the product's search box, once for
each of a job's keywords and their words, the orders fused; "vectors" the product's order by likeness to the job
description; "hybrid" both by fusion in which words count as much as a person has of them
(relevance_measure.fused_by_share), which the product does not order by: its default is the order by likeness, and why
stands in docs/decisions/0014. Plain fusion is among the arms. "typed" is the product's own hybrid: who has a word that
was typed, by likeness and text at once, against the same people by text alone and by likeness alone.

LEAST_SHARE was chosen with these two sets at hand. Figures are means with 95 % intervals by bootstrap, and the interval
of the differences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any
from uuid import UUID

import sql
from benchmarks import relevance_set, vectors
from benchmarks.measure import Figure
from benchmarks.relevance_measure import bootstrap, fused, fused_by_share, ndcg
from benchmarks.relevance_set import Job, Person, grade
from benchmarks.stage import Stage
from services.grid import result_sets
from services.grid.grid_view import View
from services.matching import embedding_models, embedding_text, matching
from services.searches import searches

DEPTH = 10
# Of fewer people no order is better than another.
LEAST_HITS = 3
SETS = {"P4-relevance": False, "P4-relevance-partly": True}
LIKEST = ({"colId": "similarity", "sort": "desc"},)

_Q = sql.queries("benchmarks_matching")


@dataclass(frozen=True)
class Labelled:
    """A set as a search of the product. places: id of a row → place in people; grades: of each job, by place."""

    stage: Stage
    search: UUID
    places: Mapping[str, int]
    jobs: Sequence[Job]
    grades: Sequence[Sequence[int]]

    def order(self, **view: Any) -> list[int]:
        """The first hundred of a view, as a page shows them."""
        asked = View.of(self.search, status="all", **view)
        page = result_sets.fetch_page(self.stage.rt, self.stage.actor, asked, None, 0, result_sets.PAGE)
        return [self.places[row["id"]] for row in page.rows]

    def everyone(self, **view: Any) -> list[int]:
        asked = View.of(self.search, status="all", **view)
        found, _ = result_sets.whole_list(self.stage.rt, self.stage.actor, asked, None)
        return [self.places[str(one)] for one in found.slice(0, found.total).ids]

    def match(self, job: Job) -> int:
        return matching.to_text(self.stage.rt, self.stage.actor, self.search, job.description).id


def figures(stage: Stage) -> Iterator[Figure]:
    for name, partly in SETS.items():
        labelled = _load(stage, relevance_set.jobs(), relevance_set.people(partly=partly))
        yield from _of_everyone(name, labelled)
        yield _of_typed(name, labelled)


def _of_everyone(name: str, labelled: Labelled) -> Iterator[Figure]:
    people, orders = len(labelled.places), _orders(labelled)
    scores = {
        arm: [ndcg(order, given, DEPTH) for order, given in zip(found, labelled.grades, strict=True)]
        for arm, found in orders.items()
    }
    arms = {arm: _arm(values) for arm, values in scores.items()}
    for arm in ("text", "vectors", "hybrid"):
        low, high = bootstrap(scores[arm])
        more, most = bootstrap([one - other for one, other in zip(scores[arm], scores["vectors"], strict=True)])
        against = "" if arm == "vectors" else f"; {more:+.3f} to {most:+.3f} against vectors"
        yield Figure(
            f"{name}-{arm}", f"mean nDCG@{DEPTH} of {len(labelled.jobs)} jobs among {people} people (reported)",
            fmean(scores[arm]), "", None, fmean(scores["chance"]), arms=arms, n=len(labelled.jobs),
            note=f"95 %: {low:.3f} to {high:.3f}{against}",
        )  # fmt: skip


def _orders(labelled: Labelled) -> dict[str, list[list[int]]]:
    """Arm → an order for each job."""
    orders: dict[str, list[list[int]]] = {
        arm: [] for arm in ("text", "vectors", "hybrid", "plain fusion", "chance")
    }  # fmt: skip
    everyone = range(len(labelled.places))
    for job in labelled.jobs:
        typed, match = _typed(job), labelled.match(job)
        by_text = fused([labelled.order(q=words) for words in typed])
        by_vector = labelled.everyone(match=match)
        hits = {words: frozenset(labelled.everyone(q=words)) for words in typed}
        orders["text"].append(by_text)
        orders["vectors"].append(by_vector)
        orders["hybrid"].append(fused_by_share(by_vector, hits, len(everyone)))
        orders["plain fusion"].append(fused([by_text, by_vector]))
        # People come in an order that tells nothing.
        orders["chance"].append(list(everyone))
    return orders


def _of_typed(name: str, labelled: Labelled) -> Figure:
    """The product's own hybrid. Only lists in which somebody is right, and in which there is an order to speak of."""
    scores: dict[str, list[float]] = {"hybrid": [], "text": [], "likeness": []}
    for job, given in zip(labelled.jobs, labelled.grades, strict=True):
        match = labelled.match(job)
        for words in _typed(job):
            orders = {
                "text": labelled.order(q=words), "likeness": labelled.order(q=words, match=match, sort=LIKEST),
                "hybrid": labelled.order(q=words, match=match),
            }  # fmt: skip
            found = frozenset(orders["text"])
            grades = [one if place in found else 0 for place, one in enumerate(given)]
            if len(found) >= LEAST_HITS and any(grades):
                for arm, order in orders.items():
                    scores[arm].append(ndcg(order, grades, DEPTH))
    (low, high), told = bootstrap(scores["hybrid"]), []
    for arm in ("text", "likeness"):
        less, more = bootstrap([one - other for one, other in zip(scores["hybrid"], scores[arm], strict=True)])
        told.append(f"{less:+.3f} to {more:+.3f} against {arm} alone")
    return Figure(
        f"{name}-typed", f"mean nDCG@{DEPTH} of lists of who has a typed word, text and likeness at once (reported)",
        fmean(scores["hybrid"]), "", None, fmean(scores["text"]), n=len(scores["hybrid"]),
        arms={arm: _arm(values) for arm, values in scores.items()},
        note=f"95 %: {low:.3f} to {high:.3f}; {'; '.join(told)}",
    )  # fmt: skip


def _arm(values: Sequence[float]) -> dict[str, float]:
    low, high = bootstrap(values)
    return {"mean": fmean(values), "low": low, "high": high, "n": len(values)}


def _load(stage: Stage, jobs: Sequence[Job], people: Sequence[Person]) -> Labelled:
    """The set as a search, with its vectors."""
    search = searches.create_search(stage.rt, stage.actor, "Labelled")
    with stage.rt.db.connection() as conn:
        ids = [_insert(conn, place, person) for place, person in enumerate(people)]
        conn.execute(_Q.add_to_search, {"search_id": search.id, "people": ids, "actor": stage.actor.user_id})
        conn.execute(_Q.count_search, {"search_id": search.id})
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
    grades = [[grade(job.traits, person.traits) for person in people] for job in jobs]
    return Labelled(stage, search.id, {str(row["id"]): places[row["profile_id"]] for row in rows}, jobs, grades)


def _insert(conn: Any, place: int, person: Person) -> int:
    row = conn.execute(_Q.insert_person, {
        "name": f"Person {place}", "title": person.title, "headline": person.headline, "summary": person.summary,
        "industry": person.industry, "skills": list(person.skills)}).fetchone()  # fmt: skip
    return int(row["id"])


def _typed(job: Job) -> list[str]:
    """Each keyword as the search box has it, and each word of it: nobody types a whole sentence."""
    return list(dict.fromkeys((*job.keywords, *(word for words in job.keywords for word in words.split()))))
