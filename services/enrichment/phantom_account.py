"""What a page shows of PhantomBuster: agents and who has them, earlier runs, launches of a search. Asks the vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor
from services.cache import CacheDown
from services.enrichment import launches
from services.enrichment.launches import Busy
from services.errors import BadInput, Forbidden
from services.runtime import Runtime
from services.vendors.phantombuster_answers import Agent, Container

MOST_AGENTS = 300
MOST_EARLIER = 20
MOST_LAUNCHES = 20
READ_ONLY = "You may look at this search but not fetch people into it."

_Q = sql.queries("launches")


@dataclass(frozen=True)
class AgentShown:
    """An agent. busy: who has it through SourcingX; elsewhere: it runs, and not from here."""

    agent: Agent
    busy: Busy | None

    @property
    def elsewhere(self) -> bool:
        return self.agent.running > 0 and self.busy is None


@dataclass(frozen=True)
class Earlier:
    """An earlier run of an agent. taken: this search has its result."""

    container: Container
    taken: bool


def agents(rt: Runtime, actor: Actor) -> list[AgentShown]:
    """The account's agents, by name; at most 300. Raises BadInput where there is no key, Forbidden, VendorError."""
    _may(rt, actor)
    with launches.connect(rt.settings, launches.PATIENCE_S) as client:
        found = sorted(client.agents(), key=lambda one: one.name.lower())[:MOST_AGENTS]
    with rt.db.connection() as conn:
        busy = {one.agent_id: one for one in launches.live(conn, actor)}
    return [AgentShown(one, busy.get(one.id)) for one in found]


def earlier(rt: Runtime, actor: Actor, search_id: UUID, agent_id: str) -> list[Earlier]:
    """An agent's runs that PhantomBuster still knows, the newest first; at most 20. Raises as agents()."""
    with rt.db.connection() as conn:
        launches.check_visible(conn, actor, str(search_id))
    _may(rt, actor)
    wanted = launches.Wanted(agent_id).checked()["agent_id"]
    with launches.connect(rt.settings, launches.PATIENCE_S) as client:
        found = client.containers(wanted)[:MOST_EARLIER]
    given = {"search_id": search_id, "containers": [one.id for one in found], "launch_id": None}
    with rt.db.connection() as conn:
        taken = {row["container_id"] for row in db.rows(conn, _Q.fetch_containers_taken, given)}
    return [Earlier(one, one.id in taken) for one in found]


def launches_of(rt: Runtime, actor: Actor, search_id: UUID) -> list[Mapping[str, Any]]:
    """The newest launches of a search, see sql/launches.sql; at most 20. Raises Forbidden."""
    given = {"search_id": search_id, "limit": MOST_LAUNCHES, **actor.params}
    with rt.db.connection() as conn:
        launches.check_visible(conn, actor, str(search_id))
        return list(db.rows(conn, _Q.fetch_of_search, given))


def console(rt: Runtime, launch_id: int) -> str:
    """The end of a launch's console, as it was looked at last; "" where Redis has none.

    Whether the actor may see the launch is for the caller to know: from launches_of().
    """
    try:
        found = rt.cache.call(lambda client: client.get(launches.console_key(launch_id)))
    except CacheDown:
        return ""
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else ""


def _may(rt: Runtime, actor: Actor) -> None:
    if not actor.may_edit:
        raise Forbidden(READ_ONLY)
    if not launches.is_set_up(rt):
        raise BadInput(launches.OFF)
