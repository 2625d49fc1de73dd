"""PhantomBuster over real HTTP, for tests and the demo: agents, containers, result files. Loopback only.

with PhantomStub() as stub:
    agent = stub.add("Sales Navigator Search Export")
    stub.next(agent, outcome="exit 1")          # how its next launch ends
    stub.launch_answers = ["lost"]              # how the next POST of a launch is answered

A container is starting, then running, then over: each look at it takes it one step on.
"""

from __future__ import annotations

import argparse
import json
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests.stubs.loopback import LoopbackServer, Reply, Request
from tests.stubs.phantombuster_rows import NAVIGATOR, as_csv, people

KEY = "phantom-key-canary"
COOKIE = "AQEDcookie-canary-of-a-session"
PROXY_PASSWORD = "proxy-password-canary"
# How a launch ends: (status, endType, exitCode).
ENDS = {
    "ok": ("finished", "finished", 0),
    "exit 1": ("finished", "finished", 1),
    "launch error": ("launch error", "unknown", None),
    "killed": ("finished", "killed", 137),
    "agent timeout": ("finished", "agent timeout", 1),
}


@dataclass
class Container:
    """result: text of its resultObject, or None. polls: looks until it is over."""

    id: str
    created: int
    outcome: str = "ok"
    result: str | None = None
    polls: int = 3
    argument: Any = None
    launched: int | None = None
    ended: int | None = None
    seen: int = 0
    console: str = ""

    @property
    def status(self) -> str:
        if self.ended is not None:
            return ENDS[self.outcome][0]
        return "starting" if self.seen < 2 else "running"


@dataclass
class Agent:
    """upcoming: what its next launches are like (fields of Container)."""

    id: str
    name: str
    argument: dict[str, Any]
    s3_folder: str
    containers: list[Container] = field(default_factory=list)
    upcoming: list[dict[str, Any]] = field(default_factory=list)

    @property
    def live(self) -> list[Container]:
        return [one for one in self.containers if one.ended is None]


