"""How far a screening is, kept in memory between two looks at its rows, and told as the run's counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services import db
from services.runs.jobs import RunHandle
from services.screening import screening_rows as rows
from services.screening.screening_rows import Result, Tally
from services.spending import prices
from services.vendors.openai_errors import Usage


class Progress:
    """tally: the run's figures. unverified: verdicts whose quote was not there."""

    def __init__(self, handle: RunHandle, model: str) -> None:
        self._handle, self._model = handle, model
        self.tally = Tally()
        self.unverified = int(handle.counts.get("unverified", 0))

    def answered(self, saved: Sequence[Result], answers: Sequence[Result]) -> None:
        """These answers came and were billed; of them, those that were saved."""
        self.tally.screened += len(saved)
        self.tally.suspect += sum(bool(one.item.suspect) for one in saved)
        for one in answers:
            self.spent(one.usage or Usage())
            self.unverified += sum(ruling.said not in (None, ruling.verdict) for ruling in one.rulings.values())

    def failed(self, usage: Usage, *, is_dead: bool) -> None:
        """A call failed, and may have been billed."""
        self.spent(usage)
        self.tally.dead += is_dead

    def reused(self, people: int) -> None:
        """So many are screened by what was known before."""
        self.tally.screened += people
        self.tally.reused += people

    def spent(self, usage: Usage) -> None:
        """One call more was billed."""
        self.tally.tokens += usage.input_tokens + usage.output_tokens
        self.tally.cost += prices.cost(self._model, usage) or 0

    def report(self, conn: db.Conn, *, waiting: str = "", ended: bool = False, **more: Any) -> None:
        """Into the run's row. waiting: for what, for people. Raises LeaseLost."""
        tally = self.tally
        rate = 0 if ended else round((self._handle.counts.get("_rate") or 0) * 60)
        counts = {
            "screened": tally.screened, "reused": tally.reused, "unverified": self.unverified,
            "sent": tally.sent, "suspect": tally.suspect, "calls": tally.calls, "tokens": tally.tokens,
            "cost": f"{tally.cost:.4f}" if tally.cost else "", "rate": rate, "waiting": waiting, **more,
        }  # fmt: skip
        self._handle.save(conn, tally.screened + tally.dead, tally.total, tally.dead, **counts)

    def report_exactly(self, conn: db.Conn, **more: Any) -> None:
        """The same from the rows, at the beginning and at the end."""
        self.tally = rows.count_items(conn, self._handle.run_id)
        self.report(conn, ended=True, **more)

    def summary(self) -> str:
        """What came of it, for people."""
        tally = self.tally
        if not tally.total:
            return "There was nobody to screen."
        known = f", {tally.reused:,} of them by what was known before" if tally.reused else ""
        said = f"{tally.screened:,} screened{known}."
        return f"{said} {tally.dead:,} could not be screened and keep what they had." if tally.dead else said
