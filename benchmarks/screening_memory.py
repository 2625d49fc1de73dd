"""P7-memory: what a job worker holds more than before while it screens many people, and what web workers do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.import_memory import pss_kb
from benchmarks.measure import Figure
from benchmarks.screening_model import begin, pointed, stub, wait, working
from benchmarks.stage import Stage
from benchmarks.web import Session
from services import rubrics, runs, synthetic
from services.demo import CRITERIA, JOB

FEW, MANY, QUICK_MANY = 50, 10_000, 1_000
GOAL_MB, WEB_GOAL_MB = 60.0, 1.0
UNLIMITED = 1_000_000, 1_000_000_000
SAMPLE_S = 0.25
READS = 30


def figures(stage: Stage) -> Iterator[Figure]:
    """Proportional set sizes. "Before" is a worker that has never asked a model: openai's own modules count, too."""
    many = QUICK_MANY if stage.quick else MANY
    sizes = {size: synthetic.generate(stage.rt, stage.actor, size, f"Memory {size}", size) for size in (FEW, many)}
    kept = {size: rubrics.save(stage.rt, stage.actor, one, JOB, CRITERIA) for size, one in sizes.items()}
    session, web = stage.session(), [stage.web.pid, *stage.web.workers()]
    with stub(latency=0.05) as url, pointed(stage, url, *UNLIMITED) as rt, working(rt, stage) as worker:
        peaks: dict[int, float] = {}
        idle = _settled(stage, worker.pid)
        _read(session, sizes[many])
        web_before = _mb(*web)
        for size, search_id in sizes.items():
            with _peak(worker.pid) as peak:
                wait(rt, begin(rt, stage.actor, search_id, kept[size]))
            peaks[size] = peak[0]
        _read(session, sizes[many])
        web_grew = _mb(*web) - web_before
    extra = peaks[many] - idle
    arms = {"worker_mb": {"idle": idle, f"{FEW} people": peaks[FEW], f"{many} people": peaks[many]},
            "web_mb": {"before": web_before, "after": web_before + web_grew}}  # fmt: skip
    yield Figure(
        "P7-memory", f"peak of the job worker while it screens {many:,} people - idle <= {GOAL_MB:.0f} MB", extra, "MB",
        extra <= GOAL_MB, idle, arms=arms, n=1,
        note=f"of it {peaks[FEW] - idle:.1f} MB for {FEW} people, which is openai's own modules",
    )  # fmt: skip
    yield Figure(
        "P7-memory-web", f"web master and workers hold more after {many:,} people were screened <= 1 MB", web_grew,
        "MB", web_grew <= WEB_GOAL_MB, web_before, n=1,
    )  # fmt: skip


def _read(session: Session, search_id: str) -> None:
    """Someone pages through the people, so that every web worker has answered some times."""
    for page in range(READS):
        session.rows(search_id, page % 5 * 100)


def _settled(stage: Stage, pid: int) -> float:
    """MB of a worker that has done a job without a model."""
    pause = threading.Event()
    while not runs.worker_alive(stage.rt):
        pause.wait(0.1)
    pause.wait(2.0)
    return _mb(pid)


@contextmanager
def _peak(pid: int) -> Iterator[list[float]]:
    """The highest MB seen, four times a second."""
    found, ended = [0.0], threading.Event()

    def look() -> None:
        while True:
            found[0] = max(found[0], _mb(pid))
            if ended.wait(SAMPLE_S):
                return

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()


def _mb(*pids: int) -> float:
    return sum(map(pss_kb, pids)) / 1024
