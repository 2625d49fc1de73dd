"""PhantomBuster's API, version 2. Each call once, with a deadline; errors named by cause (phantombuster_errors).

    with PhantomBuster(base_url, key) as client:
        container_id = client.launch(agent_id, {"searches": url})

Nothing is logged. What an agent's argument holds never leaves this module but for its names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self, TypeVar

import httpx2

from services.vendors.http import Answer, VendorHttp, failure
from services.vendors.phantombuster_answers import (
    Agent,
    AgentSettings,
    Container,
    Output,
    read_agents,
    read_container,
    read_containers,
    read_output,
    read_settings,
)
from services.vendors.phantombuster_errors import VENDOR, AgentBusy, NoSuchAgent, NoSuchContainer
from services.vendors.vendor_errors import NotSetUp, NotUnderstood, VendorError

BUSY_SLUG = "maxParallelismReached"

T = TypeVar("T")


class PhantomBuster:
    """One account. Usable by several threads; close it, or use it as a context. Raises NotSetUp without a key.

    timeout_s: of each call. told: as VendorHttp's. transport replaces the network, for tests.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout_s: float = 30.0,
        told: Callable[[str], None] | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        if not key:
            raise NotSetUp(VENDOR, "an admin sets PHANTOMBUSTER_API_KEY or PHANTOMBUSTER_API_KEY_FILE.")
        headers = {"X-Phantombuster-Key": key}
        self._http = VendorHttp(VENDOR, base_url, headers, timeout_s=timeout_s, told=told, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def agents(self) -> list[Agent]:
        """All agents of the account."""
        return self._read(self._get("/agents/fetch-all"), read_agents)

    def settings(self, agent_id: str) -> AgentSettings:
        """Raises NoSuchAgent."""
        return self._read(self._get("/agents/fetch", {"id": agent_id}, NoSuchAgent), read_settings)

    def launch(
        self,
        agent_id: str,
        bonus_argument: Mapping[str, Any] | None = None,
        *,
        argument: Mapping[str, Any] | None = None,
        most_instances: int = 1,
    ) -> str:
        """Launch an agent once; returns the container's id.

        bonus_argument: put over the saved argument, for this launch only. argument: replaces all of it, the session
        cookie included, so never give it unless a person asks for exactly that. most_instances: PhantomBuster itself
        refuses beyond these. Raises AgentBusy, NoSuchAgent, Rejected; after an error whose `made` is true it may
        have been launched all the same.
        """
        body: dict[str, Any] = {"id": agent_id, "manualLaunch": True, "maxInstanceCount": most_instances}
        if argument is not None:
            body["argument"] = dict(argument)
        elif bonus_argument is not None:
            body["bonusArgument"] = dict(bonus_argument)
        answer = self._http.ask("POST", "/agents/launch", body=body)
        if answer.status >= 300:
            raise _failure(answer, NoSuchAgent)
        body_said = answer.body.get("data", answer.body) if isinstance(answer.body, Mapping) else None
        container_id = body_said.get("containerId") if isinstance(body_said, Mapping) else None
        if not container_id:
            raise NotUnderstood(VENDOR, "It names no container.")
        return str(container_id)[:64]

    def stop(self, agent_id: str, *, softly: bool = True) -> None:
        """Ask an agent to end. softly: it may save what it has. Raises NoSuchAgent."""
        answer = self._http.ask("POST", "/agents/stop", body={"id": agent_id, "softAbort": softly})
        if answer.status >= 300:
            raise _failure(answer, NoSuchAgent)

    def output(self, agent_id: str) -> Output:
        """How far an agent's latest container is, and the end of its console. Raises NoSuchAgent."""
        return self._read(self._get("/agents/fetch-output", {"id": agent_id}, NoSuchAgent), read_output)

    def container(self, container_id: str) -> Container:
        """Raises NoSuchContainer."""
        return self._read(self._get("/containers/fetch", {"id": container_id}, NoSuchContainer), read_container)

    def containers(self, agent_id: str) -> list[Container]:
        """An agent's containers that PhantomBuster still knows, the newest first. Raises NoSuchAgent."""
        return self._read(self._get("/containers/fetch-all", {"agentId": agent_id}, NoSuchAgent), read_containers)

    def result_object(self, container_id: str) -> str | None:
        """What a container left as its result: rows as JSON, addresses of files as JSON, an address; None for nothing.

        Raises NoSuchContainer.
        """
        answer = self._get("/containers/fetch-result-object", {"id": container_id}, NoSuchContainer)
        if answer.status == 204 or answer.body is None:
            return None
        found = answer.body.get("resultObject") if isinstance(answer.body, Mapping) else None
        if found is not None and not isinstance(found, str):
            raise NotUnderstood(VENDOR, "Its result is no text.")
        return found or None

    def console(self, container_id: str) -> str:
        """The end of a container's console; "" where it has said nothing. Raises NoSuchContainer."""
        answer = self._get("/containers/fetch-output", {"id": container_id}, NoSuchContainer)
        return "" if answer.status == 204 else self._read(answer, read_output).console

    def parallelism(self) -> int | None:
        """How many agents the plan lets run at once; None where it is not told."""
        answer = self._get("/orgs/fetch-resources")
        plan = answer.body.get("plan") if isinstance(answer.body, Mapping) else None
        found = plan.get("parallelism") if isinstance(plan, Mapping) else None
        return found if isinstance(found, int) else None

    def _get(
        self, path: str, params: Mapping[str, Any] | None = None, missing: type[VendorError] | None = None
    ) -> Answer:
        answer = self._http.ask("GET", path, params=params)
        if answer.status >= 300:
            raise _failure(answer, missing)
        return answer

    def _read(self, answer: Answer, read: Callable[[Any], T]) -> T:
        problem: VendorError | None = None
        try:
            return read(answer.body)
        except (ValueError, KeyError, TypeError):
            problem = NotUnderstood(VENDOR)
        # Out here, so that no exception drags along the answer, in which cookies are.
        raise problem


def _failure(answer: Answer, missing: type[Any] | None) -> VendorError:
    if answer.status == 429 and _slug(answer.body) == BUSY_SLUG:
        return AgentBusy()
    if answer.status in (404, 412) and missing is not None:
        found: VendorError = missing()
        return found
    if 300 <= answer.status < 400:
        return NotUnderstood(VENDOR, f"(HTTP {answer.status})")
    return failure(VENDOR, answer)


def _slug(body: Any) -> str:
    """They say which limit it is; some only in words."""
    if not isinstance(body, Mapping):
        return ""
    details = body.get("details")
    slug = details.get("detailedErrorSlug") if isinstance(details, Mapping) else None
    if slug is None and "parallel" in str(body.get("error", "")).lower():
        return BUSY_SLUG
    return str(slug or "")
