"""P6-soak: 50 people and 100,000 profiles for ten minutes: nothing fails, and memory stays where it was."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.load import OTHERS, RATE
from benchmarks.measure import Figure, summary
from benchmarks.memory import slope_of, web_mib
from benchmarks.stage import Stage
from benchmarks.traffic import Traffic
from services.demo import synthetic

PEOPLE, QUICK_PEOPLE = 100_000, 5_000
SECONDS, QUICK_SECONDS = 600.0, 60.0
# What the first minutes bring into memory is not growth; after them, so much in ten minutes is none.
SETTLED, MOST_MIB = 0.3, 5.0
_OWN = (
    "no object is left over (500 requests leave 6 kB by tracemalloc, the client's included): workers go on making pages"
    " that they share with the master their own"
)


def figures(stage: Stage) -> Iterator[Figure]:
    people, seconds = (QUICK_PEOPLE, QUICK_SECONDS) if stage.quick else (PEOPLE, SECONDS)
    search_id = synthetic.generate(stage.rt, stage.actor, people, "Soak", seed=people)
    traffic = Traffic.of(stage, search_id)
    with stage.serve(WEB_MAX_REQUESTS="0", WEB_MEMORY_MB="0") as web:
        sizes: list[tuple[float, float]] = []
        looks = [(at / 40, lambda at=at: sizes.append((at / 40, web_mib(web)))) for at in range(1, 41)]
        sessions = [session.at(web) for session in traffic.sessions]
        load = traffic.run(seconds, RATE, sessions=sessions, events=looks, others=OTHERS)
    bad = load.failed + load.wrong
    told = f"p99 {load.percentile(0.99):.0f} ms; {load.told()}"
    yield Figure(
        "P6-soak-failed", f"failed or wrong answers in {seconds / 60:.0f} min, {people:,} profiles, 50 people = 0",
        bad, "", bad == 0, arms={"requests": summary(load.took)}, n=len(load.took), note=told,
    )  # fmt: skip
    grown = slope_of([one for one in sizes if one[0] >= SETTLED])
    yield Figure(
        "P6-soak-memory", f"growth of the web server over {seconds / 60:.0f} min, by regression <= 5 MiB", grown,
        "MiB", grown <= MOST_MIB, arms={"mib": {f"{share:.0%}": mib for share, mib in sizes}}, n=len(sizes),
        cause=_OWN,
    )  # fmt: skip
