"""The demo's lists and rules, applied once: so that lists, ledger, funnel and what has changed since can be seen."""

from __future__ import annotations

from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.filtering import filtering, list_rows, lists, rule_sets
from services.runs.job_runner import Runner
from services.runtime import Runtime

CONTACTS, BLACKLIST, LATER = "Do not contact", "Clients and partners", 2

_Q = sql.queries("demo")


def make(rt: Runtime, actor: Actor, search_id: UUID) -> None:
    """Two lists, a rule set, and the rules applied; then one list grows, which nobody has acted on yet."""
    with rt.db.connection() as conn:
        companies = [row["company"] for row in db.rows(conn, _Q.fetch_companies, {"search_id": search_id})]
        people = [", ".join((row["full_name"], row["linkedin_url"]))
                  for row in db.rows(conn, _Q.fetch_some_people, {"search_id": search_id})]  # fmt: skip
    contacts = _list(rt, actor, "do_not_contact", CONTACTS, people)
    clients = _list(rt, actor, "blacklisted_companies", BLACKLIST, companies[:-LATER])
    rules = [
        {"kind": "list", "params": {"list_id": contacts, "match": "exact"}},
        {"kind": "list", "params": {"list_id": clients, "match": "exact"}},
        {"kind": "title", "params": {"terms": ["intern", "student", "trainee"], "has": True}},
        {"kind": "experience", "params": {"low": 1}},
        {"kind": "job_hopper", "params": {"average": 10}},
    ]
    set_id = rule_sets.save(rt, actor, "Usual exclusions", rules, shared=True)
    Runner(rt, "demo").execute(filtering.start(rt, actor, search_id, rules, rule_set_id=set_id))
    lists.add(rt, actor, clients, list_rows.from_text("\n".join(companies[-LATER:]), "companies"))


def _list(rt: Runtime, actor: Actor, kind: str, name: str, lines: list[str]) -> int:
    list_id = lists.create(rt, actor, kind, name)
    lists.replace(rt, actor, list_id, list_rows.from_text("\n".join(lines), lists.get(rt, actor, list_id).holds))
    return list_id
