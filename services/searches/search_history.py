"""The history of searches: pages of those that someone may know of, found by title, by whose they are and by state.

In use, archived, or deleted: of deleted ones their owner and admins know until their time is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args
from urllib.parse import parse_qs, urlencode

from psycopg import sql as pgsql

import sql
from services import db
from services.access.identity import Actor
from services.runtime import Runtime
from services.searches.searches import Search

State = Literal["active", "archived", "deleted"]
PAGE = 25
MAX_QUERY = 200
MAX_PAGE = 100_000
MINE = "mine"
_MAX_ID = 2**63 - 1

_Q = sql.queries("search_history")


@dataclass(frozen=True)
class Wanted:
    """What a page is asked for. whose: "" for everybody's, "mine", or a user's id. page: counted from 1."""

    q: str = ""
    whose: str = ""
    state: State = "active"
    page: int = 1

    @classmethod
    def of(cls, q: Any = "", whose: Any = "", state: Any = "active", page: Any = 1) -> Wanted:
        """From what a form or an address gives; what is none of it is left out."""
        return cls(_q(q), _whose(whose), state if state in get_args(State) else "active", _page(page))

    @classmethod
    def from_query(cls, query: str) -> tuple[Wanted, bool]:
        """From the query string of an address; and whether there was something in it that is not known here."""
        given = {name: values[0] for name, values in parse_qs(query).items()}
        known = {name: given[name] for name in ("q", "whose", "state", "page") if name in given}
        wanted = cls.of(**known)
        return wanted, given.keys() != known.keys() or any(
            str(getattr(wanted, name)) != " ".join(value.split()) for name, value in known.items()
        )

    def query(self) -> str:
        """For the address, with its question mark; "" for the first page of everybody's."""
        said = {name: value for name, value in self._parts().items() if value != self._usual()[name]}
        return f"?{urlencode(said)}" if said else ""

    def turned(self, step: int) -> Wanted:
        """So many pages on, or back."""
        return replace(self, page=min(max(self.page + step, 1), MAX_PAGE))

    @property
    def narrowed(self) -> bool:
        """Whether more than the state was asked for: an empty page then says that nothing fits."""
        return bool(self.q or self.whose)

    def _parts(self) -> dict[str, str]:
        return {"q": self.q, "whose": self.whose, "state": self.state, "page": str(self.page)}

    @staticmethod
    def _usual() -> dict[str, str]:
        return {"q": "", "whose": "", "state": "active", "page": "1"}


@dataclass(frozen=True)
class Listed(Search):
    """One row. source: where a search that was moved in came from (history, search, job, rest), "" for others;
    source_url: the search at LinkedIn that it was made of. gone_at: when a deleted one is removed for good."""

    source: str
    source_ref: str
    source_url: str
    deleted_at: datetime | None
    deleted_by: str
    gone_at: datetime | None


@dataclass(frozen=True)
class Owner:
    """Whose searches can be asked for."""

    id: int
    name: str


@dataclass(frozen=True)
class Page:
    """One page of at most 25. wanted: as asked, the page as it was found."""

    wanted: Wanted
    rows: list[Listed]
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def find(rt: Runtime, actor: Actor, wanted: Wanted) -> Page:
    """What was asked for; the last page where there are fewer."""
    owner = actor.user_id if wanted.whose == MINE else int(wanted.whose) if wanted.whose else None
    given: dict[str, Any] = {"state": wanted.state, "owner": owner, "q": wanted.q or None,
                             "days": rt.settings.search_deleted_days, **actor.params}  # fmt: skip
    with rt.db.connection() as conn:
        counted = db.one(conn, _shown("count_history"), given)
        total = int(counted["total"]) if counted else 0
        page = min(wanted.page, max(1, -(-total // PAGE)))
        rows = db.rows(conn, _shown("fetch_history"), given | {"limit": PAGE, "offset": (page - 1) * PAGE})
    return Page(replace(wanted, page=page), [_listed(row, actor) for row in rows], total)


def owners(rt: Runtime, actor: Actor) -> list[Owner]:
    """Others whose searches the actor may know of, by name; at most 200."""
    with rt.db.connection() as conn:
        return [Owner(**row) for row in db.rows(conn, _Q.fetch_owners, actor.params)]


def _listed(row: Mapping[str, Any], actor: Actor) -> Listed:
    owned = actor.may_edit and (row["owner_id"] == actor.user_id or actor.role == "admin")
    return Listed(owned=owned, **row)


def _shown(name: str) -> pgsql.Composed:
    return pgsql.SQL(getattr(_Q, name)).format(shown=pgsql.SQL(_Q.shown))


def _q(given: Any) -> str:
    return " ".join(str(given or "").replace("\0", "").split())[:MAX_QUERY]


def _whose(given: Any) -> str:
    said = str(given or "").strip()
    return said if said == MINE or (_is_number(said) and 0 < int(said) <= _MAX_ID) else ""


def _page(given: Any) -> int:
    said = str(given if given is not None else "").strip()
    return min(max(int(said), 1), MAX_PAGE) if _is_number(said) else 1


def _is_number(said: str) -> bool:
    return said.isascii() and said.isdecimal() and len(said) < 20
