"""How many people each vendor of a waterfall would be asked about: at first, and after others had nothing. Pure.

Each group of people who want the same of the same vendors is followed down the steps: at each, a vendor gives each want
with the share of people for whom it gave it until now, one want independently of the other. What it takes at most is
what it would take if no earlier vendor had anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from services.enrichment.enrichment_plan import Step

# Before a vendor was asked, it is taken to know every second one; that counts like so many people.
PRIOR, PRIOR_PEOPLE = 0.5, 10


@dataclass(frozen=True)
class Group:
    """People who all want the same. step: the first one at which they are asked about. fresh: who was asked lately."""

    people: int
    step: int
    needs: frozenset[str]
    fresh: frozenset[str]


@dataclass(frozen=True)
class Rates:
    """Of `people` whom a vendor was asked about lately: how many it knew, and of how many it gave each want."""

    people: int = 0
    known: int = 0
    gave: Mapping[str, int] = field(default_factory=dict)

    @property
    def share_known(self) -> float:
        return self._share(self.known)

    def share(self, want: str) -> float:
        return self._share(self.gave.get(want, 0))

    def _share(self, hits: int) -> float:
        return (hits + PRIOR * PRIOR_PEOPLE) / (self.people + PRIOR_PEOPLE)


@dataclass
class Forecast:
    """Of one vendor, people: asked about at first; expected after others had nothing; at most in all."""

    first: int = 0
    later: float = 0.0
    most: int = 0

    @property
    def expected(self) -> float:
        return self.first + self.later


def forecast(groups: Sequence[Group], steps: Sequence[Step], rates: Mapping[str, Rates]) -> dict[str, Forecast]:
    """By vendor. rates: of every vendor of the steps."""
    gives: dict[str, set[str]] = defaultdict(set)
    for step in steps:
        gives[step.vendor] |= set(step.gives)
    found: dict[str, Forecast] = defaultdict(Forecast)
    for group in groups:
        states = {(group.needs, group.fresh): 1.0}
        reached: set[str] = set()
        for place, step in enumerate(steps, 1):
            if place < group.step:
                continue
            after: dict[tuple[frozenset[str], frozenset[str]], float] = defaultdict(float)
            for (needs, fresh), chance in states.items():
                if step.vendor in fresh or not needs & set(step.gives):
                    after[needs, fresh] += chance
                    continue
                one = found[step.vendor]
                if step.vendor not in reached:
                    reached.add(step.vendor)
                    one.most += group.people
                if place == group.step:
                    one.first += group.people
                else:
                    one.later += group.people * chance
                for left, part in _outcomes(needs, gives[step.vendor], rates[step.vendor]):
                    after[left, fresh | {step.vendor}] += chance * part
            states = after
    return dict(found)


def _outcomes(needs: frozenset[str], gives: set[str], rates: Rates) -> Iterator[tuple[frozenset[str], float]]:
    """(what is still needed, its chance) after a vendor was asked. What else it gives comes along."""
    open_wants = sorted(needs & gives)
    for got in product((True, False), repeat=len(open_wants)):
        chance = 1.0
        for want, is_there in zip(open_wants, got, strict=True):
            share = rates.share(want)
            chance *= share if is_there else 1 - share
        gone = {want for want, is_there in zip(open_wants, got, strict=True) if is_there}
        yield needs - gone, chance
