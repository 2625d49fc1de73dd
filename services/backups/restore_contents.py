"""Which parts of a dump can be loaded: without pgvector at the target, all but vectors.

Only a superuser may add that extension. Vectors are made anew from what is restored, so a server without it takes the
rest; `sourcingx migrate` makes their tables once it is there.
"""

from __future__ import annotations

import re
from pathlib import Path

import psycopg

import sql
from services.backups import pg_tools
from services.backups.pg_tools import Tools
from services.servers import unprivileged

# Lines of pg_restore's table of contents: "4; 3079 16400 EXTENSION - vector", "… TABLE DATA public query_embeddings …".
_VECTORS = re.compile(r"\bEXTENSION - vector\b|\bpublic (?:profile|query)_embeddings")

_Q = sql.queries("backup")


def takes_vectors(url: str) -> bool:
    """Whether the target has pgvector, or the role may add it."""
    with psycopg.connect(url, connect_timeout=pg_tools.CONNECT_S) as conn:
        row = conn.execute(_Q.takes_vectors).fetchone()
    return bool(row and row[0])


def without_vectors(tools: Tools, dump: Path) -> str:
    """The dump's table of contents without them, for pg_restore --use-list."""
    listed = pg_tools.run(tools.command("pg_restore", "--list", str(dump)), unprivileged.ENVIRONMENT)
    return "".join(line for line in listed.splitlines(keepends=True) if not _VECTORS.search(line))
