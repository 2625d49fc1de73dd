"""What is removed with a person: rows that hang on them, texts that name them, what Redis remembers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import redis

import sql
from services import db
from services.cache import CacheDown
from services.runtime import Runtime

# Shorter ones would be found in everybody's texts.
SHORTEST_NAME = 7
SHORTEST_ADDRESS = 6
# As the query "unhurried" has it.
UNHURRIED_S = 60

# In this order: files are noted while rows still lead to them, and open jobs before those that have ended are blanked,
# so that one which ends in between is seen to in any case.
_REMOVING = (
    "keep_exports", "keep_writing", "keep_archives", "keep_uploads", "delete_archived_changes", "blank_batches",
    "delete_traces", "lock_lists", "delete_entries", "blank_rejects", "keep_open_runs", "blank_runs", "blank_views",
    "lock_searches", "delete_profiles", "recount",
)  # fmt: skip

# What stays, by the reason. Whoever must not be contacted must not be after their time either: lists have a life of
# their own. Files that wait to be imported are searched by marks, of which these people leave none and may come again.
# And whoever goes with their search was in no archive but its own, which goes after them whole.
_LEFT = {
    "retention": ("lock_lists", "delete_entries", "keep_uploads"),
    "search": ("lock_lists", "delete_entries", "keep_uploads", "keep_archives"),
}

_Q = sql.queries("erasures")


def prepare(conn: db.Conn) -> None:
    """Before anything else: nobody imports or merges meanwhile, and it may take its time."""
    conn.execute(_Q.unhurried)
    db.take_time(conn, UNHURRIED_S)
    conn.execute(_Q.lock_people)


def remove(conn: db.Conn, given: dict[str, Any]) -> tuple[int, list[UUID]]:
    """Everything about given["people"]; returns the erasure's id and the searches that they were in.

    given: people, actor, reason, count; it gets what is found out on the way.
    """
    members = db.rows(conn, _Q.lock_members, given)
    archived = [row["search_id"] for row in db.rows(conn, _Q.fetch_archived_in, given)]
    given |= texts_of(conn, given)
    given |= {"members": [row["id"] for row in members], "member_searches": [row["search_id"] for row in members]}
    searches = sorted({*given["member_searches"], *archived})
    row = db.one(conn, _Q.insert_erasure, given | {"searches": len(searches)})
    assert row is not None
    given |= {"searches": searches, "erasure_id": row["id"]}
    for name in _REMOVING:
        if name not in _LEFT.get(given["reason"], ()):
            db.run(conn, getattr(_Q, name), given)
    return int(row["id"]), searches


def texts_of(conn: db.Conn, given: Mapping[str, Any]) -> dict[str, Any]:
    """What lists and texts may call some people: keys, emails, names with companies; needles: in lower case."""
    known_by = db.rows(conn, _Q.fetch_known_by, given)
    names = db.rows(conn, _Q.fetch_names, given)
    keys = [row["value"] for row in known_by if row["kind"] == "url"]
    emails = [row["value"] for row in known_by if row["kind"] == "email"]
    called = {row["full_name"] for row in names if len(row["full_name"]) >= SHORTEST_NAME and " " in row["full_name"]}
    addresses = {text.lower() for text in (*keys, *emails) if len(text) >= SHORTEST_ADDRESS}
    return {
        "keys": keys, "emails": emails, "needles": sorted(called | addresses),
        "names": [row["name_key"] for row in names], "companies": [row["company_key"] for row in names],
    }  # fmt: skip


def forget_cached(rt: Runtime, searches: Iterable[UUID]) -> None:
    """Counts and names that Redis remembers of any search, and the lists of theirs. It holds only what can be computed
    again, and forgets the rest by itself within the hour."""

    def forget(client: redis.Redis) -> None:
        for key in client.scan_iter(match="memo:*", count=1000):
            client.unlink(key)
        for search_id in searches:
            listed = client.zrange(f"rs:search:{search_id}", 0, -1)
            if listed:
                client.unlink(*listed)

    try:
        rt.cache.call(forget)
    except CacheDown:
        return
