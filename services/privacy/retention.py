"""How long people are kept: rules by jurisdiction, who is overdue, and the nightly purge of whose time is over.

Someone's time runs from when they were last collected, or last got on to another stage in a search. They are to be told
within a month of being collected first (GDPR, article 14 (3) a). Moments are given by the caller (`now`, with a zone).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql as pgsql

import sql
from services import db, faults
from services.access.accounts import must_be_admin
from services.access.identity import Actor, audit
from services.errors import BadInput, NotFound
from services.privacy import erasure_traces, erasures
from services.runtime import Runtime

MOST_LISTED = 50
MONTHS = (1, 240)
DECISION_MONTHS = (6, 240)
AT_ONCE = 100
NOT_MONTHS = "Months are a whole number from {low} to {high}."
NO_NAME = "Give the jurisdiction a name, and the countries that it is about."
TAKEN = "There is a rule of this name already."
NO_RULE = "This rule is not there any more. The one for everywhere else cannot be removed."

_Q = sql.queries("retention")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """countries: in lower case without accents; empty for everywhere else."""

    id: int
    jurisdiction: str
    countries: list[str]
    keep_months: int


@dataclass(frozen=True)
class Overdue:
    """Someone whose time is over (over), or who was not told in time (untold). kept_until: None where far away."""

    id: int
    full_name: str
    source: str
    country: str
    collected_at: datetime
    notice_due: datetime
    kept_until: datetime | None
    over: bool
    untold: bool


@dataclass(frozen=True)
class Overview:
    """purge: whether whose time is over is erased every night. export_listed: whether exports hold people who are on a
    do-not-contact list. expired, untold: how many people in all."""

    rules: list[Rule]
    purge: bool
    export_listed: bool
    decision_months: int
    expired: int
    untold: int
    overdue: list[Overdue]


def overview(rt: Runtime, actor: Actor, now: datetime) -> Overview:
    """For the admin's page. Raises Forbidden unless admin."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        rules = [Rule(**row) for row in db.rows(conn, _Q.fetch_rules)]
        given = {"now": now, "shortest": min(rule.keep_months for rule in rules), "most": MOST_LISTED}
        settings, counted = db.one(conn, _Q.fetch_settings), db.one(conn, _over("count_overdue"), given)
        found = db.rows(conn, _over("fetch_overdue"), given)
    assert settings is not None and counted is not None
    return Overview(rules, **settings, **counted, overdue=[Overdue(**row) for row in found])


def set_all(rt: Runtime, actor: Actor, *, purge: bool, decision_months: Any, export_listed: bool = False) -> None:
    """What holds for all, see Overview. Raises Forbidden, BadInput."""
    must_be_admin(actor)
    months = _months(decision_months, DECISION_MONTHS)
    given: dict[str, Any] = {"purge": purge, "export_listed": export_listed, "decision_months": months}
    with rt.db.connection() as conn:
        db.run(conn, _Q.update_settings, given)
        audit(conn, actor, "retention.settings", **given)


def add_rule(rt: Runtime, actor: Actor, jurisdiction: str, countries: str, keep_months: Any) -> None:
    """countries: with commas or on lines of their own. Raises Forbidden, BadInput."""
    must_be_admin(actor)
    named = [part.strip() for line in countries.splitlines() for part in line.split(",") if part.strip()]
    name = jurisdiction.strip()[:100]
    if not name or not named:
        raise BadInput(NO_NAME)
    given = {"jurisdiction": name, "countries": named[:100], "keep_months": _months(keep_months, MONTHS)}
    with rt.db.connection() as conn:
        if (row := db.one(conn, _Q.insert_rule, given)) is None:
            raise BadInput(TAKEN)
        audit(conn, actor, "retention.add", str(row["id"]), keep_months=given["keep_months"])


def set_rule(rt: Runtime, actor: Actor, rule_id: int, keep_months: Any) -> None:
    """Raises Forbidden, BadInput, NotFound."""
    must_be_admin(actor)
    given = {"id": rule_id, "keep_months": _months(keep_months, MONTHS)}
    with rt.db.connection() as conn:
        if db.one(conn, _Q.update_rule, given) is None:
            raise NotFound(NO_RULE)
        audit(conn, actor, "retention.change", str(rule_id), keep_months=given["keep_months"])


def remove_rule(rt: Runtime, actor: Actor, rule_id: int) -> None:
    """Raises Forbidden, NotFound for one that is gone or is for everywhere else."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        if db.one(conn, _Q.delete_rule, {"id": rule_id}) is None:
            raise NotFound(NO_RULE)
        audit(conn, actor, "retention.remove", str(rule_id))


def mark_told(rt: Runtime, actor: Actor, now: datetime, people: list[int] | None = None) -> int:
    """These people were told that they are kept; None: everybody who is overdue. Returns how many."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        query = _Q.mark_all_told if people is None else _Q.mark_told
        told = db.run(conn, query, {"now": now, "people": people})
        audit(conn, actor, "retention.told", people=told)
    return told


def purge(rt: Runtime, now: datetime) -> int:
    """The night's work: erase whose time is over, where an admin wants that; returns how many people.

    They leave no marks: whoever is collected again has a time of their own. And the decision log forgets what is about
    nobody any more and older than its time. Logs what fails.
    """
    try:
        return _purge(rt, now)
    except Exception as error:
        _log.error("the nightly purge failed: %s", faults.trace(error))
        return 0


def _purge(rt: Runtime, now: datetime) -> int:
    with rt.db.connection() as conn:
        settings, shortest = db.one(conn, _Q.fetch_settings), db.one(conn, _Q.fetch_shortest)
    assert shortest is not None
    erased = after = 0
    while settings is not None and settings["purge"]:
        with rt.db.connection() as conn:
            erasure_traces.prepare(conn)
            given = {"now": now, "shortest": shortest["months"], "after": after, "most": AT_ONCE}
            found = db.rows(conn, _over("fetch_expired"), given)
            if not found:
                break
            after = found[-1]["id"]
            done = erasures.erase(rt, conn, None, [row["id"] for row in found], reason="retention")
        erasure_traces.forget_cached(rt, done.searches)
        erased += done.people
    with rt.db.connection() as conn:
        forgotten = db.one(conn, _Q.forget_decisions, {"now": now})
    if erased or (forgotten and forgotten["gone"]):
        _log.info("nightly purge: %d people, %d decisions", erased, forgotten["gone"] if forgotten else 0)
    return erased


def _over(name: str) -> pgsql.Composed:
    return pgsql.SQL(getattr(_Q, name)).format(overdue=pgsql.SQL(_Q.overdue))


def _months(given: Any, allowed: tuple[int, int]) -> int:
    low, high = allowed
    try:
        months = int(str(given).strip())
    except ValueError:
        months = 0
    if not low <= months <= high:
        raise BadInput(NOT_MONTHS.format(low=low, high=high))
    return months
