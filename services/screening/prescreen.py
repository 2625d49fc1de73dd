"""Screening the people most like the job first, and a sample of the others, which tells how many were missed by that.

Who is like the job is what matching says (vectors of the profile's work and of the job description that the criteria
are for). It is never taken for granted that those are the right people: some of the others, drawn at random, are
screened as well, and what the model says of them is what prescreen_measure makes its figures of.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.sql import SQL

import sql
from services import db
from services.access.identity import Actor
from services.errors import BadInput, Unavailable
from services.grid.grid_view import View
from services.matching import embedding_queries, matching_state
from services.matching.embedding_queries import Query
from services.runs.jobs import RunHandle
from services.runtime import Runtime

TOP, SAMPLE = 200, 50
# Fewer cannot tell anything: if none of 10 passes, up to 28 % of the others might (95 %).
LEAST_SAMPLE, MOST_SAMPLE = 10, 10_000
MOST_TOP = 100_000
MOST_SEED = 2**31
WAIT_S = 1.0

_Q = sql.queries("prescreen")


@dataclass(frozen=True)
class Prescreen:
    """top: so many of the most similar people; sample: so many of the others, drawn by seed.

    seed None: by that of the search's last pre-screen, so that a larger sample contains the last one; else by chance.
    """

    top: int = TOP
    sample: int = SAMPLE
    seed: int | None = None

    def params(self) -> dict[str, int]:
        """As a run keeps it."""
        return {"top": self.top, "sample": self.sample} | ({} if self.seed is None else {"seed": self.seed})


def read(top: Any, sample: Any, seed: Any = None) -> Prescreen:
    """As typed. Raises BadInput, which says what can be chosen."""
    return Prescreen(
        _whole(top, 1, MOST_TOP, "How many of the most similar people are screened"),
        _whole(sample, LEAST_SAMPLE, MOST_SAMPLE, "The control sample"),
        None if seed in (None, "") else _whole(seed, 0, MOST_SEED, "The seed of the sample"),
    )


def refusal(rt: Runtime, actor: Actor) -> str:
    """Why nobody can be chosen by similarity now, for people; "" where it can be done."""
    return matching_state.state(rt, actor).reason


def must_be_on(rt: Runtime, actor: Actor) -> None:
    """Raises BadInput with the reason where matching is off."""
    if reason := refusal(rt, actor):
        raise BadInput(f"{reason} Screen everyone instead.")


def uncompared(rt: Runtime, actor: Actor, view: View) -> int:
    """How many of a view, which the actor may see, have no vector and cannot be similar to anything."""
    model = matching_state.state(rt, actor).model
    if model is None:
        return 0
    where = view.where()
    text = SQL(_Q.count_uncompared).format(where=where.sql())
    with rt.db.connection() as conn:
        row = conn.execute(text, {**where.params, **actor.params, "model_id": model.id}).fetchone()
    return int(row["n"]) if row else 0


def of_params(params: Mapping[str, Any]) -> Prescreen | None:
    """What a run was started with; None where everyone is screened."""
    given = params.get("prescreen")
    return Prescreen(given["top"], given["sample"], given.get("seed")) if given else None


def fetch_query(rt: Runtime, handle: RunHandle, job_description: str) -> Query:
    """The vector of the job, waited for. Raises BadInput or Unavailable where there is none to be had, and as
    handle.check()."""
    while True:
        query = embedding_queries.embed_query(rt, handle.actor, job_description)
        if query.ready:
            return query
        if query.state == "off":
            raise BadInput(query.error)
        if query.state == "failed":
            raise Unavailable(f"The most similar people cannot be found: {query.error}")
        # Here and now: the command line may be all that runs. Imported late, since web processes make no vectors.
        from services.matching import embedding_wake

        if not embedding_wake.embed_texts(rt, handle.stopping):
            handle.wait(WAIT_S)


def insert_items(conn: db.Conn, handle: RunHandle, view: View, wanted: Prescreen, query: Query) -> dict[str, int]:
    """Who is picked of the view becomes an item of the run; returns how that was done, for the run to keep.

    people: of the view; compared: those of them who have a vector; similar, control: how many were picked; seed.
    """
    where = view.where()
    seed = wanted.seed if wanted.seed is not None else _seed(conn, handle)
    given = {
        **where.params, **handle.actor.params, "run_id": handle.run_id, "model_id": query.model_id,
        "text_hash": query.text_hash, "top": wanted.top, "sample": wanted.sample, "seed": seed,
    }  # fmt: skip
    row = conn.execute(SQL(_Q.insert_picked).format(where=where.sql()), given).fetchone()
    assert row is not None
    return {**row, "seed": seed, "model_id": query.model_id}


def note_fits(conn: db.Conn, run_id: int, ids: list[int], fits: list[str | None]) -> None:
    """What the model's verdicts on some people came to, kept where they were picked."""
    db.run(conn, _Q.note_fits, {"run_id": run_id, "ids": ids, "fits": fits})


def _seed(conn: db.Conn, handle: RunHandle) -> int:
    row = db.one(conn, _Q.fetch_last_seed, {"search_id": handle.search_id})
    return row["seed"] if row else secrets.randbelow(MOST_SEED)


def _whole(raw: Any, least: int, most: int, what: str) -> int:
    typed = str(raw).strip() if raw is not None and not isinstance(raw, bool) else ""
    if typed.isascii() and typed.isdecimal() and len(typed) < 12 and least <= int(typed) <= most:
        return int(typed)
    raise BadInput(f"{what}: a whole number from {least:,} to {most:,}.")
