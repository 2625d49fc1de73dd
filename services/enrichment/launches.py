"""Launches of PhantomBuster's agents as people ask for them: claimed, one at a time for each agent. See launch_run.

An agent is claimed in the transaction that starts its run: the row of the launch, of which there is at most one
alive for an agent, whoever asks and on whatever host. What comes of it is launch_run's (it asks) and
launch_watch's (it looks).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import sql
from services import db
from services.access.identity import Actor, audit
from services.config import Settings
from services.errors import BadInput, Conflict
from services.imports.import_rows import clean
from services.operations import metrics
from services.people.links import safe_url
from services.runs import jobs
from services.runtime import Runtime
from services.searches.searches import not_editable, refusal
from services.spending import budgets

if TYPE_CHECKING:
    from services.vendors.phantombuster import PhantomBuster

OFF = "PhantomBuster is not set up: an admin sets PHANTOMBUSTER_API_KEY."
LABEL = "PhantomBuster"
MAX_URL = 2000
# Seconds that a person waits for PhantomBuster.
PATIENCE_S = 10.0
# Parts of an address that belong to whoever copied it, not to the search.
_OWN = {"sessionid", "li_at", "token", "key", "csrftoken"}
_ID = re.compile(r"[\w-]{1,64}")
_ARGUMENT = re.compile(r"[A-Za-z][\w.-]{0,59}")

_Q = sql.queries("launches")


@dataclass(frozen=True)
class Busy:
    """Who has an agent. search_title: None where it is not to be seen; left_s: None where nobody knows."""

    agent_id: str
    state: str
    user_name: str
    since: datetime
    search_title: str | None
    left_s: float | None

    @property
    def sentence(self) -> str:
        left = "" if self.left_s is None else f", about {max(1, round(self.left_s / 60))} min left"
        where = f" for “{self.search_title}”" if self.search_title else ""
        return f"{self.user_name} launched it{where} at {self.since:%H:%M} UTC{left}"


@dataclass(frozen=True)
class Wanted:
    """What shall be launched or taken. what: launch, container or latest, see vendor_launches.

    source_url: "" launches the agent as it is set up at PhantomBuster. argument_name: which of its arguments that is,
    "" to find out. check_columns: a person looks at the columns before anything is imported.
    """

    agent_id: str
    what: str = "launch"
    agent_name: str = ""
    source_url: str = ""
    argument_name: str = ""
    container_id: str = ""
    check_columns: bool = False
    schedule_id: int | None = None

    def checked(self) -> dict[str, Any]:
        """As a row has it. Raises BadInput."""
        if not _ID.fullmatch(self.agent_id):
            raise BadInput("Choose an agent.")
        if self.what == "container" and not _ID.fullmatch(self.container_id):
            raise BadInput("Type the id of the run: the number at the end of its address at PhantomBuster.")
        if self.argument_name and not _ARGUMENT.fullmatch(self.argument_name):
            raise BadInput("The name of an argument is letters and digits, as PhantomBuster shows it.")
        return {
            "agent_id": self.agent_id, "what": self.what, "agent_name": clean(self.agent_name, 200),
            "source_url": source_url(self.source_url) if self.what == "launch" else "",
            "argument_name": self.argument_name, "container_id": self.container_id if self.what == "container" else "",
            "check_columns": self.check_columns, "schedule_id": self.schedule_id,
        }  # fmt: skip


def is_set_up(rt: Runtime) -> bool:
    """Whether there is a key."""
    return bool(rt.settings.phantombuster_api_key)


def connect(settings: Settings, timeout_s: float = 30.0) -> PhantomBuster:
    """A client of the account; close it. Imported late: whoever asks no vendor does not pay for its library."""
    from services.vendors.phantombuster import PhantomBuster

    def told(outcome: str) -> None:
        metrics.VENDOR_CALLS.count("phantombuster", outcome)

    url, key = settings.phantombuster_base_url, settings.phantombuster_api_key
    return PhantomBuster(url, key, timeout_s=timeout_s, told=told)


def source_url(raw: str) -> str:
    """An address to search at, without what belongs to the session of whoever copied it. Raises BadInput."""
    text = raw.strip()
    if not text:
        return ""
    known = safe_url(text)
    if known is None or known.startswith("mailto:") or len(known) > MAX_URL:
        raise BadInput("Paste the whole address of the search, as the browser shows it: it begins with https://.")
    parts = urlsplit(known)
    given = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in given if name.lower() not in _OWN]
    if len(kept) == len(given):
        return known
    return urlunsplit(parts._replace(query=urlencode(kept)))


def start(rt: Runtime, actor: Actor, search_id: str, wanted: Wanted) -> int:
    """Claim an agent (or name an earlier run of it) and start the run that does the rest; returns its id.

    Raises Forbidden, BadInput, Conflict while the agent is busy, with whom and since when, LimitReached for a launch
    that a used-up budget would pay for.
    """
    with rt.db.connection() as conn:
        check_editable(conn, actor, search_id)
        if not is_set_up(rt):
            raise BadInput(OFF)
        return claim(conn, rt.settings, actor, search_id, wanted.checked())


def claim(conn: db.Conn, settings: Settings, actor: Actor, search_id: str, given: Mapping[str, Any]) -> int:
    """start(), in the caller's transaction. given: of Wanted.checked()."""
    check_editable(conn, actor, search_id)
    if given["what"] == "launch" and settings.phantombuster_hour_usd:
        budgets.must_have_room(conn, actor.user_id, LABEL, priced=True, reader=actor.user_id)
    # In turn, so that whoever comes second is told of the first one.
    db.run(conn, _Q.lock_agent, {"agent_id": given["agent_id"]})
    made = db.one(conn, _Q.insert_launch, {"search_id": search_id, **given, **actor.params})
    if made is None:
        found = live(conn, actor, given["agent_id"])
        said = found[0].sentence if found else "it was launched a moment ago"
        raise Conflict(f"This agent is busy: {said}. Launch it when that has ended, or choose another agent.")
    run_id = jobs.start_run(conn, actor, "fetch", search_id, {"launch_id": made["id"]})
    db.run(conn, _Q.set_run, {"launch_id": made["id"], "run_id": run_id})
    audit(conn, actor, "phantombuster.start", search_id, run_id=run_id, agent=given["agent_id"], what=given["what"])
    return run_id


def live(conn: db.Conn, actor: Actor, agent_id: str | None = None) -> list[Busy]:
    """Who has agents now: all, or of one agent."""
    found = db.rows(conn, _Q.fetch_live, {"agent_id": agent_id, **actor.params})
    return [
        Busy(row["agent_id"], row["state"], row["user_name"], row["since"], row["search_title"], _left(row))
        for row in found
    ]


def _left(row: Mapping[str, Any]) -> float | None:
    usual: float | None = row["usual_s"]
    return None if usual is None else max(0.0, usual - row["started_s"])


def check_visible(conn: db.Conn, actor: Actor, search_id: str) -> Mapping[str, Any]:
    """title and editable of a search. Raises Forbidden."""
    row = db.one(conn, _Q.fetch_search, {"search_id": search_id, **actor.params})
    if row is None:
        raise refusal(conn, actor, search_id)
    return row


def check_editable(conn: db.Conn, actor: Actor, search_id: str) -> None:
    """Raises Forbidden unless the actor may change what is in a search."""
    if not check_visible(conn, actor, search_id)["editable"]:
        raise not_editable(conn, actor, search_id)


def console_key(launch_id: int) -> str:
    """Where Redis has the end of a launch's console, for an hour."""
    return f"phantombuster:console:{launch_id}"
