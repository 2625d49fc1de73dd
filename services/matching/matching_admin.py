"""What admins see of matching: models, whom they know, the last run that made vectors, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sql
from services import db
from services.access.accounts import must_be_admin
from services.access.identity import Actor
from services.matching import embedding_models, matching_state
from services.matching.matching_state import MatchingState, Model
from services.runs import runs
from services.runtime import Runtime

_Q = sql.queries("embeddings")


@dataclass(frozen=True)
class Row:
    """A model with what it knows: made of `people` have a vector that is up to date; bytes on disk, with the index."""

    model: Model
    made: int
    people: int
    bytes: int

    @property
    def missing(self) -> int:
        return max(0, self.people - self.made)


@dataclass(frozen=True)
class Losses:
    """What goes with a model: so many vectors, up to date or not."""

    model: Model
    vectors: int


@dataclass(frozen=True)
class Overview:
    """configured: name of the model that the settings name. run: the newest run that made vectors, as runs.get_run();
    per_minute: how many people it looked at a minute, None where that cannot be said yet. waiting: texts that wait."""

    state: MatchingState
    configured: str
    rows: tuple[Row, ...]
    run: dict[str, Any] | None
    per_minute: float | None
    waiting: int

    @property
    def may_switch(self) -> bool:
        return any(row.model.state == "building" and row.model.complete_at is not None for row in self.rows)


def overview(rt: Runtime, actor: Actor) -> Overview:
    """Raises Forbidden unless admin."""
    must_be_admin(actor)
    state = matching_state.state(rt, actor)
    configured = embedding_models.configured(rt.settings)[1]
    with rt.db.connection() as conn:
        possible = db.one(conn, _Q.is_possible)
        models = matching_state.models(conn) if possible and possible["found"] else []
        sizes = {one.id: _size(conn, one.id) for one in models}
        last = db.one(conn, _Q.fetch_last_run)
        waiting = db.one(conn, _Q.count_asked)
    counted = {one.id: matching_state.count(rt, one.id) for one in models}
    rows = tuple(Row(one, *counted[one.id], sizes[one.id]) for one in models)
    run = runs.get_run(rt, actor, last["id"]) if last else None
    return Overview(state, configured, rows, run, _rate(run), int(waiting["n"]) if waiting else 0)


def losses(rt: Runtime, actor: Actor, model_id: int) -> Losses:
    """What dropping a model would take away. Raises Forbidden unless admin, and as embedding_models.droppable()."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        model = embedding_models.droppable(conn, rt.settings, model_id)
        counted = db.one(conn, _Q.count_of_model, {"model_id": model_id})
    return Losses(model, int(counted["n"]) if counted else 0)


def _size(conn: db.Conn, model_id: int) -> int:
    row = db.one(conn, _Q.fetch_size, {"name": f"profile_embeddings_{model_id}"})
    return int(row["bytes"]) if row and row["bytes"] is not None else 0


def _rate(run: dict[str, Any] | None) -> float | None:
    """Over the whole run; nothing for one that has not got anywhere."""
    if run is None or not run["done"] or run["started_at"] is None:
        return None
    until: datetime = run["finished_at"] or datetime.now(run["started_at"].tzinfo)
    seconds = (until - run["started_at"]).total_seconds()
    return run["done"] / seconds * 60 if seconds >= 1 else None
