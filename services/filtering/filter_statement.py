"""The statement that judges people by rules, as it is put together from the queries of rules.sql. Pure.

Everything that is slow for a row, comparing names above all, is done once for each distinct name, in common
table expressions; what remains is one pass over the candidates with few hash joins. What lists found is one
table of companies and one of people, with a column for each rule, however many lists there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal, Placeholder

import sql
from services.filtering.rule_kinds import KINDS, Holds, Rule

_Q = sql.queries("rules")
_CONDITIONS = {"now": "company_now", "before": "company_before", "ever": "company_ever"}
# Common table expression → what it reads of people, beside their ids.
_READS = {
    "names_now": "of_company", "each_title": "of_title", "places": "of_place", "history": "of_history",
    "hits_people": "of_person",
}  # fmt: skip


@dataclass(frozen=True)
class ListInForce:
    """A list as a rule uses it."""

    id: int
    kind: str
    holds: Holds
    name: str
    version: int


@dataclass
class Statement:
    """Named common table expressions, joins, conditions and parameters; in the order in which rules are added."""

    ctes: dict[str, Composable] = field(default_factory=dict)
    joins: dict[str, Composable] = field(default_factory=dict)
    # Per rule: a three-valued condition.
    conditions: list[Composable] = field(default_factory=list)
    # Rule's number → the entry of its list that was met.
    entries: dict[int, Composable] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    # Conditions that depend on one row, title or place only: where they are decided → rule's number → condition.
    _facts: dict[str, dict[int, Composable]] = field(default_factory=dict)
    # by_company and by_person: rule's number → where its hits are found.
    _found: dict[str, dict[int, Composable]] = field(default_factory=dict)
    # The entries of lists of people.
    _listed: list[Composable] = field(default_factory=list)
    # What else jobs have to say.
    _recent: list[Composable] = field(default_factory=list)
    # Whether profiles are read.
    _people: bool = False

    def __post_init__(self) -> None:
        # Its place is before the others; what it holds is known after them.
        self.ctes["who"] = SQL("")

    def add(self, n: int, rule: Rule, lists: Mapping[int, ListInForce], at: datetime) -> None:
        """The next rule, which has number n; at: now."""
        values: dict[str, Any] = dict(rule.params)
        names: dict[str, Composable] = {}
        if rule.kind == "job_hopper":
            values["since"] = _years_before(at, int(values.pop("years")))
            names = {"recent": Identifier(f"recent_{n}")}
            self._recent.append(SQL(_Q.recent_starts).format(**names, **self._placeholders(n, values)))
        if rule.kind == "contacted":
            values["since"] = at - timedelta(days=int(values.pop("days")))
        for use in sorted(KINDS[rule.kind].uses):
            self._use(use)
        condition = rule.kind
        if rule.list_id is not None:
            condition, met = self._add_list(n, rule, lists[rule.list_id], values)
            names, self.entries[n] = {"met": met}, met
        elif rule.kind == "contacted":
            hits = {"hits": Identifier(f"hits_{n}")}
            self._cte(hits["hits"], "with_hits_contacted", {**hits, **self._placeholders(n, values)})
            names = {"met": self._met(n, "by_person", "found_contacted", hits)}
        said: Composable = SQL(getattr(_Q, condition)).format(**names, **self._placeholders(n, values))
        once = KINDS[rule.kind].decided_by
        if once:
            self._facts.setdefault(once, {})[n] = said
            said = Identifier(once, f"fact_{n}")
        self.conditions.append(said)

    def finish(self, scope: Composable) -> None:
        """What needs to know all rules. scope: whom it is about."""
        own = self._facts.pop("c", {})
        if "each_title" in self.ctes or "titles" in self._facts:
            self._each_title()
        for name, facts in self._facts.items():
            joins = SQL(_Q.join_levels if "said" in self.ctes else "")
            self.ctes[name] = SQL(getattr(_Q, f"with_{name}")).format(facts=_columns(facts), joins=joins)
            self.joins[name] = SQL(getattr(_Q, f"join_{name}"))
        if "history" in self.ctes:
            self.ctes["history"] = SQL(_Q.with_history).format(recent=SQL("").join(self._recent))
        if self._listed:
            self.ctes["hits_people"] = SQL(_Q.with_hits_people).format(listed=SQL("\nUNION ALL\n").join(self._listed))
        for name, found in self._found.items():
            each = {text.as_string(None): text for text in found.values()}
            columns = [SQL(_Q.met_by).format(n=Literal(n), met=Identifier(f"met_{n}")) for n in found]
            self.ctes[name] = SQL(getattr(_Q, f"with_{name}")).format(
                columns=SQL(", ").join(columns), found=SQL("\nUNION ALL\n").join(each.values())
            )
            self.joins[name] = SQL(getattr(_Q, f"join_{name}"))
        reads = [SQL(getattr(_Q, query)) for name, query in _READS.items() if name in self.ctes]
        decided = [SQL(", "), _columns(own)] if own else []
        self.ctes["who"] = SQL(_Q.with_who).format(
            facts=Composed([*reads, *decided]), people=SQL(_Q.join_people if self._people else ""), scope=scope
        )

    def _add_list(self, n: int, rule: Rule, given: ListInForce, values: dict[str, Any]) -> tuple[str, Composable]:
        """Adds what finds a list's entries among the people; returns the condition's name, and the entry met."""
        values |= {"list_id": given.id, "list_version": given.version, "holds": given.holds}
        if given.holds == "people":
            self._use("people")
            self._names("names_now")
            self._listed.append(SQL(_Q.listed_people).format(n=Literal(n), **self._placeholders(n, values)))
            self.ctes.setdefault("hits_people", SQL(""))
            return "person_listed", self._met(n, "by_person", "found_people", {})
        entries = {"entries": Identifier(f"entries_{n}")}
        self._cte(entries["entries"], "with_entries", entries | self._placeholders(n, values))

        def matches(names: str) -> Identifier:
            self._names(names)
            found = Identifier(f"matches_{n}_{names}")
            known = {"matches": found, "names": Identifier(names), **entries, **self._placeholders(n, values)}
            self._cte(found, f"with_{rule.params['match']}", known)
            return found

        hits: dict[str, Composable] = {"hits": Identifier(f"hits_{n}")}
        if given.holds == "schools":
            self._use("schools")
            self._cte(hits["hits"], "with_hits_school", hits | {"matches": matches("names_school")})
            return "school_listed", self._met(n, "by_person", "found_person", hits)
        scope = str(rule.params["scope"])
        met: list[Composable] = []
        if scope in ("now", "ever"):
            met.append(self._met(n, "by_company", "found_company", {"hits": matches("names_now")}))
        if scope in ("before", "ever"):
            self._cte(hits["hits"], "with_hits_before", hits | {"matches": matches("names_before")})
            met.append(self._met(n, "by_person", "found_person", hits))
        return _CONDITIONS[scope], SQL("coalesce({})").format(SQL(", ").join(met))

    def _met(self, n: int, where: str, query: str, names: Mapping[str, Composable]) -> Composable:
        """The column of by_company or by_person that says what a rule's list found."""
        self._found.setdefault(where, {})[n] = SQL(getattr(_Q, query)).format(n=Literal(n), **names)
        return Identifier(where, f"met_{n}")

    def _use(self, what: str) -> None:
        if what == "people":
            self._people = True
        elif what == "history":
            self.ctes.setdefault("jobs", SQL(_Q.with_jobs))
            self.ctes.setdefault("history", SQL(""))
            self.ctes.setdefault("sources", SQL(_Q.with_sources))
            self.joins.setdefault("history", SQL(_Q.join_history))
        elif what == "words":
            self._each_title()
            self.ctes.setdefault("said", SQL(_Q.with_said))
        else:
            self.ctes.setdefault("studies", SQL(_Q.with_studies))
            self.ctes.setdefault("schools", SQL(_Q.with_schools))
            self.joins.setdefault("schools", SQL(_Q.join_schools))

    def _each_title(self) -> None:
        self.ctes.setdefault("each_title", SQL(_Q.with_each_title))

    def _names(self, names: str) -> None:
        if names == "names_before":
            self._use("history")
        elif names == "names_school":
            self._use("schools")
        self.ctes.setdefault(names, SQL(getattr(_Q, f"with_{names}")))

    def _cte(self, name: Composable, query: str, known: Mapping[str, Composable]) -> None:
        self.ctes.setdefault(repr(name), SQL(getattr(_Q, query)).format(**known))

    def _placeholders(self, n: int, values: Mapping[str, Any]) -> dict[str, Composable]:
        self.params |= {f"r{n}_{name}": value for name, value in values.items()}
        return {name: Placeholder(f"r{n}_{name}") for name in values}


def _columns(facts: Mapping[int, Composable]) -> Composed:
    return SQL(", ").join(SQL("({}) AS {}").format(said, Identifier(f"fact_{n}")) for n, said in facts.items())


def _years_before(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year - years)
    except ValueError:  # the 29th of February
        return at.replace(year=at.year - years, day=28)
