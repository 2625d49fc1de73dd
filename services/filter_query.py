"""From rules to one statement that judges everyone of a search by all of them at once. Pure.

Everything that is slow for a row, comparing names above all, is done once for each distinct name, in common
table expressions; what remains is one pass over the candidates with hash joins. Per rule the pass has a
three-valued condition `r<n>` and, for lists, the entry that was met, `e<n>`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal, Placeholder

import sql
from services.errors import BadInput
from services.identity import Actor
from services.rule_kinds import KINDS, LIST_KINDS, Holds, Rule

_Q = sql.queries("rules")
_F = sql.queries("filtering")
_CONDITIONS = {"now": "company_now", "before": "company_before", "ever": "company_ever"}

# Ids that stay together when people are judged in parts: about a hundred pages of them.
BLOCK = 512


@dataclass(frozen=True)
class ListInForce:
    """A list as a rule uses it."""

    id: int
    kind: str
    holds: Holds
    name: str
    version: int


@dataclass
class _Parts:
    """The statement as it is put together: named common table expressions, joins, conditions, parameters."""

    ctes: dict[str, Composable] = field(default_factory=dict)
    joins: dict[str, Composable] = field(default_factory=dict)
    conditions: list[Composable] = field(default_factory=list)
    entries: list[Composable] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)
    # Conditions that depend on one row, title or place only: where they are decided → rule's number → condition.
    facts: dict[str, dict[int, Composable]] = field(default_factory=dict)
    # What else jobs have to say.
    recent: list[Composable] = field(default_factory=list)
    # Whether profiles are read.
    people: bool = False


@dataclass(frozen=True)
class Judging:
    """ctes: the WITH list up to and including `bits`; params: its parameters. See sql/filtering.sql."""

    ctes: Composed
    params: Mapping[str, Any]


def judging(
    rules: Sequence[Rule],
    lists: Mapping[int, ListInForce],
    actor: Actor,
    search_id: UUID,
    *,
    scope: str,
    now: datetime | None = None,
    again: bool = False,
    sample: int = 1,
    part: int = 0,
    parts_in_all: int = 1,
) -> Judging:
    """The statement's beginning for rules in order.

    scope: name of a query of filtering.sql, whom it is about. again: restored people may be dropped by the
    same entry again. sample: judge only one of so many. part: judge only this one of so
    many parts. Raises BadInput for a rule that its list does not fit.
    """
    parts = _Parts()
    at = now or datetime.now(UTC)
    where: Composable = SQL(getattr(_F, scope))
    if sample > 1:
        where = Composed([where, SQL(" "), SQL(_F.only_a_sample)])
    if parts_in_all > 1:
        where = Composed([where, SQL(" "), SQL(_F.only_a_part)])
    # Its place is before the others; what it holds is known after them.
    parts.ctes["who"] = where
    for n, rule in enumerate(rules):
        _add(parts, n, rule, lists, at)
    _decide_once(parts, where)
    parts.ctes["judged"] = SQL(_F.with_judged).format(
        results=SQL(", ").join(
            SQL("({}) AS {}").format(condition, Identifier(f"r{n}")) for n, condition in enumerate(parts.conditions)
        ),
        entries=SQL(", ").join(parts.entries),
        joins=SQL("\n").join(parts.joins.values()),
    )
    parts.ctes["rules"] = SQL(_F.with_rules)
    parts.ctes["guarded"] = SQL(_F.with_guarded)
    parts.ctes["bits"] = SQL(_F.with_bits).format(
        yes=_mask(len(rules), "{r} IS TRUE"), unknown=_mask(len(rules), "{r} IS NULL")
    )
    parts.params |= {
        "search_id": search_id,
        **actor.params,
        "people_lists": [given.id for given in lists.values() if given.holds == "people"],
        "sample": sample,
        "part": part,
        "parts": parts_in_all,
        "block": BLOCK,
        "again": again,
        "fingerprints": [rule.fingerprint for rule in rules],
        "drop_bits": sum(1 << n for n, rule in enumerate(rules) if rule.on_unknown == "drop"),
        "flag_bits": sum(1 << n for n, rule in enumerate(rules) if rule.on_unknown == "flag"),
    }
    return Judging(SQL(",\n").join(parts.ctes.values()), parts.params)


def status_of(rule: Rule, lists: Mapping[int, ListInForce]) -> str:
    """The filter_status of whom a rule leaves out."""
    if rule.list_id is not None:
        return LIST_KINDS[lists[rule.list_id].kind][2]
    return KINDS[rule.kind].status


def _mask(count: int, test: str) -> Composable:
    """The numbers of the rules for which a test on r<n> holds, as bits."""
    return SQL(" | ").join(
        SQL("CASE WHEN " + test + " THEN {bit}::bigint ELSE 0 END").format(r=Identifier(f"r{n}"), bit=Literal(1 << n))
        for n in range(count)
    )


def _add(parts: _Parts, n: int, rule: Rule, lists: Mapping[int, ListInForce], at: datetime) -> None:
    values: dict[str, Any] = dict(rule.params)
    names: dict[str, Composable] = {}
    if rule.kind == "job_hopper":
        values["since"] = _years_before(at, int(values.pop("years")))
        names = {"recent": Identifier(f"recent_{n}")}
        parts.recent.append(SQL(_Q.recent_starts).format(**names, **_placeholders(parts, n, values)))
    if rule.kind == "contacted":
        values["since"] = at - timedelta(days=int(values.pop("days")))
    for use in sorted(KINDS[rule.kind].uses):
        _use(parts, use)
    condition = rule.kind
    parts.entries.append(SQL("NULL::bigint"))
    if rule.list_id is not None:
        condition, names = _add_list(parts, n, rule, lists[rule.list_id], values)
    elif rule.kind == "contacted":
        names = {"hits": Identifier(f"hits_{n}")}
        _cte(parts, names["hits"], "with_hits_contacted", {**names, **_placeholders(parts, n, values)})
        parts.joins[f"hits_{n}"] = SQL(_Q.join_profile).format(**names)
    said = SQL(getattr(_Q, condition)).format(**names, **_placeholders(parts, n, values))
    once = KINDS[rule.kind].decided_by
    if once:
        parts.facts.setdefault(once, {})[n] = said
        said = SQL("{}.{}").format(Identifier(once), Identifier(f"fact_{n}"))
    parts.conditions.append(said)


def _decide_once(parts: _Parts, where: Composable) -> None:
    """The common table expressions that need to know all rules."""
    own = [SQL(", ({}) AS {}").format(said, Identifier(f"fact_{n}")) for n, said in parts.facts.pop("c", {}).items()]
    parts.ctes["who"] = SQL(_Q.with_who).format(
        facts=SQL("").join([*own, SQL(_Q.has_url)] if parts.people else own),
        people=SQL(_Q.join_people if parts.people else ""),
        scope=where,
    )
    if "history" in parts.ctes:
        parts.ctes["history"] = SQL(_Q.with_history).format(recent=SQL("").join(parts.recent))
    for name, facts in parts.facts.items():
        columns = SQL(", ").join(SQL("({}) AS {}").format(said, Identifier(f"fact_{n}")) for n, said in facts.items())
        joins = SQL(_Q.join_levels) if "said" in parts.ctes else SQL("")
        parts.ctes[name] = SQL(getattr(_Q, f"with_{name}")).format(facts=columns, joins=joins)
        parts.joins[name] = SQL(getattr(_Q, f"join_{name}"))


def _add_list(
    parts: _Parts, n: int, rule: Rule, given: ListInForce, values: dict[str, Any]
) -> tuple[str, dict[str, Composable]]:
    """Adds what finds a list's entries among the people; returns the condition's name and identifiers."""
    values |= {"list_id": given.id, "list_version": given.version, "holds": given.holds}
    hits: dict[str, Composable] = {"hits": Identifier(f"hits_{n}")}
    if given.holds == "people":
        _use(parts, "people")
        _names(parts, "names_now")
        parts.ctes.setdefault("persons", SQL(_Q.with_persons))
        _cte(parts, hits["hits"], "with_hits_person", hits | _placeholders(parts, n, values))
        parts.joins[f"hits_{n}"] = SQL(_Q.join_profile).format(**hits)
        parts.entries[-1] = SQL("{hits}.entry_id").format(**hits)
        return "person_listed", hits
    entries = {"entries": Identifier(f"entries_{n}")}
    _cte(parts, entries["entries"], "with_entries", entries | _placeholders(parts, n, values))

    def matches(names: str) -> Identifier:
        _names(parts, names)
        found = Identifier(f"matches_{n}_{names}")
        known = {"matches": found, "names": Identifier(names), **entries, **_placeholders(parts, n, values)}
        _cte(parts, found, f"with_{rule.params['match']}", known)
        return found

    if given.holds == "schools":
        _use(parts, "schools")
        _cte(parts, hits["hits"], "with_hits_school", hits | {"matches": matches("names_school")})
        parts.joins[f"hits_{n}"] = SQL(_Q.join_profile).format(**hits)
        parts.entries[-1] = SQL("{hits}.entry_id").format(**hits)
        return "school_listed", hits
    scope = str(rule.params["scope"])
    names: dict[str, Composable] = {}
    found: list[Composable] = []
    if scope in ("now", "ever"):
        names["now" if scope == "ever" else "hits"] = matches("names_now")
        now = {"hits": matches("names_now")}
        parts.joins[f"now_{n}"] = SQL(_Q.join_company).format(**now)
        found.append(SQL("{hits}.entry_id").format(**now))
    if scope in ("before", "ever"):
        _use(parts, "history")
        _cte(parts, hits["hits"], "with_hits_before", hits | {"matches": matches("names_before")})
        parts.joins[f"hits_{n}"] = SQL(_Q.join_profile).format(**hits)
        found.append(SQL("{hits}.entry_id").format(**hits))
        names |= hits
    parts.entries[-1] = SQL("coalesce({})").format(SQL(", ").join(found))
    return _CONDITIONS[scope], names


def _use(parts: _Parts, what: str) -> None:
    if what == "people":
        parts.people = True
    elif what == "history":
        parts.ctes.setdefault("jobs", SQL(_Q.with_jobs))
        parts.ctes.setdefault("history", SQL(_Q.with_history))
        parts.ctes.setdefault("sources", SQL(_Q.with_sources))
        parts.joins.setdefault("history", SQL(_Q.join_history))
    elif what == "words":
        parts.ctes.setdefault("said", SQL(_Q.with_said))
    else:
        parts.ctes.setdefault("studies", SQL(_Q.with_studies))
        parts.ctes.setdefault("schools", SQL(_Q.with_schools))
        parts.joins.setdefault("schools", SQL(_Q.join_schools))


def _names(parts: _Parts, names: str) -> None:
    if names == "names_before":
        _use(parts, "history")
    elif names == "names_school":
        _use(parts, "schools")
    parts.ctes.setdefault(names, SQL(getattr(_Q, f"with_{names}")))


def _cte(parts: _Parts, name: Composable, query: str, known: Mapping[str, Composable]) -> None:
    parts.ctes.setdefault(repr(name), SQL(getattr(_Q, query)).format(**known))


def _placeholders(parts: _Parts, n: int, values: Mapping[str, Any]) -> dict[str, Composable]:
    parts.params |= {f"r{n}_{name}": value for name, value in values.items()}
    return {name: Placeholder(f"r{n}_{name}") for name in values}


def _years_before(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year - years)
    except ValueError:  # the 29th of February
        return at.replace(year=at.year - years, day=28)


def fits(rule: Rule, given: ListInForce) -> None:
    """Raises BadInput for a list rule whose parameters make no sense for what the list holds."""
    if given.holds == "people" and rule.params["match"] != "exact":
        raise BadInput("People are compared by address, e-mail, or name and company: exactly.")
    if given.holds != "companies" and rule.params["scope"] != "now":
        raise BadInput("Only companies can be looked for among earlier employers.")
