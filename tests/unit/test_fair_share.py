"""What is left of a day, shared by what each has had and still wants."""

from __future__ import annotations

import pytest

from services.spending.fair_share import Claim, fair_share


@pytest.mark.parametrize(
    ("left", "mine", "others", "share"),
    [
        # Alone, it is all theirs.
        (100, Claim(0, 5_000), [], 100),
        (5_000, Claim(4_000, 40), [], 40),
        # There is enough for everyone.
        (100, Claim(900, 50), [Claim(0, 40)], 50),
        # Somebody's 5,000 leave a second person their 40.
        (50, Claim(4_950, 5_000), [Claim(0, 40)], 10),
        (40, Claim(4_960, 5_000), [Claim(0, 40)], 0),
        (40, Claim(0, 40), [Claim(4_960, 5_000)], 40),
        # Both have had nothing, so each gets a half; who wants less leaves the rest.
        (100, Claim(0, 500), [Claim(0, 500)], 50),
        (100, Claim(0, 500), [Claim(0, 20)], 80),
        (90, Claim(0, 500), [Claim(0, 20), Claim(0, 500)], 35),
        # What one has had counts: they are lifted to the same height.
        (100, Claim(60, 500), [Claim(0, 500)], 20),
        # One is left over: for whoever asks first, and not for nobody.
        (1, Claim(5, 10), [Claim(5, 10)], 1),
        (3, Claim(0, 10), [Claim(0, 10)], 2),
        (0, Claim(0, 10), [Claim(0, 10)], 0),
    ],
)
def test_whoever_has_had_less_goes_first(left: int, mine: Claim, others: list[Claim], share: int) -> None:
    assert fair_share(left, mine, others) == share


def test_nobody_s_share_leaves_the_others_without_theirs() -> None:
    """All ask, one after the other, in any order: nothing is left over, and the one who has had most gets least."""
    claims = [Claim(300, 200), Claim(0, 40), Claim(10, 400)]
    left, got = 200, [0, 0, 0]
    for _ in range(3):
        for place, claim in enumerate(claims):
            mine = Claim(claim.had + got[place], claim.wanted - got[place])
            others = [Claim(one.had + got[n], one.wanted - got[n]) for n, one in enumerate(claims) if n != place]
            share = fair_share(left, mine, others)
            got[place], left = got[place] + share, left - share
    assert left == 0 and got == [0, 40, 160]
