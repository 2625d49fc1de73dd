"""The design that goal P4 is compared with, in a process of its own: python -m benchmarks.load_everything URL TABLE.

For each query all vectors are read from Postgres as bytes into numpy, compared by cosine, sorted whole, and the first
ten taken. Reads one query a line, a JSON list of 384 numbers; answers a line: {"ms", "ids", "peak_mb"}.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Sequence

import numpy as np
import psycopg
from psycopg.sql import SQL, Identifier

import sql

TOP = 10

_Q = sql.queries("benchmarks_matching")


def nearest(conn: psycopg.Connection, table: str, query: Sequence[float]) -> list[int]:
    """Ids of the ten that are most alike."""
    rows = conn.execute(SQL(_Q.read_bytea).format(table=Identifier(table)), binary=True).fetchall()
    ids, vectors = [], []
    for job_id, _, embedding in rows:
        ids.append(job_id)
        vectors.append(np.frombuffer(embedding, dtype=np.float32))
    found, wanted = np.array(vectors), np.array(query, dtype=np.float32)
    alike = found @ wanted / (np.linalg.norm(found, axis=1) * np.linalg.norm(wanted))
    return [ids[place] for place in alike.argsort()[-TOP:][::-1]]


def main(url: str, table: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        for line in sys.stdin:
            query = json.loads(line)
            start = time.perf_counter()
            ids = nearest(conn, table, query)
            took = (time.perf_counter() - start) * 1000
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(json.dumps({"ms": took, "ids": ids, "peak_mb": peak}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
