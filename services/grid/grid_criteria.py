"""Criteria as columns of the grid: which there are, what they are called, and what stands in the rows of a page.

A column is known by its question (grid_columns), so it lives on in later versions of the rubric, with the verdicts
that earlier ones brought. What is marked as stale is decided here for the rows of a page only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.grid.grid_columns import CRITERION, criterion_field
from services.grid.grid_view import View
from services.people.profile_texts import fetch_profiles
from services.runtime import Runtime
from services.screening.prompts import PROMPT_VERSION, input_hash

_Q = sql.queries("criteria")
GONE = "A criterion of this view is not asked in this search any more; its filter or sort was left out."


@dataclass(frozen=True)
class CriterionColumn:
    """A column of the grid. field: its name there, in filters and in sorts; kind: must, should or avoid."""

    field: str
    title: str
    kind: str


def columns(rt: Runtime, actor: Actor, search_id: UUID | str) -> tuple[CriterionColumn, ...]:
    """The criteria of the newest rubric, in its order; none before there is one, or where the search is not visible."""
    return _fetch(rt, actor, search_id, _Q.fetch_criteria)


def ever_asked(rt: Runtime, actor: Actor, search_id: UUID | str) -> tuple[CriterionColumn, ...]:
    """Those of the newest rubric first, then those that only earlier versions had."""
    now = columns(rt, actor, search_id)
    known = {one.field for one in now}
    return now + tuple(one for one in _fetch(rt, actor, search_id, _Q.fetch_titles) if one.field not in known)


def without_gone(rt: Runtime, actor: Actor, view: View) -> tuple[View, list[str]]:
    """The view without filters and sorts by criteria that the newest rubric does not ask, and what to say of it."""
    named = _named(view)
    gone = named - {one.field for one in columns(rt, actor, view.search_id)} if named else named
    if not gone:
        return view, []
    filters = {key: model for key, model in view.filters.items() if criterion_field(key) not in gone}
    sort = tuple(one for one in view.sort if one[0] not in gone)
    return replace(view, filters=filters, sort=sort), [GONE]


def sentences(rt: Runtime, actor: Actor, view: View) -> dict[str, str]:
    """View.sentences() with each criterion by its title: Kubernetes in production: pass."""
    said = view.sentences()
    if not _named(view):
        return said
    titles = {one.field: one.title for one in ever_asked(rt, actor, view.search_id)}
    for key in view.filters:
        if field := criterion_field(key):
            said[key] = f"{titles.get(field, CRITERION.capitalize())}: {said[key].removeprefix(f'{CRITERION} ')}"
    return said


def marks(conn: db.Conn, rt: Runtime, search_id: UUID, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What rows of a page show of their screening: id → {score_stale, fit_decided, criterion_…: …}.

    score_stale: reasons as in verdicts.STALE. fit_decided: {"model": fit by the verdicts} where a person decided it.
    criterion_…: {"verdict": the one that counts}, with "said" (the model's) where a person decided, and "stale":
    reasons, where it may not hold any more. Rows of people who were not screened cost nothing.
    """
    found: dict[str, dict[str, Any]] = {}
    given = {"search_id": search_id, "model": rt.settings.openai_model, "prompt_version": PROMPT_VERSION}
    if fits := [int(row["id"]) for row in rows if row["fit"]]:
        for row in db.rows(conn, _Q.fetch_decided_fits, {**given, "ids": db.id_array(fits)}, often=True):
            found.setdefault(str(row["id"]), {})["fit_decided"] = {"model": row["model_fit"]}
    screened = [int(row["id"]) for row in rows if row["screened_at"]]
    if not screened:
        return found
    given["ids"] = db.id_array(screened)
    scores = db.rows(conn, _Q.fetch_scores, given, often=True)
    verdicts = db.rows(conn, _Q.fetch_verdicts, given, often=True) if scores else []
    # A profile that was written since may still say the same: only its text tells.
    asked = {row["id"] for row in scores if row["hashes"] and not row["other_model"]}
    asked |= {row["id"] for row in verdicts if row["hash"] and row["same_model"]}
    profiles = fetch_profiles(conn, str(search_id), sorted(asked)) if asked else {}
    now = {key: input_hash(shown) for key, shown in profiles.items()}
    for row in scores:
        profile = row["id"] in now and row["hashes"] is not None and row["hashes"] != [now[row["id"]]]
        found.setdefault(str(row["id"]), {})["score_stale"] = _reasons(
            row["other_criteria"], profile, row["other_model"]
        )
    for row in verdicts:
        profile = row["id"] in now and row["hash"] is not None and row["hash"] != now[row["id"]]
        stale = _reasons(not row["same_job"], profile, not row["same_model"])
        found.setdefault(str(row["id"]), {})[row["field"]] = _cell(row["verdict"], row["decided"], stale)
    return found


def _cell(said: str, decided: str | None, stale: list[str]) -> dict[str, Any]:
    # What a person decided stays right whatever the model would say now.
    if decided:
        return {"verdict": decided, "said": said}
    return {"verdict": said, "stale": stale} if stale else {"verdict": said}


def _reasons(criteria: bool, profile: bool, model: bool) -> list[str]:
    # Another prompt may show other fields, so with another model hashes tell nothing about the profile.
    given = {"criteria": criteria, "profile": profile and not model, "model": model}
    return [name for name, is_so in given.items() if is_so]


def _named(view: View) -> set[str]:
    """The criteria that a view filters or sorts by."""
    keys = (*view.filters, *(name for name, _ in view.sort))
    return {field for key in keys if (field := criterion_field(key)) is not None}


def _fetch(rt: Runtime, actor: Actor, search_id: UUID | str, query: str) -> tuple[CriterionColumn, ...]:
    with rt.db.connection() as conn:
        return tuple(CriterionColumn(**row) for row in db.rows(conn, query, {"search_id": search_id, **actor.params}))
