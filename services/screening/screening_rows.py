"""What a screening run reads and writes: its items, their verdicts, the candidates' scores.

Each function is one short transaction's work and takes its connection. Items carry the run's lease
token: who lost the run writes nothing more, whatever answer arrives late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

import sql
from services import db
from services.errors import Forbidden
from services.grid.grid_view import View
from services.people.profile_texts import fetch_profiles
from services.runs.jobs import RunHandle
from services.screening import prescreen, rubric_scoring
from services.screening.prompts import PROMPT_VERSION, JudgePrompt, hash_of, prompt_of, shown_fields
from services.screening.rubric_scoring import CriterionWeight, Verdict
from services.screening.suspicion import suspect_field
from services.spending import prices, usage_ledger
from services.vendors.openai_errors import BadKey, QuotaExhausted, Usage

# Reasons that say nothing of the candidate.
OF_THE_ACCOUNT = frozenset({QuotaExhausted.reason, BadKey.reason})

_Q = sql.queries("screening")
_C = sql.queries("criteria")


@dataclass(frozen=True)
class Criterion:
    id: int
    question: str
    weight: CriterionWeight


@dataclass(frozen=True)
class Rubric:
    """One version, as the run screens by it."""

    id: int
    job_description: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True)
class Ruling:
    """A verdict as it is kept: evidence stands in the profile, or there is none.

    said: what the model's verdict was before its evidence was checked. own: kept under this very
    criterion already, so that there is nothing to write.
    """

    verdict: Verdict
    field: str = ""
    quote: str = ""
    said: Verdict | None = None
    own: bool = False


@dataclass(frozen=True)
class Item:
    """A claimed candidate: `known` verdicts still hold (criterion id → ruling), `prompt` asks for the others.

    failures: calls that were made for them in this run, all in vain. suspect: the field whose text reads like an
    order to the model, "" where none does. call_id: of the one call that is made for this claim.
    """

    candidate_id: int
    failures: int
    input_hash: str
    known: Mapping[int, Ruling]
    prompt: JudgePrompt | None
    asked: tuple[int, ...] = ()
    suspect: str = ""
    call_id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Result:
    """All rulings on one candidate, by criterion id; usage is None where no call was made."""

    item: Item
    rulings: Mapping[int, Ruling]
    usage: Usage | None = None


@dataclass
class Tally:
    """Where a run stands, kept in memory between two looks at the rows. sent: people with the vendor, in batches."""

    total: int = 0
    screened: int = 0
    dead: int = 0
    sent: int = 0
    reused: int = 0
    suspect: int = 0
    calls: int = 0
    tokens: int = 0
    cost: Decimal = field(default_factory=Decimal)


def fetch_rubric(conn: db.Conn, handle: RunHandle) -> Rubric:
    """The version that the run was started with. Raises Forbidden when its starter lost the right."""
    row = db.one(conn, _Q.fetch_rubric, {
        "search_id": handle.search_id, "rubric_id": handle.params["rubric_id"], **handle.actor.params})  # fmt: skip
    if row is None or not row["editable"]:
        raise Forbidden("The search or its criteria are gone, or you may not change the search any more.")
    criteria = tuple(
        Criterion(one["id"], one["question"], CriterionWeight(one["kind"], one["weight"]))
        for one in db.rows(conn, _Q.fetch_criteria, {"rubric_id": row["id"]})
    )
    return Rubric(row["id"], row["job_description"], criteria)


def insert_items(conn: db.Conn, handle: RunHandle, view: View) -> int:
    """Everyone of the view becomes an item; returns how many are new."""
    where = view.where()
    text = SQL(_Q.insert_items).format(where=where.sql())
    params = {**where.params, "run_id": handle.run_id, **handle.actor.params}
    return conn.execute(text, params).rowcount


def free_items(conn: db.Conn, handle: RunHandle) -> None:
    """Take back what an earlier worker of this run had claimed."""
    db.run(conn, _Q.free_items, {"run_id": handle.run_id, "token": handle.token})


def release_items(conn: db.Conn, handle: RunHandle) -> None:
    """Give back what is claimed and not done."""
    db.run(conn, _Q.release_items, {"run_id": handle.run_id, "token": handle.token})


def cancel_paused(conn: db.Conn, handle: RunHandle) -> None:
    """In the transaction that pauses a run: whoever had asked to cancel it meanwhile gets that."""
    db.run(conn, _Q.cancel_paused, {"run_id": handle.run_id})


def count_items(conn: db.Conn, run_id: int) -> Tally:
    """From the rows: exact."""
    row = db.one(conn, _Q.count_items, {"run_id": run_id})
    return Tally(**row) if row else Tally()


def next_due(conn: db.Conn, handle: RunHandle) -> float | None:
    """Seconds until an item is due; None when none is left. To be called while nothing is being asked."""
    # A claim whose commit was cut off by an outage has items that nobody knows of.
    release_items(conn, handle)
    row = db.one(conn, _Q.fetch_next_due, {"run_id": handle.run_id})
    return None if row is None else max(0.0, row["seconds"])


def claim(conn: db.Conn, handle: RunHandle, rubric: Rubric, model: str, limit: int) -> list[Item]:
    """Up to `limit` items that are due, each with what is known already and the prompt for the rest."""
    given = {"run_id": handle.run_id, "token": handle.token, "limit": limit}
    failures = {row["candidate_id"]: row["attempts"] for row in db.rows(conn, _Q.claim_items, given)}
    return items_of(conn, handle, rubric, model, failures)


def items_of(
    conn: db.Conn,
    handle: RunHandle,
    rubric: Rubric,
    model: str,
    failures: Mapping[int, int],
    prompt_version: str = PROMPT_VERSION,
) -> list[Item]:
    """Claimed candidates as they are now. failures: candidate id → calls in vain so far."""
    if not failures:
        return []
    profiles = fetch_profiles(conn, handle.search_id or "", list(failures))
    shown = {candidate: shown_fields(profile) for candidate, profile in profiles.items()}
    hashes = {candidate: hash_of(fields) for candidate, fields in shown.items()}
    known: dict[int, dict[int, Ruling]] = {candidate: {} for candidate in profiles}
    for row in db.rows(conn, _Q.fetch_known, {
        "ids": list(hashes), "hashes": list(hashes.values()), "rubric_id": rubric.id, "model": model,
        "prompt_version": prompt_version}):  # fmt: skip
        ruling = Ruling(row["verdict"], row["evidence_field"], row["evidence_quote"], own=row["own"])
        known[row["candidate_id"]][row["criterion_id"]] = ruling
    return [
        Item(candidate, failures[candidate], hashes[candidate], known[candidate],
             *_asked(rubric, known[candidate], shown[candidate]), suspect_field(profile))
        for candidate, profile in profiles.items()
    ]  # fmt: skip


def _asked(
    rubric: Rubric, known: Mapping[int, Ruling], fields: Mapping[str, str]
) -> tuple[JudgePrompt | None, tuple[int, ...]]:
    """(the prompt, the criteria it asks), of those that are not known."""
    asked = {f"c{number}": one for number, one in enumerate(rubric.criteria, 1) if one.id not in known}
    if not asked:
        return None, ()
    prompt = prompt_of(rubric.job_description, {key: one.question for key, one in asked.items()}, fields)
    return prompt, tuple(one.id for one in asked.values())


def save(
    conn: db.Conn,
    handle: RunHandle,
    rubric: Rubric,
    model: str,
    results: Sequence[Result],
    prompt_version: str = PROMPT_VERSION,
) -> list[Result]:
    """Write results and everything that follows from them; returns those that were ours to write."""
    given = {"run_id": handle.run_id, "token": handle.token, "user_id": handle.actor.user_id, "model": model,
             "rubric_id": rubric.id, "prompt_version": prompt_version}  # fmt: skip
    spent = [result.usage or Usage() for result in results]
    taken = {row["candidate_id"] for row in db.rows(conn, _Q.finish_items, {
        **given,
        "ids": [result.item.candidate_id for result in results],
        "tokens": [usage.input_tokens + usage.output_tokens for usage in spent],
        "costs": [prices.cost(model, usage) or Decimal(0) for usage in spent],
        "called": [result.usage is not None for result in results],
        "suspects": [result.item.suspect for result in results],
    })}  # fmt: skip
    ours = [result for result in results if result.item.candidate_id in taken]
    if ours:
        # First, as whoever decides about a verdict does: else the two could wait for each other.
        db.run(conn, _Q.lock_candidates, {"ids": [result.item.candidate_id for result in ours]})
        _write_verdicts(conn, given, ours)
        _write_scores(conn, handle, given, rubric, ours)
    for result in results:
        if result.usage is not None:
            # Someone else has the item now, and this answer was paid for all the same.
            outcome = "ok" if result.item.candidate_id in taken else "late"
            insert_usage(conn, handle, model, result.usage, outcome, result.item.call_id)
    return ours


def fail(
    conn: db.Conn,
    handle: RunHandle,
    item: Item,
    model: str,
    usage: Usage,
    reason: str,
    *,
    state: str,
    delay_s: float,
    is_attempt: bool = True,
) -> None:
    """A call that failed: `state` is retry (in delay_s) or dead. The candidate stays as they were.

    is_attempt: whether it counts as one of the candidate's attempts; what the account refused never does.
    """
    db.run(conn, _Q.fail_item, {
        "run_id": handle.run_id, "token": handle.token, "candidate_id": item.candidate_id, "state": state,
        "reason": reason, "delay_s": delay_s, "is_attempt": is_attempt and reason not in OF_THE_ACCOUNT,
        "tokens": usage.input_tokens + usage.output_tokens,
        "cost": prices.cost(model, usage) or Decimal(0)})  # fmt: skip
    insert_usage(conn, handle, model, usage, reason, item.call_id)


def insert_usage(
    conn: db.Conn, handle: RunHandle, model: str, usage: Usage, outcome: str, call_id: UUID | None = None
) -> bool:
    """One call of this run, answered or not: failures cost money too. False: it was written down already."""
    cost = prices.cost(model, usage)
    return usage_ledger.record(conn, handle.actor.user_id, usage_ledger.Call(
        vendor="openai", outcome=outcome, search_id=handle.search_id, run_id=handle.run_id, model=model,
        input_tokens=usage.input_tokens, cached_tokens=usage.cached_tokens, output_tokens=usage.output_tokens,
        cost=cost, call_id=call_id or uuid4()))  # fmt: skip


def bump_version(conn: db.Conn, handle: RunHandle) -> None:
    """The last statement of a transaction: it locks the search's row."""
    db.run(conn, _Q.bump_version, {"search_id": handle.search_id})


