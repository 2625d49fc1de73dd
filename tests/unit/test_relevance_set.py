"""The labelled set for matching is sound: grades follow traits, and shared words say nothing of them."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from statistics import fmean

from benchmarks import relevance_set
from benchmarks.relevance_measure import bootstrap, fused, fused_by_share, ndcg
from benchmarks.relevance_set import FIELDS, LEVELS, TRADES, Job, Person, Traits, grade

JOBS, PEOPLE = relevance_set.jobs(), relevance_set.people()
# Words that carry no trait.
SMALL = frozenset(
    "a an and as at by for from in into is it of off on or our over that the their them to us we what where who with"
    " you your".split()
)


def stems(text: str) -> frozenset[str]:
    """Beginnings of words: more alike than any search in this product takes them to be."""
    return frozenset(word[:5] for word in re.findall(r"[a-z]+", text.lower()) if word not in SMALL and len(word) > 1)


def of_job(job: Job) -> frozenset[str]:
    return stems(" ".join((job.title, job.description, *job.keywords)))


def of_person(person: Person) -> frozenset[str]:
    return stems(" ".join((person.title, person.headline, person.summary, person.industry, *person.skills)))


def test_there_are_enough_and_always_the_same() -> None:
    assert (len(JOBS), len(PEOPLE)) == (36, 240)
    assert (relevance_set.jobs(), relevance_set.people()) == (JOBS, PEOPLE)
    assert relevance_set.people(seed=12) != PEOPLE


def test_every_job_has_people_of_each_grade() -> None:
    for job in JOBS:
        found = Counter(grade(job.traits, person.traits) for person in PEOPLE)
        assert found[3] + found[2] >= 3, job.title
        assert found[1] >= 3 and found[0] >= 100
    total = Counter(grade(job.traits, person.traits) for job, person in product(JOBS, PEOPLE))
    assert total[3] >= 36 and total[2] >= 100


def test_grades_come_from_traits() -> None:
    wanted = Traits("backend", "money", 2, frozenset((0, 1, 2)))

    def of(trade: str, field: str, level: int, *skills: int) -> int:
        return grade(wanted, Traits(trade, field, level, frozenset(skills)))

    assert of("backend", "money", 2, 0, 1, 5) == 3
    assert of("backend", "money", 2, 0, 4, 5) == of("backend", "shops", 2, 0, 1, 5) == 2
    assert of("backend", "shops", 0, 3, 4, 5) == of("backend", "shops", 0, 0, 1, 2) == 1
    # The trade next to it, and one that is not.
    assert of("data", "money", 2, 0, 1, 5) == 1
    assert of("data", "shops", 0, 0, 1, 5) == of("nursing", "money", 2, 0, 1, 5) == 0


def test_words_for_a_trait_are_others_on_either_side() -> None:
    of_jobs = [
        *(words for trade in TRADES.values() for words in (*trade.job_titles, *trade.job_tasks)),
        *(skill[0] for trade in TRADES.values() for skill in trade.skills),
        *(words for told in FIELDS.values() for words in told[0]),
        *(words for told in LEVELS for words in told[0]),
    ]
    of_people = [
        *(words for trade in TRADES.values() for words in (*trade.titles, *trade.tasks)),
        *(skill[1] for trade in TRADES.values() for skill in trade.skills),
        *(words for told in FIELDS.values() for words in told[1]),
        *(words for told in LEVELS for pair in told[1] for words in pair),
    ]
    assert stems(" ".join(of_jobs)) & stems(" ".join(of_people)) == set()


def test_shared_words_say_nothing_of_grades() -> None:
    """By chance alone: over all pairs, the right are not above the wrong by shared words more often than below."""
    shared: dict[bool, list[int]] = {True: [], False: []}
    for job, person in product(JOBS, PEOPLE):
        shared[grade(job.traits, person.traits) >= 2].append(len(of_job(job) & of_person(person)))
    right, wrong = shared[True], shared[False]
    assert abs(fmean(right) - fmean(wrong)) < 0.1 * fmean(wrong)
    counts, below = Counter(wrong), 0.0
    for one in right:
        below += sum(n for overlap, n in counts.items() if overlap < one) + counts[one] / 2
    # The area under the curve of a judge who only counts shared words: a coin has 0.5.
    assert 0.45 < below / (len(right) * len(wrong)) < 0.55


def test_partly_in_the_words_of_jobs_people_are_the_same_people() -> None:
    partly = relevance_set.people(partly=True)
    assert [one.traits for one in partly] == [one.traits for one in PEOPLE]
    assert partly == relevance_set.people(partly=True)
    # What is no name of a skill, a trade or a field is told as before: no sentence of a description is in it.
    assert [one.summary for one in partly] == [one.summary for one in PEOPLE]
    tasks = {task for trade in TRADES.values() for task in trade.job_tasks}
    assert not any(task in one.summary + one.headline for task in tasks for one in partly)
    # About half of the words for a trait are those of jobs.
    skills = [(one.traits.trade, said) for one in partly for said in one.skills]
    of_jobs = sum(said in {skill[0] for skill in TRADES[trade].skills} for trade, said in skills)
    assert 0.45 < of_jobs / len(skills) < 0.55


def test_there_shared_words_do_say_something() -> None:
    partly = relevance_set.people(partly=True)
    shared: dict[bool, list[int]] = {True: [], False: []}
    for job, person in product(JOBS, partly):
        shared[grade(job.traits, person.traits) >= 2].append(len(of_job(job) & of_person(person)))
    assert fmean(shared[True]) > 1.5 * fmean(shared[False])


def test_words_count_as_much_as_somebody_has_of_them() -> None:
    order = list(range(20))
    # A rare word that the last one has lifts them, one that half have does little, one that nobody has nothing.
    assert fused_by_share(order, {"rare": {19}, "common": set(range(0, 20, 2))}, 20)[0] == 19
    assert fused_by_share(order, {}, 20) == fused_by_share(order, {"none": set()}, 20) == order
    assert fused_by_share(order, {"all": set(order)}, 20) == order
    # Less than a tenth of what was asked for is there by chance.
    many = {f"rare {n}": {n} for n in range(12)}
    assert fused_by_share(order, {**many, "one": {19}}, 20) == order


def test_ndcg_is_1_for_the_best_order_and_less_for_any_other() -> None:
    grades = [0, 3, 1, 2, 0]
    assert ndcg([1, 3, 2, 0, 4], grades, 10) == 1
    assert ndcg([3, 1, 2, 0, 4], grades, 10) < 1
    assert ndcg([0, 4], grades, 10) == ndcg([], grades, 10) == 0
    # (3 at place 1) / (7 + 3/log2(3) + 1/2), whoever is in no list brings nothing.
    assert round(ndcg([3], grades, 10), 4) == round(3 / (7 + 3 / 1.5849625 + 0.5), 4)
    assert ndcg([0], [0, 0], 10) == 0


def test_fusion_prefers_who_stands_high_in_both() -> None:
    assert fused([[1, 2, 3], [3, 2, 4]])[:2] in ([3, 2], [2, 3])
    assert fused([[1, 2], []]) == [1, 2]


def test_the_interval_holds_the_mean_and_is_always_the_same() -> None:
    low, high = bootstrap([0.2, 0.4, 0.9, 0.7] * 9)
    assert low < 0.55 < high < 0.7
    assert bootstrap([0.2, 0.4, 0.9, 0.7] * 9) == (low, high)
    assert bootstrap([0.5] * 30) == (0.5, 0.5)
