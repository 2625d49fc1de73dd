"""One job worker for one run, in a process of its own: python -m tests.run_one RUN."""

from __future__ import annotations

import sys

from services.config import Settings
from services.runs.job_runner import Runner
from services.runtime import Runtime


def main(run_id: int) -> None:
    rt = Runtime(Settings.from_env(), kind="worker")
    rt.open()
    runner = Runner(rt, f"process-{run_id}")
    runner.start()
    try:
        runner.execute(run_id)
    finally:
        runner.close()
        rt.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
