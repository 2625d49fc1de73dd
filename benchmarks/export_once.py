"""python -m benchmarks.export_once SEARCH FORMAT: one export in a process of its own, and its peak memory."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from services.access import bootstrap
from services.config import Settings
from services.exports import exports
from services.grid.grid_view import View
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.servers import allocator


def main(search_id: str, fmt: str) -> int:
    allocator.give_back()
    rt = Runtime(Settings.from_env(), "worker")
    rt.open()
    try:
        actor = bootstrap.acting_as(rt)
        params = exports.read_params(View.of(search_id, status="all"), None, {"all": True}, fmt, None)
        run_id = Runner(rt, "benchmark").execute_inline(actor, "export", search_id, params)
        exports.delete_export(rt, exports.export_of_run(rt, run_id))
    finally:
        rt.close()
    # Not getrusage: its peak begins with that of the process which started this one.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(json.dumps({"peak_mib": int(peak[1]) / 1024 if peak else 0}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
