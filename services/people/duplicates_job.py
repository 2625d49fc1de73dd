"""The handler of find_duplicates runs: who is new or changed is compared with everybody who has a key in common.

A batch is one transaction: keys, pairs, who was compared. A run that was cut short goes on behind its
last batch. Nothing is ever merged here. With the param import_run: only the people of that import.

Comparing is Python at work, and would make an import in the same process take half as long again: between
two batches it waits while one runs, though not for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

import sql
from services import db
from services.access.identity import audit
from services.errors import Conflict
from services.imports.imports_first import step_aside
from services.people import identity_score
from services.people.identity_keys import LISTED, RULES, Facts, keys_of, name_keys
from services.runs.jobs import RunHandle
from services.runtime import Runtime

BATCH = 500
# What more people than this have in common tells nobody apart, and comparing them all would take hours.
MOST_IN_BLOCK = 60
CONFLICT_RETRIES = 5
COUNTS = ("pairs",)

_Q = sql.queries("duplicates")


def run_find(rt: Runtime, handle: RunHandle) -> None:
    """Compare everyone, or everyone of an import, who is new or changed."""
    with rt.db.connection() as conn:
        if handle.total is None:
            row = db.one(conn, _query("count", handle), _given(handle))
            handle.save(conn, 0, int(row["n"]) if row else 0, **dict.fromkeys(COUNTS, 0))
    while _next_batch(rt, handle):
        pass
    with rt.db.connection() as conn:
        if not _import_run(handle):
            db.run(conn, _Q.delete_orphans)
        audit(conn, handle.actor, "people.compare", "", run_id=handle.run_id, compared=handle.done, **_counts(handle))
        handle.finish(conn=conn)


def _next_batch(rt: Runtime, handle: RunHandle) -> bool:
    """One transaction, tried again when another writer was in the way. False: there was nobody left."""
    step_aside(rt, handle)
    for attempt in range(CONFLICT_RETRIES):
        handle.check()
        try:
            with rt.db.connection() as conn:
                return _compare(conn, handle)
        except Conflict:
            if attempt == CONFLICT_RETRIES - 1:
                raise
            handle.wait(0.2 * 2**attempt)
    return False


def _import_run(handle: RunHandle) -> int | None:
    return handle.params.get("import_run")


def _query(name: str, handle: RunHandle) -> str:
    """A query on the people of the run: of everyone, or of an import."""
    return str(getattr(_Q, f"{name}_unchecked_of_import" if _import_run(handle) else f"{name}_unchecked"))


def _given(handle: RunHandle) -> dict[str, Any]:
    return {"rules": RULES, "import_run": _import_run(handle)}


def _compare(conn: db.Conn, handle: RunHandle) -> bool:
    conn.execute(_Q.lock_duplicates)
    after = int(handle.counts.get("_after", 0))
    batch = db.rows(conn, _query("fetch", handle), {**_given(handle), "after": after, "limit": BATCH})
    if not batch:
        return False
    people = {row["id"]: row["updated_at"] for row in batch}
    facts = _facts(conn, list(people))
    blocks = _blocks(conn, facts)
    pairs = _score(conn, facts, blocks)
    _save(conn, people, pairs)
    done, counts = handle.done + len(people), _counts(handle)
    counts["pairs"] += len(pairs)
    total = max(handle.total or 0, done)
    handle.save(conn, done, total, _after=batch[-1]["id"], **counts)
    return True


def _blocks(conn: db.Conn, facts: Mapping[int, Facts]) -> dict[int, list[int]]:
    """Key → who has it; writes the keys of these people first."""
    own = {profile_id: keys_of(person) for profile_id, person in facts.items()}
    keys = [key for found in own.values() for key in found]
    owners = [profile_id for profile_id, found in own.items() for _ in found]
    given = {"people": list(facts), "keys": keys, "owners": owners}
    db.run(conn, _Q.delete_keys, given)
    db.run(conn, _Q.insert_keys, given)
    found = db.rows(conn, _Q.fetch_blocks, {"keys": list(set(keys)), "most": MOST_IN_BLOCK})
    return {row["key"]: row["ids"] for row in found}


def _score(conn: db.Conn, facts: dict[int, Facts], blocks: Mapping[int, list[int]]) -> list[dict[str, Any]]:
    """The pairs that are shown to people."""
    alike: set[tuple[int, int]] = set()
    for profile_id, person in facts.items():
        for key in keys_of(person):
            others = blocks.get(key, ())
            if len(others) <= MOST_IN_BLOCK:
                alike |= {(min(profile_id, o), max(profile_id, o)) for o in others if o != profile_id}
    known = facts | _facts(conn, sorted({one for pair in alike for one in pair} - set(facts)))
    found = []
    for a, b in sorted(alike):
        if a not in known or b not in known:
            continue
        shared = name_keys(known[a]) & name_keys(known[b])
        namesakes = min((len(blocks.get(key, ())) for key in shared), default=2)
        result = identity_score.score(known[a], known[b], namesakes)
        if result.value >= LISTED:
            found.append({"profile_a": a, "profile_b": b, "score": result.value, "reasons": list(result.reasons)})
    return found


def _save(conn: db.Conn, people: Mapping[int, datetime], pairs: Sequence[dict[str, Any]]) -> None:
    given = {"people": list(people), "updated": list(people.values()), "rules": RULES, "pairs": Jsonb(list(pairs)),
             "a": [pair["profile_a"] for pair in pairs], "b": [pair["profile_b"] for pair in pairs]}  # fmt: skip
    for query in (_Q.delete_pairs, _Q.upsert_pairs, _Q.mark_checked):
        db.run(conn, query, given)


def _facts(conn: db.Conn, ids: list[int]) -> dict[int, Facts]:
    found = {}
    for row in db.rows(conn, _Q.fetch_facts, {"ids": ids}) if ids else []:
        values: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in row.items()}
        found[row["profile_id"]] = Facts(**values)
    return found


def _counts(handle: RunHandle) -> dict[str, int]:
    return {name: int(handle.counts.get(name, 0)) for name in COUNTS}
