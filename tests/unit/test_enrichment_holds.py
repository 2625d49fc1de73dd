"""Which vendors a run leaves alone, and what it says when nobody is left to ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.enrichment.enrichment_holds import Held, Holds, pause_for

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_hold_ends_at_its_time_and_one_without_a_time_does_not() -> None:
    holds = Holds()
    holds.put("salesql", Held("Used up.", NOON))
    holds.put("crustdata", Held("No credit."))
    assert holds.vendors(NOON - timedelta(seconds=1)) == {"salesql", "crustdata"}
    assert holds.vendors(NOON) == {"crustdata"} and holds.of(["salesql"]) == []


def test_the_run_goes_on_at_the_first_time_that_helps_and_says_all_reasons() -> None:
    holds = Holds()
    holds.put("crustdata", Held("No credit."))
    holds.put("salesql", Held("Used up.", NOON + timedelta(days=1)))
    paused = pause_for([*holds.of(["crustdata", "salesql", "salesql"]), Held("Looked for.", NOON)])
    assert paused.until == NOON and paused.message == "Used up. No credit. Looked for."
    assert pause_for(holds.of(["crustdata"])).until is None
