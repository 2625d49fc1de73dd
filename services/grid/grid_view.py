"""A view of a search: status tab, search text, filters, sort. Pure.

A View is what a URL says (docs: "URL state") and what a result set is computed from. It holds
no version and no position; both belong to the page that shows it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from psycopg.sql import Composable, Identifier

from services import zones
from services.errors import BadInput
from services.grid.grid_columns import DEFAULT_SORT, RELEVANCE, SIMILARITY, STATUSES
from services.grid.grid_query import Where, add_filters, clean_text, fragment, parse_sort
from services.grid.search_text import MAX_LENGTH, Term, parse

FORMAT = 2
MAX_MODEL = 10_000
VIEWS = ("triage",)

_UNREAD = "A part of the link ({}) could not be read and was left out."


@dataclass(frozen=True)
class View:
    """Who is shown and in which order. Made by View.of(), which checks everything.

    match: what people are compared with (services/matching/matching.py), which orders them where no sort was chosen.
    """

    search_id: UUID
    status: str = "active"
    q: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)
    sort: tuple[tuple[str, str], ...] = ()
    zone: str = "UTC"
    match: int | None = None

    @classmethod
    def of(
        cls,
        search_id: Any,
        *,
        status: Any = "active",
        q: Any = "",
        filters: Any = None,
        sort: Any = (),
        zone: Any = "UTC",
        match: Any = None,
    ) -> View:
        """Check and build. sort is AG Grid's sortModel. Raises BadInput with a clear line."""
        try:
            search = search_id if isinstance(search_id, UUID) else UUID(str(search_id))
        except ValueError as error:
            raise BadInput("This is not the address of a search.") from error
        if status not in STATUSES:
            raise BadInput("There is no status tab of that name.")
        text = clean_text((q or "")[: MAX_LENGTH + 200] if isinstance(q, str) or q is None else q, "search text")
        model = filters if filters is not None else {}
        _check_size(model)
        view = cls(search, status, text, model, parse_sort(sort), zones.known(zone), _match(match))
        _ = view._meaning  # what cannot be compiled is refused here, once
        return view

    @property
    def terms(self) -> tuple[Term, ...]:
        return parse(self.q)

    @property
    def effective_sort(self) -> tuple[tuple[str, str], ...]:
        """The chosen sort; without one, relevance for a search text, else the most alike or the best score first."""
        # Who is compared with nothing is like nothing.
        chosen = tuple(one for one in self.sort if one[0] != SIMILARITY or self.match is not None)
        if chosen:
            return chosen
        if any(not term.negated for term in self.terms):
            return ((RELEVANCE, "desc"),)
        return self.usual_sort

    @property
    def usual_sort(self) -> tuple[tuple[str, str], ...]:
        """Without a choice and a search text."""
        return DEFAULT_SORT if self.match is None else ((SIMILARITY, "desc"),)

    def key(self, version: int) -> str:
        """The result set's key: a hash of everything that decides its rows and their order.

        Everyone who may see the search sees the same candidates in it, so the search is the scope.
        """
        return blake2b(f"{self._meaning} {version}".encode(), digest_size=20).hexdigest()

    @cached_property
    def _meaning(self) -> str:
        # The compiled conditions rather than the filterModel: however it was spelled, the same question
        # has the same text, and a different one has not.
        where = self.where()
        said = [FORMAT, where.sql().as_string(), where.params, self.effective_sort]
        # Another order and nobody else: only where it orders.
        return json.dumps(said if self.match is None else [*said, self.match], default=str)

    def where(self) -> Where:
        """Conditions on candidates c. Raises BadInput for an unknown filter."""
        where = Where(search=self.search_id, match=self.match)
        where.conditions.append(fragment("value_equals", column=Identifier("c", "search_id"),
                                         value=where.value(self.search_id)))  # fmt: skip
        _add_status(where, self.status)
        for term in self.terms:
            matches: Composable = fragment(f"search_{term.kind}", value=where.value(term.text))
            where.conditions.append(fragment("negated", condition=matches) if term.negated else matches)
        add_filters(where, self.filters, self.zone)
        return where

    def left_out(self, where: Where) -> list[Composable]:
        """What each negated term matches, its parameters in where."""
        return [fragment(f"search_{term.kind}", value=where.value(term.text)) for term in self.terms if term.negated]

    def without_text(self) -> View:
        """The same view with an empty search box."""
        return replace(self, q="")

    def without_match(self) -> View:
        """The same view, compared with nothing, in the order that it has then."""
        sort = tuple(one for one in self.sort if one[0] != SIMILARITY)
        return replace(self.without_filter(SIMILARITY), match=None, sort=sort)

    def without_filter(self, *keys: str) -> View:
        """The same view without some filters: what a facet's counts are computed from."""
        kept = {key: model for key, model in self.filters.items() if key not in keys}
        return replace(self, filters=kept)

    def sentences(self) -> dict[str, str]:
        """Filter key → a sentence for people, e.g. title contains “engineer”."""
        found = dict(self.where().sentences)
        if self.terms:
            found["q"] = "search: " + ", ".join(term.sentence() for term in self.terms)
        return found

    def state(self) -> dict[str, Any]:
        """As JSON: what a run, a saved view or the browser keeps. View.from_state reads it."""
        sort = [{"colId": name, "sort": direction} for name, direction in self.sort]
        state = {"status": self.status, "q": self.q, "f": dict(self.filters), "sort": sort, "zone": self.zone}
        return state if self.match is None else {**state, "match": self.match}

    @classmethod
    def from_state(cls, search_id: Any, state: Mapping[str, Any]) -> View:
        get = state.get
        return cls.of(search_id, status=get("status", "active"), q=get("q", ""), filters=get("f") or {},
                      sort=get("sort") or [], zone=get("zone", "UTC"), match=get("match"))  # fmt: skip

    def query_string(self) -> str:
        """?status=…&q=…&f=…&sort=…&match=…, with only what differs from the default."""
        parts = {}
        if self.status != "active":
            parts["status"] = self.status
        if self.q:
            parts["q"] = self.q
        if self.filters:
            parts["f"] = json.dumps(self.filters, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if self.sort:
            parts["sort"] = ",".join(f"{name}.{direction}" for name, direction in self.sort)
        if self.match is not None:
            parts["match"] = str(self.match)
        return "?" + urlencode(parts) if parts else ""


def parse_url(search_id: Any, query: str, zone: str = "UTC") -> tuple[View, str | None, str | None, list[str]]:
    """A URL's query string → (view, opened person's candidate id, view name, notices).

    Parameters that are unknown or cannot be read are left out with a notice, never an error.
    """
    notices: list[str] = []
    view = View.of(search_id, zone=zone)
    try:
        values = {name: found[-1] for name, found in parse_qs(query.lstrip("?"), max_num_fields=50).items()}
    except ValueError:
        return view, None, None, ["The link has too many parts and was left out."]
    for name, attempt in (("status", _status), ("q", _q), ("f", _f), ("sort", _sort), ("match", _match_of)):
        if name in values:
            try:
                view = View.from_state(search_id, {**view.state(), **attempt(values[name])})
            except (BadInput, ValueError, RecursionError):
                notices.append(_UNREAD.format(name))
    if view.match is None and SIMILARITY in view.filters:
        # It would say who is left out, and leave out nobody.
        view = view.without_match()
        notices.append(_UNREAD.format("f"))
    person, shown = values.get("person"), values.get("view")
    if person is not None and not (person.isascii() and person.isdecimal() and len(person) < 19):
        person = None
        notices.append(_UNREAD.format("person"))
    if shown is not None and shown not in VIEWS:
        shown = None
        notices.append(_UNREAD.format("view"))
    if set(values) - {"status", "q", "f", "sort", "match", "person", "view"}:
        notices.append("A part of the link is not known and was left out.")
    return view, person, shown, notices


def _status(raw: str) -> dict[str, Any]:
    return {"status": raw}


def _q(raw: str) -> dict[str, Any]:
    return {"q": raw}


def _f(raw: str) -> dict[str, Any]:
    model = json.loads(raw)
    if not isinstance(model, dict):
        raise ValueError("not a filterModel")
    return {"f": model}


def _sort(raw: str) -> dict[str, Any]:
    pairs = [part.rpartition(".") for part in raw.split(",")]
    return {"sort": [{"colId": name, "sort": direction} for name, _, direction in pairs]}


def _match_of(raw: str) -> dict[str, Any]:
    if not (raw.isascii() and raw.isdecimal()):
        raise ValueError("not a number")
    return {"match": int(raw)}


def _match(raw: Any) -> int | None:
    if raw is None:
        return None
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 < raw < 2**63:
        raise BadInput("What this list is compared with could not be read; choose it again.")
    return raw


def _add_status(where: Where, status: str) -> None:
    column = Identifier("c", "filter_status")
    if status in ("active", "shortlisted"):
        where.conditions.append(fragment("value_equals", column=column, value=where.value("active")))
    if status == "shortlisted":
        stage = Identifier("c", "stage")
        where.conditions.append(fragment("value_equals", column=stage, value=where.value("shortlisted")))
    if status == "filtered":
        where.conditions.append(fragment("status_filtered", column=column))


def _check_size(model: Any) -> None:
    try:
        size = len(json.dumps(model, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadInput("The filter is not in a form that can be read.") from error
    if size > MAX_MODEL:
        raise BadInput("The filter is too long; remove some of its values.")
