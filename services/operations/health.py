"""Whether this process can serve, for load balancers and the process manager."""

from __future__ import annotations

import psycopg
import redis

import sql
from services import db
from services.errors import ProductError
from services.runtime import Runtime

MISSED_HEARTBEATS = 3

_Q = sql.queries("health")


def readiness(rt: Runtime) -> tuple[int, dict[str, str | bool]]:
    """HTTP status and body of /readyz.

    Only Postgres decides between 200 and 503: without Redis or a job worker pages are still
    served, and taking every web host out of service would help nobody. Then the status says degraded.
    """
    postgres = worker = False
    try:
        with rt.db.connection() as conn:
            seconds = MISSED_HEARTBEATS * rt.settings.job_heartbeat_s
            row = db.one(conn, _Q.fetch_worker_alive, {"seconds": seconds})
        postgres, worker = True, bool(row and row["alive"])
    except (ProductError, psycopg.Error):
        # Away, or there but not migrated yet.
        pass
    cache = _redis_answers(rt)
    if not postgres:
        return 503, {"status": "unavailable", "postgres": False, "redis": cache, "worker": False}
    status = "ok" if cache and worker else "degraded"
    return 200, {"status": status, "postgres": True, "redis": cache, "worker": worker}


def _redis_answers(rt: Runtime) -> bool:
    try:
        return bool(rt.redis.ping())
    except redis.RedisError:
        return False
