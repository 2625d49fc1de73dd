"""P7-memory, P7-memory-web: what a job worker holds at most while it screens many people, and whether web workers hold
anything more afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

from benchmarks.import_memory import pss_kb
from benchmarks.measure import Figure
from benchmarks.screening_model import KEY, PATIENCE_S, pointed, run_state, stub, working
from benchmarks.screening_page import Pages
from benchmarks.stage import Stage
from benchmarks.web import Web
from benchmarks.web_memory import Held, held, settle
from services.demo import synthetic
from services.demo.demo_job import CRITERIA, JOB
from services.runs import runs
from services.runtime import Runtime

# The first are as many as an estimate reads of a search, and more than a block of rows: no later request is larger.
FEW, SOME, MANY = 200, 1_000, 10_000
QUICK_SOME, QUICK_MANY = 300, 1_000
GOAL_MB, WEB_GOAL_MB = 60.0, 1.0
UNLIMITED = 1_000_000, 1_000_000_000
SAMPLE_S = 0.25
# Open pages of a screening, each asking every second; and so many seconds of theirs in a round without a screening.
PAGES, ROUND = 4, 40


def figures(stage: Stage) -> Iterator[Figure]:
    """The job worker's is the peak over one that has never asked a model: openai's own modules count, too.

    Web workers are warm before anything is counted: a whole screening has been followed on its page, and the same
    requests went on until they brought nothing more. Then some people are screened, and many between two times nobody
    with as many requests: so what people leave behind is told from what requests do, and a slope from a step.
    """
    sizes = (FEW, QUICK_SOME, QUICK_MANY) if stage.quick else (FEW, SOME, MANY)
    few, some, many = sizes
    searches = {size: synthetic.generate(stage.rt, stage.actor, size, f"Memory {size}", size) for size in sizes}
    peaks: dict[int, float] = {}
    with stub(latency=0.05) as url, pointed(stage, url, *UNLIMITED) as rt, working(rt, stage) as worker:
        idle = _settled(stage, worker.pid)
        # Workers that were replaced meanwhile would hide what grows.
        environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": url, "WEB_MAX_REQUESTS": "0", "WEB_MEMORY_MB": "0"}
        with stage.serve(**environ) as web:
            followed = _Followed(rt, web, Pages(stage.session(web=web), web, PAGES), list(searches.values()))
            for size, search_id in searches.items():
                with _peak(worker.pid) as peak:
                    followed.screen(search_id)
                peaks[size] = peak[0]
                followed.told["warm" if size == few else f"{size} people"] = followed.settled(until=size == few)
                if size == some:
                    followed.nobody(followed.turns * many // some)
                    followed.told["nobody"] = followed.settled()
            followed.nobody(followed.turns)
            followed.told["nobody again"] = followed.settled()
    extra = peaks[many] - idle
    yield Figure(
        "P7-memory", f"peak of the job worker while it screens {many:,} people - idle <= {GOAL_MB:.0f} MB", extra, "MB",
        extra <= GOAL_MB, idle, n=1,
        arms={"worker_mb": {"idle": idle} | {f"{size} people": mb for size, mb in peaks.items()}},
        note=f"of it {peaks[few] - idle:.1f} MB for {few} people, which is openai's own modules",
    )  # fmt: skip
    yield _web_figure(followed, some, many)


class _Followed:
    """Screenings that are started and followed on open pages. told: what the web processes held after each stage."""

    def __init__(self, rt: Runtime, web: Web, pages: Pages, searches: Sequence[str]) -> None:
        self._rt, self._web, self._pages, self._searches = rt, web, pages, searches
        self._run, self.turns = 0, 0
        self.told: dict[str, Held] = {}

    def screen(self, search_id: str) -> None:
        """Everybody of a search, by the button; `turns` says how many seconds the pages asked."""
        self._run, self.turns = self._pages.start(search_id, JOB, CRITERIA), 0
        waiting = threading.Event()
        while (state := run_state(self._rt, self._run)["state"]) in ("queued", "running"):
            self._pages.look(search_id, self._run, self.turns)
            self.turns += 1
            waiting.wait(1.0)
            if self.turns > PATIENCE_S:
                break
        if state != "done":
            raise RuntimeError(f"the screening is {state}")

    def nobody(self, turns: int) -> None:
        """The requests of so many seconds, one after the other, while nobody is screened."""
        for turn in range(turns):
            self._pages.look(self._searches[-1], self._run, turn)

    def settled(self, *, until: bool = False) -> Held:
        """What is held after the same requests about every search. until: again and again, until they bring nothing."""

        def look() -> None:
            # Rows of people with verdicts are larger: mostly those of the first search, who have them already.
            order = [self._searches[0], *self._searches]
            for turn in range(ROUND):
                self._pages.look(order[turn % len(order)], self._run, turn)

        if until:
            return settle(self._web, look)
        look()
        return held(self._web)


def _web_figure(followed: _Followed, some: int, many: int) -> Figure:
    stages = ("warm", f"{some} people", "nobody", f"{many} people", "nobody again")
    held_mb = [followed.told[name].anonymous for name in stages]
    first, idle, grew, idle_again = (after - before for before, after in pairwise(held_mb))
    cpu = {name: one.cpu for name, one in followed.told.items()}
    return Figure(
        "P7-memory-web",
        f"web master and workers hold more after {many:,} people were screened <= {WEB_GOAL_MB:.0f} MB", grew, "MB",
        grew <= WEB_GOAL_MB, held_mb[2], n=1,
        arms={name: one.arms() for name, one in followed.told.items()}
        | {f"cpu seconds, {name}": one for name, one in cpu.items()},
        note=f"anonymous memory, each page once; {first:+.2f} MB for the {some:,} people before them, {idle:+.2f} MB "
        f"and {idle_again:+.2f} MB for as many requests (some {followed.turns * PAGES * 2:,}) without a screening, "
        "before and after",
    )  # fmt: skip


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
