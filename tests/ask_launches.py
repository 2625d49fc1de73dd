"""Many launches of one agent at once, in a process of its own: -m tests.ask_launches USER SEARCH AGENT THREADS.

Says "ready", waits for a line, then how many were taken and how many were refused because of another one.
"""

from __future__ import annotations

import sys
import threading

from services.access.identity import Actor
from services.config import Settings
from services.enrichment import launches
from services.enrichment.launches import Wanted
from services.errors import Conflict, Unavailable
from services.runtime import Runtime


def main(user_id: int, search_id: str, agent_id: str, count: int) -> None:
    rt = Runtime(Settings.from_env())
    rt.open()
    actor = Actor(user_id, "admin")
    with rt.db.connection() as conn:
        launches.check_visible(conn, actor, search_id)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    taken, refused = list[int](), list[str]()
    barrier = threading.Barrier(count)

    def ask() -> None:
        barrier.wait()
        while True:
            try:
                taken.append(launches.start(rt, actor, search_id, Wanted(agent_id)))
            except (Conflict, Unavailable) as error:
                # Whoever waited too long for a connection or for their turn was told to try again, and does.
                if "launched it" not in error.message:
                    continue
                refused.append(error.message)
            return

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rt.close()
    sys.stdout.write(f"{len(taken)} {len(refused)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