class PhantomStub:
    """launches: bodies of the launches that were asked for. stops: agents that were to be stopped.

    launch_answers: how the next launches are answered: "ok", "lost" (launched, and then no answer), "500 launched",
    "500" (not launched), "gone" (not launched, no answer), "busy", "400", "429" (too many requests). failing: a status
    for everything. files: path below /storage → what is there; file_status: path → another status.
    """

    def __init__(self, key: str = KEY, port: int = 0, polls: int = 3) -> None:
        self.key, self.polls = key, polls
        self.agents: dict[str, Agent] = {}
        self.files: dict[str, bytes] = {}
        self.file_status: dict[str, int] = {}
        self.launches: list[dict[str, Any]] = []
        self.stops: list[str] = []
        self.requests: list[str] = []
        self.launch_answers: list[str] = []
        self.failing: int | None = None
        self.parallelism = 5
        # Launches wait here before they are answered, once they are counted.
        self.release = threading.Event()
        self.release.set()
        self.launched = threading.Event()
        self._lock = threading.Lock()
        self._ids, self._clock, self._port = 4_000, 0, port

    def __enter__(self) -> Self:
        self._server = LoopbackServer(self._answer, self._port)
        self.host = f"127.0.0.1:{self._server.port}"
        self.url = f"http://{self.host}/api/v2"
        self.storage = f"http://{self.host}/storage"
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.stop()

    # -- what a test says ---------------------------------------------------------------------------

    def add(self, name: str = "Sales Navigator Search Export", **argument: Any) -> str:
        """A new agent with a saved argument that holds secrets; its id."""
        with self._lock:
            self._ids += 1
            number = str(self._ids)
            saved = {"sessionCookie": COOKIE, "searches": "https://www.linkedin.com/sales/search/people?query=x"}
            self.agents[number] = Agent(number, name, saved | argument, f"folder{number}")
        return number

    def next(self, agent_id: str, **fields: Any) -> None:
        """What its next launch is like."""
        self.agents[agent_id].upcoming.append(fields)

    def put(self, agent_id: str, content: str | bytes, name: str = "result.csv") -> str:
        """A file in the agent's storage; its address."""
        path = f"org1/{self.agents[agent_id].s3_folder}/{name}"
        self.files[path] = content.encode() if isinstance(content, str) else content
        return f"{self.storage}/{path}"

    def ended(self, agent_id: str, **fields: Any) -> str:
        """A container of before; its id."""
        with self._lock:
            container = self._start(self.agents[agent_id], fields)
            container.launched, container.ended = container.created, self._now()
        return container.id

    def begin(self, agent_id: str, **fields: Any) -> str:
        """A container that somebody launched at PhantomBuster itself; its id."""
        with self._lock:
            return self._start(self.agents[agent_id], fields).id

    # -- answers ------------------------------------------------------------------------------------

    def _answer(self, request: Request) -> Reply:
        parts = urlsplit(request.path)
        path = unquote(parts.path)
        self.requests.append(f"{request.method} {path}")
        if path.startswith("/storage/"):
            return self._file(path.removeprefix("/storage/"), request.headers)
        if self.failing is not None:
            return Reply(self.failing, {"error": "Not this time"}, {"retry-after": "7"})
        given = request.headers.get("x-phantombuster-key") or request.headers.get("x-phantombuster-key-1")
        if given != self.key:
            return Reply(401, {"error": "Unauthorized"})
        name = path.removeprefix("/api/v2").strip("/").replace("/", "_").replace("-", "_")
        handler = getattr(self, f"_{request.method.lower()}_{name}", None)
        if handler is None:
            return Reply(404, {"error": "Not found"})
        if name == "agents_launch":
            return self._post_agents_launch(json.loads(request.body))
        with self._lock:
            if request.method == "POST":
                answer: Reply = handler(json.loads(request.body))
            else:
                answer = handler({key: values[0] for key, values in parse_qs(parts.query).items()})
        return answer

    def _get_agents_fetch_all(self, _: Mapping[str, str]) -> Reply:
        return Reply(200, [self._brief(agent) for agent in self.agents.values()])

    def _get_agents_fetch(self, given: Mapping[str, str]) -> Reply:
        agent = self.agents.get(given.get("id", ""))
        if agent is None:
            return Reply(412, {"error": "Agent not found"})
        return Reply(200, self._brief(agent) | {
            "argument": json.dumps(agent.argument), "orgS3Folder": "org1", "maxParallelism": 1, "fileMgmt": "mix",
            "proxyPassword": PROXY_PASSWORD})  # fmt: skip

    def _post_agents_launch(self, body: dict[str, Any]) -> Reply:
        with self._lock:
            self.launches.append(body)
            how = self.launch_answers.pop(0) if self.launch_answers else "ok"
            agent = self.agents.get(str(body.get("id", "")))
            if agent is None:
                return Reply(404, {"error": "Agent not found"})
            running = sum(len(one.live) for one in self.agents.values())
            busy = len(agent.live) >= body.get("maxInstanceCount", 1) or running >= self.parallelism
            if how == "busy" or (busy and how not in ("gone", "500")):
                return Reply(429, {"error": "Maximum parallel executions limit reached",
                                   "details": {"detailedErrorSlug": "maxParallelismReached"}})  # fmt: skip
            if how == "400":
                return Reply(400, {"error": "Argument too big"})
            if how == "429":
                return Reply(429, {"error": "Too many requests"})
            container = None
            if how not in ("gone", "500"):
                fields = agent.upcoming.pop(0) if agent.upcoming else {}
                container = self._start(agent, fields)
                container.argument = agent.argument | (body.get("bonusArgument") or {})
                if "argument" in body:
                    container.argument = body["argument"]
            self.launched.set()
        self.release.wait()
        if how in ("lost", "gone"):
            return Reply(200, {"containerId": "0"}, cut=0)
        if how in ("500", "500 launched"):
            return Reply(500, {"error": "Oops"})
        assert container is not None
        return Reply(200, {"containerId": container.id})

    def _post_agents_stop(self, body: dict[str, Any]) -> Reply:
        agent = self.agents[str(body["id"])]
        self.stops.append(agent.id)
        for container in agent.live:
            container.outcome = "killed"
            self._end(container)
        return Reply(200, {})

    def _get_agents_fetch_output(self, given: Mapping[str, str]) -> Reply:
        agent = self.agents.get(given.get("id", ""))
        if agent is None:
            return Reply(404, {"error": "Agent not found"})
        if not agent.containers:
            return Reply(200, {"containerId": None, "status": "never launched", "output": "", "progress": None})
        container = agent.containers[-1]
        return Reply(200, {
            "containerId": container.id, "status": container.status, "output": container.console,
            "outputPos": len(container.console), "progress": round(container.seen / (container.polls + 1), 2),
            "progressLabel": f"Page {container.seen}", "isAgentRunning": container.ended is None,
            "canSoftAbort": True, "mostRecentEndedAt": container.ended})  # fmt: skip

    def _get_containers_fetch(self, given: Mapping[str, str]) -> Reply:
        container = self._container(given)
        if container is None:
            return Reply(404, {"error": "Container not found"})
        self._step(container)
        return Reply(200, _shown(container))

    def _get_containers_fetch_all(self, given: Mapping[str, str]) -> Reply:
        agent = self.agents.get(given.get("agentId", ""))
        if agent is None:
            return Reply(404, {"error": "Agent not found"})
        return Reply(200, {"maxLimitReached": False, "containers": [_shown(one) for one in agent.containers]})

    def _get_containers_fetch_output(self, given: Mapping[str, str]) -> Reply:
        container = self._container(given)
        if container is None:
            return Reply(404, {"error": "Container not found"})
        return Reply(200, {"output": container.console}) if container.console else Reply(204, b"")

    def _get_containers_fetch_result_object(self, given: Mapping[str, str]) -> Reply:
        container = self._container(given)
        if container is None:
            return Reply(404, {"error": "Container not found"})
        return Reply(200, {"resultObject": container.result})

    def _get_orgs_fetch_resources(self, _: Mapping[str, str]) -> Reply:
        return Reply(200, {"plan": {"parallelism": self.parallelism, "executionTime": 72_000_000}})

    def _file(self, path: str, headers: Mapping[str, str]) -> Reply:
        # The storage is another company's: a key that goes there is a leak.
        if any(name.startswith("x-phantombuster") for name in headers):
            return Reply(400, "<Error>a key</Error>")
        if (status := self.file_status.get(path)) is not None:
            return Reply(status, "<Error/>", {"location": "http://127.0.0.1:9/"} if 300 <= status < 400 else {})
        return Reply(200, self.files[path]) if path in self.files else Reply(404, "<Error/>")

    # -- the course of things -----------------------------------------------------------------------

    def _start(self, agent: Agent, fields: Mapping[str, Any]) -> Container:
        self._ids += 1
        container = Container(str(self._ids), self._now(), **({"polls": self.polls} | dict(fields)))
        container.console = container.console or f"\x1b[32mConnected\x1b[0m with sessionCookie={COOKIE}\r\nPage 1\n"
        agent.containers.append(container)
        return container

    def _step(self, container: Container) -> None:
        if container.ended is None:
            container.seen += 1
            if container.seen == 2:
                container.launched = self._now()
            if container.seen > container.polls:
                self._end(container)

    def _end(self, container: Container) -> None:
        container.launched = container.launched or container.created
        container.ended = self._now()

    def _container(self, given: Mapping[str, str]) -> Container | None:
        found = (one for agent in self.agents.values() for one in agent.containers if one.id == given.get("id"))
        return next(found, None)

    def _now(self) -> int:
        """Milliseconds; never the same twice."""
        self._clock = max(self._clock + 1, int(time.time() * 1000))
        return self._clock

    def _brief(self, agent: Agent) -> dict[str, Any]:
        last = next((one for one in reversed(agent.containers) if one.ended is not None), None)
        return {
            "id": agent.id, "name": agent.name, "createdAt": 1_700_000_000_000, "launchType": "manually",
            "lastEndType": ENDS[last.outcome][1] if last else None, "lastEndedAt": last.ended if last else None,
            "lastExitCode": ENDS[last.outcome][2] if last else None, "nbContainersRunning": len(agent.live),
            "s3Folder": agent.s3_folder,
        }  # fmt: skip


def _shown(container: Container) -> dict[str, Any]:
    over = container.ended is not None
    _, end_type, exit_code = ENDS[container.outcome]
    return {
        "id": container.id, "status": container.status, "createdAt": container.created,
        "launchedAt": container.launched, "endedAt": container.ended, "endType": end_type if over else None,
        "exitCode": exit_code if over else None,
    }  # fmt: skip


def main() -> None:
    """For the demo: three agents whose runs take about half a minute, one of which fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", default="demo")
    given = parser.parse_args()
    with PhantomStub(given.key, given.port, polls=5) as stub:
        for name in ("Sales Navigator Search Export", "LinkedIn Profile Scraper"):
            agent = stub.add(name)
            for part in range(6):
                rows = people(25, start=25 * part)
                stub.next(
                    agent, result=json.dumps({"csvURL": stub.put(agent, as_csv(NAVIGATOR, rows), f"p{part}.csv")})
                )
            stub.ended(agent, result=json.dumps(people(10, start=200)))
        broken = stub.add("LinkedIn Search Export (old cookie)")
        for _ in range(6):
            stub.next(broken, outcome="exit 1", console="Error: the session cookie is not valid any more\n")
        stopped = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stopped.set())
        stopped.wait()


if __name__ == "__main__":
    main()
