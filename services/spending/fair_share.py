"""How several people share what is left of something that is counted: whoever has had less goes first. Pure.

Max-min fairness over what each has had and still wants (Bertsekas and Gallager, Data Networks, 6.5.2): nobody gets
more at the cost of someone who has less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """What someone has had already, and how many more they want."""

    had: int
    wanted: int

    def up_to(self, level: int) -> int:
        """How many more they get where nobody is lifted above a level."""
        return max(0, min(self.had + self.wanted, level) - self.had)


def fair_share(left: int, mine: Claim, others: Sequence[Claim]) -> int:
    """How many of `left` someone may have now. What does not divide evenly is for whoever asks first."""
    everyone = (mine, *others)
    low, high = 0, max(one.had + one.wanted for one in everyone)
    # The highest level to which all can be lifted.
    while low < high:
        middle = (low + high + 1) // 2
        if sum(one.up_to(middle) for one in everyone) <= left:
            low = middle
        else:
            high = middle - 1
    return min(mine.wanted, max(0, left - sum(one.up_to(low) for one in others)))