def _write_verdicts(conn: db.Conn, given: Mapping[str, Any], results: Sequence[Result]) -> None:
    rows = [
        (result.item.candidate_id, criterion, result.item.input_hash, ruling.verdict, ruling.field, ruling.quote)
        for result in results
        for criterion, ruling in result.rulings.items()
        if not ruling.own
    ]
    if rows:
        names = ("ids", "criteria", "hashes", "verdicts", "fields", "quotes")
        columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
        db.run(conn, _Q.upsert_verdicts, {**given, **dict(zip(names, columns, strict=True))})


def _write_scores(
    conn: db.Conn, handle: RunHandle, given: Mapping[str, Any], rubric: Rubric, results: Sequence[Result]
) -> None:
    weights = [criterion.weight for criterion in rubric.criteria]
    fresh = [any(not ruling.own for ruling in result.rulings.values()) for result in results]
    ids = [result.item.candidate_id for result in results]
    of_the_model = [
        rubric_scoring.score(weights, [result.rulings[one.id].verdict for one in rubric.criteria]) for result in results
    ]
    if "prescreen" in handle.params:
        prescreen.note_fits(conn, handle.run_id, ids, [one.fit for one in of_the_model])
    # Where a person decided about a verdict, the score is made of that; the log keeps what the model's come to.
    people = {
        (row["candidate_id"], row["criterion_id"]): row["decided"]
        for row in db.rows(conn, _C.fetch_decided, {"ids": ids, "rubric_id": rubric.id})
    }
    scores = [
        rubric_scoring.score(
            weights,
            [people.get((candidate, one.id)) or result.rulings[one.id].verdict for one in rubric.criteria],
        )
        for candidate, result in zip(ids, results, strict=True)
    ]
    decided = [n for n, is_fresh in enumerate(fresh) if is_fresh]
    if decided:
        spent = [results[n].usage or Usage() for n in decided]
        db.run(conn, _Q.insert_decisions, {
            **given,
            "ids": [ids[n] for n in decided],
            "hashes": [results[n].item.input_hash for n in decided],
            "outputs": [Jsonb(_output(results[n].rulings)) for n in decided],
            "scores": [of_the_model[n].score for n in decided],
            "fits": [of_the_model[n].fit for n in decided],
            "tokens": [usage.input_tokens + usage.output_tokens for usage in spent],
            "calls": [results[n].item.call_id for n in decided],
        })  # fmt: skip
    db.run(conn, _Q.update_candidates, {
        **given, "ids": ids, "scores": [one.score for one in scores], "fits": [one.fit for one in scores],
        "fresh": fresh})  # fmt: skip


def _output(rulings: Mapping[int, Ruling]) -> list[dict[str, Any]]:
    # Without the quotes: this log outlives a person's erasure, and verdicts hold them until then.
    return [
        {"criterion": criterion, "verdict": ruling.verdict, "said": ruling.said or ruling.verdict,
         "field": ruling.field, "reused": ruling.said is None}
        for criterion, ruling in rulings.items()
    ]  # fmt: skip
