"""R5: several processes ask one vendor as fast as they may, and no minute of it has more than its limit."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from benchmarks.measure import Figure
from benchmarks.stage import Stage
from services.config import Settings, child_environ
from services.enrichment.vendor_budget import SALESQL
from services.enrichment.vendor_turns import Turns
from services.runtime import Runtime
from services.vendors.salesql import SalesqlClient
from services.vendors.vendor_errors import RateLimited
from tests.stubs.salesql_server import SalesqlStub

ROOT = Path(__file__).parents[1]
PROCESSES, LIMIT, BATCH = 4, 600, 10
# Longer than a minute, so that its first and its last second are in different ones.
SECONDS, QUICK_SECONDS = 90.0, 8.0


def figures(stage: Stage) -> Iterator[Figure]:
    seconds = QUICK_SECONDS if stage.quick else SECONDS
    with SalesqlStub(per_minute=LIMIT + 1) as stub:
        settings = replace(
            stage.settings, salesql_api_key=str(stub.key), salesql_base_url=f"{stub.url}/v1", salesql_rpm=LIMIT,
            salesql_batch=BATCH, vendor_concurrency=PROCESSES,
        )  # fmt: skip
        asking = [
            subprocess.Popen(
                [sys.executable, "-m", "benchmarks.limits", str(seconds), str(number)],
                env=child_environ(settings),
                cwd=ROOT,
            )
            for number in range(PROCESSES)
        ]
        ended = [one.wait(seconds + 60) for one in asking]
        if any(ended):
            raise RuntimeError("a process that asks has failed")
        asked, refused = len(stub.asked), stub.refused
    allowed = LIMIT * seconds / 60
    yield Figure(
        "R5", f"{PROCESSES} processes x {seconds:g} s, {LIMIT} people a minute: requests beyond the limit + 1 = 0",
        refused, "", refused == 0 and asked > 0, n=PROCESSES,
        arms={"people": {"asked": asked, "allowed": allowed, "share": asked / allowed}},
    )  # fmt: skip


def _ask(seconds: float, user: str) -> None:
    """One process: asks whenever it may, for so long."""
    rt = Runtime(Settings.from_env(), kind="worker")
    rt.open()
    s = rt.settings
    client = SalesqlClient(s.salesql_base_url, s.salesql_api_key, s.salesql_batch)
    turns, until, n = Turns(rt, SALESQL), time.monotonic() + seconds, 0
    try:
        while time.monotonic() < until:
            wait = turns.reserve(BATCH, user) if turns.enter(user) else 0.05
            if not wait:
                n += 1
                with suppress(RateLimited):
                    client.look_up([f"https://www.linkedin.com/in/ana-{user}-{n}-{m}" for m in range(BATCH)])
            turns.leave(user)
            time.sleep(min(wait, 0.5))
    finally:
        client.close()
        rt.close()


if __name__ == "__main__":
    _ask(float(sys.argv[1]), sys.argv[2])
