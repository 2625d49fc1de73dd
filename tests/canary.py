"""Where a word is found: in every table and column, in Redis, in every stored file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import redis

from services.runtime import Runtime

WORD = "canary"


def in_tables(superuser_url: str) -> set[str]:
    """Tables with a row whose text has it."""
    with psycopg.connect(superuser_url) as conn:
        names = [row[0] for row in conn.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )]  # fmt: skip
        found = set()
        for name in names:
            row = conn.execute(
                f'SELECT EXISTS (SELECT FROM "{name}" t WHERE strpos(lower(t::text), %s) > 0)', [WORD]
            ).fetchone()
            if row and row[0]:
                found.add(name)
        return found


def in_redis(client: redis.Redis) -> set[str]:
    """Keys that have it in their name or value."""
    return {key.decode(errors="replace") for key in client.scan_iter() if WORD.encode() in _whole(client, key).lower()}


def _whole(client: Any, key: bytes) -> bytes:
    kind = client.type(key)
    if kind == b"string":
        value = client.get(key)
    elif kind == b"list":
        value = client.lrange(key, 0, -1)
    elif kind == b"set":
        value = client.smembers(key)
    elif kind == b"zset":
        value = client.zrange(key, 0, -1)
    else:
        value = client.hgetall(key)
    return key + repr(value).encode()


def in_files(rt: Runtime) -> set[str]:
    """Files of SOURCINGX_HOME, logs included, that have it; Parquet is read, not looked at."""
    return {
        path.name for path in rt.settings.home.rglob("*") if path.is_file() and not path.is_symlink()
        and WORD in _text(path).lower()
    }  # fmt: skip


def _text(path: Path) -> str:
    data = path.read_bytes()
    if data.startswith(b"PAR1"):
        return str(pq.read_table(path).to_pylist())
    return data.decode("utf-8", "replace")
