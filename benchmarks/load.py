"""P6: 50 people, one action every 2 s each, over HTTP; how much more it would take to hurt; other numbers of
people, who do all that the pages offer; and whether anybody notices that the web server's processes are replaced."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.cores import watched
from benchmarks.measure import Figure, p95, summary
from benchmarks.stage import Stage
from benchmarks.traffic import EVERY_S, USERS, Load, Traffic
from benchmarks.web import Web

RATE = USERS / EVERY_S
TEAMS = (1, 10, 50, 200)
# Of what people do, this share is something else than reading rows.
OTHERS = 0.35


def figures(stage: Stage) -> Iterator[Figure]:
    seconds = 3.0 if stage.quick else 40.0
    traffic = Traffic.of(stage, users=USERS if stage.quick else max(TEAMS))
    yield from _steady(stage, traffic, seconds)
    yield _by_users(stage, traffic, seconds / 2)
    yield _knee(stage, traffic, seconds / 4)
    yield _hup(stage, traffic, seconds)
    yield _recycling(stage, traffic, seconds)


def _steady(stage: Stage, traffic: Traffic, seconds: float) -> Iterator[Figure]:
    with watched(stage.web.pid) as cores:
        load = traffic.run(seconds, RATE, sessions=traffic.sessions[:USERS])
    worst = load.percentile(0.99)
    yield Figure(
        "P6-p99",
        "50 users, one action in 2 s: p99 <= 50 ms",
        worst,
        "ms",
        worst <= 50,
        arms={"requests": summary(load.took)},
        n=len(load.took),
        note=load.told(),
        cause=cores.cause,
    )
    n = len(load.took)
    yield Figure("P6-failed", "failed requests = 0", load.failed, "", load.failed == 0, n=n, note=load.told())
    yield Figure("P6-wrong", "answers with a wrong row = 0, each compared", load.wrong, "", load.wrong == 0, n=n)


def _by_users(stage: Stage, traffic: Traffic, seconds: float) -> Figure:
    """Each of so many people does something every 2 s: rows, the list of searches, a person, a filter's counts."""
    arms, told, bad, asked = {}, [], 0, 0
    for users in TEAMS:
        if users > len(traffic.sessions):
            break
        # A single person does little in a short run.
        enough = max(seconds, (2 if stage.quick else 10) * EVERY_S / users)
        load = traffic.run(enough, users / EVERY_S, sessions=traffic.sessions[:users], others=OTHERS)
        arms[f"{users} users"] = summary(load.took) | {"p99": load.percentile(0.99)}
        told.append(f"{users}: p99 {load.percentile(0.99):.0f} ms")
        bad, asked = bad + load.failed + load.wrong, asked + len(load.took)
    goal = f"{', '.join(map(str, TEAMS))} people at all that the pages offer: failed or wrong answers = 0"
    return Figure("P6-users", goal, bad, "", bad == 0, arms=arms, n=asked, note=", ".join(told))


def _knee(stage: Stage, traffic: Traffic, seconds: float) -> Figure:
    knee, stopped, cause = 0.0, "", ""
    for factor in (2, 5) if stage.quick else (2, 3, 4, 5, 6, 8):
        with watched(stage.web.pid) as cores:
            load = traffic.run(seconds, factor * RATE)
        if load.failed or load.wrong or p95(load.took) > 100 or load.late > len(load.took) / 20:
            stopped, cause = f"at {factor}x p95 {p95(load.took):.0f} ms, {load.told()}", cores.cause
            break
        knee = factor
    goal = "load at which p95 stays under 100 ms >= 5x, generator on the same cores"
    return Figure("P6-knee", goal, knee, "x", knee >= 5, note=stopped, cause=cause)


def _hup(stage: Stage, traffic: Traffic, seconds: float) -> Figure:
    """An admin replaces all workers, three times in mid-load."""
    web = stage.web
    before = web.workers()
    load = traffic.run(seconds, RATE, events=[(share, web.renew) for share in (0.2, 0.5, 0.8)])
    _wait_for_others(web, before)
    return _unnoticed("P6-hup", "failed or wrong answers through 3 HUPs in mid-load = 0", load, "3 HUPs")


def _recycling(stage: Stage, traffic: Traffic, seconds: float) -> Figure:
    """Workers that end themselves after so many requests, many times in mid-load."""
    most = 20 if stage.quick else 100
    with stage.serve(GUNICORN_CMD_ARGS=f"--max-requests {most} --max-requests-jitter {most}") as web:
        before = web.workers()
        seen = set(before)
        events = [(share / 20, lambda: seen.update(web.workers())) for share in range(1, 21)]
        load = traffic.run(seconds, RATE, sessions=[session.at(web) for session in traffic.sessions], events=events)
    replaced = len(seen) - len(before)
    if not replaced:
        raise RuntimeError("no worker was replaced: the arm measured nothing")
    told = f"{replaced} workers seen to be replaced"
    return _unnoticed("P6-recycling", "failed or wrong answers through max_requests recycling = 0", load, told)


def _unnoticed(name: str, goal: str, load: Load, told: str) -> Figure:
    bad = load.failed + load.wrong
    note = f"{told}; p99 {load.percentile(0.99):.0f} ms; {load.told()}"
    return Figure(name, goal, bad, "", bad == 0, arms={"requests": summary(load.took)}, n=len(load.took), note=note)


def _wait_for_others(web: Web, before: set[int]) -> None:
    """Until none of the workers of before is left. Raises RuntimeError when some stay: the arm measured nothing."""
    deadline = time.monotonic() + 60
    while before & web.workers():
        if time.monotonic() > deadline:
            raise RuntimeError("HUP did not replace the workers")
        time.sleep(0.1)
