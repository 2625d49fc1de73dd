"""How many people a vendor would be asked about, also behind others."""

from __future__ import annotations

import pytest

from services.enrichment.enrichment_forecast import Group, Rates, forecast
from services.enrichment.enrichment_plan import Step

SALESQL, CRUSTDATA = Step("salesql", ("email",)), Step("crustdata", ("email",))
# Of 90 people: 40 with an e-mail, so that half of them count as known to it with the ten that are taken for granted.
HALF = Rates(90, 60, {"email": 45, "phone": 45, "history": 45})
NEVER = Rates(10**9, 0, {})


def group(people: int, needs: str, step: int = 1, fresh: str = "") -> Group:
    return Group(people, step, frozenset(needs.split()), frozenset(fresh.split()))


def test_the_second_source_is_asked_about_whom_the_first_does_not_know() -> None:
    found = forecast([group(100, "email")], [SALESQL, CRUSTDATA], {"salesql": HALF, "crustdata": HALF})
    assert (found["salesql"].first, found["salesql"].later, found["salesql"].most) == (100, 0, 100)
    assert (found["crustdata"].first, found["crustdata"].most) == (0, 100)
    assert found["crustdata"].later == pytest.approx(50)


def test_a_source_that_never_knew_anyone_leaves_all_of_them_to_the_next() -> None:
    found = forecast([group(100, "email")], [SALESQL, CRUSTDATA], {"salesql": NEVER, "crustdata": HALF})
    assert found["crustdata"].expected == pytest.approx(100, abs=0.01)


def test_before_anybody_was_asked_about_every_second_one_is_taken_to_be_known() -> None:
    assert Rates().share("email") == Rates().share_known == 0.5
    assert Rates(1_000, 900, {}).share_known == pytest.approx(0.896, abs=0.001)


def test_who_was_asked_lately_is_not_asked_again() -> None:
    found = forecast(
        [group(10, "email", step=2, fresh="salesql")], [SALESQL, CRUSTDATA], {"salesql": HALF, "crustdata": HALF}
    )
    assert "salesql" not in found and found["crustdata"].first == 10


def test_what_a_source_gives_along_is_not_asked_for_elsewhere() -> None:
    steps = [Step("crustdata", ("history",)), SALESQL, Step("crustdata", ("email",))]
    found = forecast([group(100, "history email")], steps, {"salesql": HALF, "crustdata": HALF})
    assert found["crustdata"].first == found["crustdata"].most == 100 and found["crustdata"].later == 0
    assert found["salesql"].later == pytest.approx(50)


def test_each_want_is_followed_by_itself() -> None:
    steps = [Step("salesql", ("email", "phone")), CRUSTDATA]
    found = forecast([group(100, "email phone"), group(50, "phone")], steps, {"salesql": HALF, "crustdata": HALF})
    assert found["salesql"].first == 150 and found["crustdata"].later == pytest.approx(50)
    assert found["crustdata"].most == 100
