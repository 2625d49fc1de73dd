"""What filter rules there are: one registry entry each. Pure.

A rule says whom to leave out. Its condition is a query of sql/rules.sql and gives true (leave out), false,
or NULL: it cannot be known. What unknown does is the user's choice: keep, drop, or flag (keep, and say so).

There is no rule on a protected or inferred trait (name, photo, sex, age, nationality, graduation years); a
test reads which columns the conditions use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from services.errors import BadInput
from services.filtering import rule_params, rule_sentences

Unknown = Literal["keep", "drop", "flag"]
Holds = Literal["people", "companies", "schools"]
MAX_RULES = 40
DEFAULT_THRESHOLD = 0.8

LEVELS = ("junior", "individual", "senior", "lead", "manager", "director", "executive")
MISSING = (
    "email", "phone", "linkedin_url", "title", "company", "location", "skills", "years_experience",
    "current_tenure_months",
)  # fmt: skip
MATCHES = ("exact", "contains", "fuzzy")
SCOPES = ("now", "before", "ever")

# Kind of list → what it holds (None: the user says), whether its rule drops who is on it, and the status that gives.
LIST_KINDS: Mapping[str, tuple[Holds | None, bool, str]] = {
    "past_candidates": ("people", True, "filtered_past_candidate"),
    "blacklisted_companies": ("companies", True, "filtered_blacklist"),
    "not_relevant_companies": ("companies", True, "filtered_not_relevant_company"),
    "target_companies": ("companies", False, "filtered_not_target_company"),
    "target_universities": ("schools", False, "filtered_not_target_university"),
    "do_not_contact": ("people", True, "filtered_do_not_contact"),
    "custom": (None, True, "filtered_list"),
}


@dataclass(frozen=True)
class Param:
    """One parameter: how it is checked. check(raw, name) gives the clean value or raises BadInput."""

    name: str
    check: Callable[[Any, str], Any]
    default: Any = None


@dataclass(frozen=True)
class Kind:
    """One kind of rule. key is also the name of its condition, unless a list's kind chooses another.

    uses: what the condition reads besides candidates: people (profiles), history (jobs), schools, words (of titles).
    decided_by: the condition depends on this only: the person's row (c), or the title or place, for each distinct one.
    one_of: at least one of these parameters must be given.
    """

    key: str
    label: str
    params: tuple[Param, ...]
    sentence: Callable[[Mapping[str, Any]], str]
    status: str
    uses: frozenset[str] = frozenset()
    one_of: tuple[str, ...] = ()
    decided_by: Literal["", "c", "titles", "places"] = ""


@dataclass(frozen=True)
class Rule:
    """A checked rule; made by check(). params hold plain JSON values. enabled: else it stands in its set, unused."""

    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    on_unknown: Unknown = "keep"
    enabled: bool = True

    @property
    def list_id(self) -> int | None:
        found = self.params.get("list_id")
        return None if found is None else int(found)

    @property
    def fingerprint(self) -> str:
        """The same for rules that decide the same; for lists, however they are compared: an entry is an entry."""
        if self.kind == "list":
            return f"list:{self.list_id}:{'listed' if self.params['listed'] else 'unlisted'}"
        text = json.dumps([self.kind, dict(self.params)], sort_keys=True, ensure_ascii=False)
        return f"{self.kind}:{hashlib.sha256(text.encode()).hexdigest()[:24]}"

    def as_json(self) -> dict[str, Any]:
        said = {"kind": self.kind, "params": dict(self.params), "on_unknown": self.on_unknown}
        return said | {"enabled": self.enabled}


def check(raw: Any) -> Rule:
    """{"kind", "params", "on_unknown"} as a page or file gives it → Rule. Raises BadInput."""
    if not isinstance(raw, Mapping):
        raise BadInput("A rule is an object with kind and params.")
    name = raw.get("kind")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise BadInput(f"A rule's kind is one of {', '.join(KINDS)}.")
    given = raw.get("params") or {}
    if not isinstance(given, Mapping):
        raise BadInput(f"The parameters of the rule “{kind.label}” could not be read.")
    if unknown := sorted(map(str, set(given) - {one.name for one in kind.params})):
        raise BadInput(f"The rule “{kind.label}” has no parameter {unknown[0][:40]!r}.")
    params = {}
    for one in kind.params:
        value = given.get(one.name)
        params[one.name] = one.default if value is None else one.check(value, f"“{kind.label}”: {one.name}")
    if kind.one_of and all(params[name] is None for name in kind.one_of):
        raise BadInput(f"The rule “{kind.label}” needs {' or '.join(kind.one_of)}.")
    missing = [p.name for p in kind.params if p.name in _REQUIRED and params[p.name] is None]
    if missing:
        raise BadInput(f"The rule “{kind.label}” needs {missing[0]}.")
    low, high = params.get("low"), params.get("high")
    if low is not None and high is not None and low > high:
        raise BadInput(f"The rule “{kind.label}” has a lowest value above its highest.")
    on_unknown = raw.get("on_unknown") or "keep"
    if on_unknown not in get_args(Unknown):
        raise BadInput("What unknown does is keep, drop or flag.")
    enabled = raw.get("enabled", True)
    if not isinstance(enabled, bool):
        raise BadInput("Whether a rule is in use is true or false.")
    return Rule(kind.key, params, cast(Unknown, on_unknown), enabled)


def check_all(raw: Any) -> tuple[Rule, ...]:
    """Rules in order. Raises BadInput, also for none, too many, or the same one twice."""
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        raise BadInput("Rules are a list.")
    if not raw:
        raise BadInput("Add a rule first.")
    if len(raw) > MAX_RULES:
        raise BadInput(f"At most {MAX_RULES} rules can be applied together.")
    rules = tuple(one if isinstance(one, Rule) else check(one) for one in raw)
    seen = set()
    for rule in rules:
        if (key := json.dumps(rule.as_json(), sort_keys=True)) in seen:
            raise BadInput(f"The rule “{KINDS[rule.kind].label}” is there twice.")
        seen.add(key)
    return rules


def check_used(raw: Any) -> tuple[Rule, ...]:
    """As check_all(), without rules that are switched off; one at least must be in use."""
    rules = tuple(rule for rule in check_all(raw) if rule.enabled)
    if not rules:
        raise BadInput("Switch a rule on first: all of them are off.")
    return rules


def sentence(rule: Rule, list_name: str = "") -> str:
    """What a rule does, in one sentence; list_name for a rule on a list."""
    text = KINDS[rule.kind].sentence({**rule.params, "list_name": list_name})
    return text + {"keep": "", "drop": ", or where it is not known", "flag": "; flag who is not known"}[rule.on_unknown]


_REQUIRED = frozenset({"terms", "levels", "fields", "list_id", "days"})
_TERMS = (Param("terms", rule_params.terms), Param("has", rule_params.flag, True))

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "list",
            "On a list",
            (
                Param("list_id", rule_params.number(1, 2**53)),
                Param("listed", rule_params.flag, True),
                Param("match", rule_params.choice(MATCHES), "exact"),
                Param("threshold", rule_params.number(0.5, 1, whole=False), DEFAULT_THRESHOLD),
                Param("scope", rule_params.choice(SCOPES), "now"),
            ),
            rule_sentences.listed,
            "filtered_list",
        ),
        Kind("title", "Title", _TERMS, rule_sentences.about("title"), "filtered_title", decided_by="titles"),
        Kind(
            "keyword",
            "Keywords",
            _TERMS,
            rule_sentences.about("profile"),
            "filtered_keyword",
            frozenset({"people"}),
            decided_by="c",
        ),
        Kind(
            "location", "Location", _TERMS, rule_sentences.about("location"), "filtered_location", decided_by="places"
        ),
        Kind(
            "experience",
            "Years of experience",
            (
                Param("low", rule_params.number(0, 80, whole=False)),
                Param("high", rule_params.number(0, 80, whole=False)),
            ),
            rule_sentences.value_range("of experience", "years"),
            "filtered_experience",
            decided_by="c",
            one_of=("low", "high"),
        ),
        Kind(
            "current_tenure",
            "Time in the present job",
            (Param("low", rule_params.number(0, 960)), Param("high", rule_params.number(0, 960))),
            rule_sentences.value_range("in the present job", "months"),
            "filtered_tenure",
            decided_by="c",
            one_of=("low", "high"),
        ),
        Kind(
            "job_hopper",
            "Job hopper",
            (
                Param("average", rule_params.number(1, 240)),
                Param("moves", rule_params.number(1, 50)),
                Param("years", rule_params.number(1, 50), 5),
            ),
            rule_sentences.hopper,
            "filtered_job_hopper",
            frozenset({"history"}),
            one_of=("average", "moves"),
        ),
        Kind(
            "level",
            "Management level",
            (Param("levels", rule_params.choices(LEVELS)),),
            lambda p: f"Leave out whose title is of the level {', '.join(p['levels'])}",
            "filtered_level",
            frozenset({"words"}),
            decided_by="titles",
        ),
        Kind(
            "freelance",
            "Freelance",
            (),
            lambda p: "Leave out who works as a freelancer",
            "filtered_freelance",
            frozenset({"people"}),
            decided_by="c",
        ),
        Kind(
            "consulting",
            "Consulting",
            (),
            lambda p: "Leave out who works in consulting",
            "filtered_consulting",
            frozenset({"words"}),
            decided_by="titles",
        ),
        Kind("school", "School", _TERMS, rule_sentences.about("schools"), "filtered_school", frozenset({"schools"})),
        Kind(
            "contacted",
            "Contacted by a colleague",
            (Param("days", rule_params.number(1, 3650)),),
            lambda p: f"Leave out whom a colleague contacted in the last {p['days']} days",
            "filtered_contacted",
        ),
        Kind(
            "missing",
            "Data missing",
            (Param("fields", rule_params.choices(MISSING)),),
            lambda p: f"Leave out who has no {' or no '.join(p['fields'])}".replace("_", " "),
            "filtered_missing",
            frozenset({"people"}),
            decided_by="c",
        ),
    )
}
