"""Runs of the kind "embed": whoever is new or changed gets a vector of the model in use, and of what is to follow it.

The rows are the checkpoint. A batch is read, embedded, and written in one transaction with the run's progress, so a
run that was cut short goes on behind its last batch and repeats at most one. Whose text is as it was is only marked
as seen. Between two batches it waits while an import runs, as comparing does (duplicates_job): both want the processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sql
from services import db
from services.access.identity import audit
from services.errors import Conflict, ProductError
from services.imports.imports_first import step_aside
from services.matching import embedding_models, embedding_text, matching_state
from services.matching.embedding_providers import Provider, provider_of
from services.matching.embedding_text import PersonText
from services.matching.matching_state import Model
from services.runs import jobs
from services.runs.jobs import RunHandle
from services.runtime import Runtime

# People read at a time; about a second of the local model's work.
BATCH = 64
CONFLICT_RETRIES = 5

_Q = sql.queries("embeddings")


def run_embed(rt: Runtime, handle: RunHandle) -> None:
    """Handler. params: all (look at everyone, not only at those who changed). Of a search: its people only.

    By the live model first, which pages compare by; where another one is built beside it, by that one after. One that
    cannot answer does not hold up the other; the run fails by it in the end.
    """
    with rt.db.connection() as conn:
        matching_state.must_be_possible(conn, rt)
        embedding_models.ensure(conn, rt.settings)
        models = embedding_models.in_use(conn)
        known = [model.id for model in models]
        if handle.counts.get("_model") not in known:
            _begin(conn, handle, models)
    problem: ProductError | None = None
    for model in models[known.index(handle.counts["_model"]) :]:
        try:
            _make(rt, handle, model)
        except ProductError as error:
            with rt.db.connection() as conn:
                embedding_models.note_error(conn, model.id, error.message)
            problem = problem or error
    if problem is not None:
        if len(models) > 1:
            # Whoever takes it up again begins with the one that failed; who has a vector is not made again.
            with rt.db.connection() as conn:
                handle.save(conn, handle.done, handle.total, _model=known[0], _after=0)
        raise problem
    _finish(rt, handle)


def _begin(conn: db.Conn, handle: RunHandle, models: Sequence[Model]) -> None:
    """At the first person; also where the settings name another model since this run was cut short."""
    total = 0
    for model in models:
        row = db.one(conn, _query("count_stale", handle), _given(handle, model))
        total += row["n"] if row else 0
    now = db.one(conn, _Q.fetch_now)
    assert now is not None
    first = models[0]
    began = now["now"].isoformat()
    handle.save(conn, 0, total, made=0, same=0, model=first.name, _model=first.id, _began=began, _after=0)


def _make(rt: Runtime, handle: RunHandle, model: Model) -> None:
    """Everyone's vectors by one model, from where the run got to."""
    if handle.counts["_model"] != model.id:
        with rt.db.connection() as conn:
            handle.save(conn, handle.done, handle.total, model=model.name, _model=model.id, _after=0)
    with provider_of(rt, model, user_id=handle.actor.user_id, run_id=handle.run_id, wait=handle.wait) as provider:
        while _next_batch(rt, handle, model, provider):
            pass
    with rt.db.connection() as conn:
        embedding_models.note_error(conn, model.id, "")
        if handle.search_id is None:
            # What changed since it began is behind it, perhaps: it is complete as of then.
            began = datetime.fromisoformat(handle.counts["_began"])
            db.run(conn, _Q.note_complete, {"model_id": model.id, "at": began})


def _next_batch(rt: Runtime, handle: RunHandle, model: Model, provider: Provider) -> bool:
    """False: nobody is left."""
    step_aside(rt, handle)
    with rt.db.connection() as conn:
        given = {**_given(handle, model), "after": handle.counts["_after"], "limit": BATCH}
        people = [row["id"] for row in db.rows(conn, _query("fetch_stale", handle), given)]
        found = embedding_text.fetch(conn, model.id, people)
    if not people:
        return False
    changed = [one for one in found if one.text_hash != one.old_hash]
    vectors = _embed(handle, provider, [one for one in changed if one.text])
    _write(rt, handle, model, people, found, changed, vectors)
    return True


def _embed(handle: RunHandle, provider: Provider, people: Sequence[PersonText]) -> dict[int, str]:
    """Person → vector as Postgres reads it. A few at a time, so that a run that shall end ends soon."""
    vectors: dict[int, str] = {}
    # The longest ones together: a batch takes as long as its longest text for each.
    ordered = sorted(people, key=lambda one: len(one.text))
    for start in range(0, len(ordered), provider.batch):
        handle.check()
        some = ordered[start : start + provider.batch]
        for one, vector in zip(some, provider.embed([one.text for one in some]), strict=True):
            vectors[one.profile_id] = as_text(vector)
    return vectors


def _write(
    rt: Runtime, handle: RunHandle, model: Model, people: Sequence[int], found: Sequence[PersonText],
    changed: Sequence[PersonText], vectors: dict[int, str],
) -> None:  # fmt: skip
    """One transaction, tried again when another writer was in the way."""
    same = [one for one in found if one.text_hash == one.old_hash]
    done = handle.done + len(people)
    counts = {"made": handle.counts["made"] + len(changed), "same": handle.counts["same"] + len(same)}
    for attempt in range(CONFLICT_RETRIES):
        handle.check()
        try:
            with rt.db.connection() as conn:
                db.run(conn, _Q.save_vectors, {
                    "model_id": model.id, "people": [one.profile_id for one in changed],
                    "hashes": [one.text_hash for one in changed],
                    "vectors": [vectors.get(one.profile_id) for one in changed],
                    "seen": [one.seen_at for one in changed],
                })  # fmt: skip
                if same:
                    db.run(conn, _Q.mark_seen, {
                        "model_id": model.id, "people": [one.profile_id for one in same],
                        "seen": [one.seen_at for one in same]})  # fmt: skip
                handle.save(conn, done, max(handle.total or 0, done), _after=people[-1], **counts)
            return
        except Conflict:
            if attempt == CONFLICT_RETRIES - 1:
                raise
            handle.wait(0.2 * 2**attempt)


def _finish(rt: Runtime, handle: RunHandle) -> None:
    with rt.db.connection() as conn:
        audit(conn, handle.actor, "matching.embed", str(handle.counts["_model"]), run_id=handle.run_id,
              made=handle.counts["made"])  # fmt: skip
        handle.finish(conn=conn)
        # Job descriptions are wanted of a new model, too.
        jobs.wake(conn, jobs.EMBEDDINGS_TASK)


def as_text(vector: Sequence[float]) -> str:
    """As Postgres reads it; half precision has three to four digits."""
    return "[" + ",".join(f"{number:.5f}" for number in vector) + "]"


def _query(name: str, handle: RunHandle) -> str:
    return str(getattr(_Q, f"{name}_of_search" if handle.search_id else name))


def _given(handle: RunHandle, model: Model) -> dict[str, Any]:
    return {"model_id": model.id, "all": bool(handle.params.get("all")), "search_id": handle.search_id}
