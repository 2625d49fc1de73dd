"""How often a wrong password may be tried: after some failures each further try has to wait, longer each time.

Failures are counted in buckets: one an account (all browsers that it was never signed in from together), one a
network address, and one for each browser that an account is known in. A known browser counts for itself alone,
so that whoever tries an account's passwords makes strangers wait and never its owner. Nobody is locked out for
good: the longest wait is a quarter of an hour, and links and the identity provider are not touched by it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import sql
from services import db
from services.errors import LimitReached
from services.runtime import Runtime

FIRST_WAIT_S = 30
LONGEST_WAIT_S = 900

_Q = sql.queries("throttle")


@dataclass(frozen=True)
class Bucket:
    """key: 32 bytes. free: failures without a wait. window_s: how long a failure counts."""

    key: bytes
    free: int
    window_s: int


def account(key: bytes) -> Bucket:
    """Failures for one account."""
    return Bucket(key, 5, 86_400)


def address(key: bytes) -> Bucket:
    """Failures from one network address, which a whole office may share."""
    return Bucket(key, 20, 3600)


def wait_s(bucket: Bucket, failures: int, since_last_s: float) -> int:
    """Whole seconds to wait before the next try: 30 after the last free failure, then twice as long each time."""
    if failures < bucket.free:
        return 0
    doubled = min(failures - bucket.free, 10)
    wait: int = min(FIRST_WAIT_S * 2**doubled, LONGEST_WAIT_S)
    return max(0, math.ceil(wait - since_last_s))


def claim(rt: Runtime, buckets: Iterable[Bucket]) -> list[int]:
    """Count a try as failed before it is made, so that many at once do not slip through; returns its ids.

    Raises LimitReached, nothing counted, while one of the buckets has to wait.
    """
    ordered = sorted(buckets, key=lambda bucket: bucket.key)
    with rt.db.connection() as conn:
        for bucket in ordered:
            db.run(conn, _Q.lock_bucket, {"bucket": bucket.key})
        waits = [_wait(conn, bucket) for bucket in ordered]
        if longest := max(waits, default=0):
            raise LimitReached(f"Too many failed sign-ins. Wait {_words(longest)}, or ask an admin for a link.")
        return [_insert(conn, bucket) for bucket in ordered]


def forgive(conn: db.Conn, claimed: Iterable[int], bucket: Bucket) -> None:
    """A try was good: it was no failure, and the failures of its first bucket are forgotten."""
    db.run(conn, _Q.delete_attempts, {"ids": list(claimed), "bucket": bucket.key})


def _wait(conn: db.Conn, bucket: Bucket) -> int:
    row = db.one(conn, _Q.count_attempts, {"bucket": bucket.key, "window_s": bucket.window_s})
    return wait_s(bucket, row["failures"], row["since_last_s"] or 0.0) if row else 0


def _insert(conn: db.Conn, bucket: Bucket) -> int:
    row = db.one(conn, _Q.insert_attempt, {"bucket": bucket.key})
    assert row is not None
    return int(row["id"])


def _words(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{math.ceil(seconds / 60)} minutes"
