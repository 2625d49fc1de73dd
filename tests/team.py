"""Alice's search as she and Bob have it open: the calls that its page makes, through the real wiring."""

from __future__ import annotations

import uuid
from typing import Any

from layouts import ids
from services.access.identity import Actor
from services.runtime import Runtime
from tests.people import Person, add_people, add_search
from tests.web import Browser, call


class Team:
    """Alice's search of 30 people, and the page as she and Bob have it open."""

    def __init__(self, rt: Runtime, alice: Actor) -> None:
        self.rt = rt
        with rt.db.connection() as conn:
            self.search: uuid.UUID = add_search(conn, alice)
            self.people = add_people(conn, self.search, [Person(full_name=f"P {n:02}") for n in range(30)])

    def page(self, version: int | None = None, **view: Any) -> dict[str, Any]:
        sort = [{"colId": "full_name", "sort": "asc"}]
        return {
            "search_id": str(self.search),
            "version": version,
            "status": "all",
            "q": "",
            "f": {},
            "sort": sort,
        } | view

    def open(self, client: Browser) -> dict[str, Any]:
        """First page and exact count, as the grid asks for them; returns the page with its version."""
        counted = call(client, "count-answer.data", [(ids.COUNT_REQUEST, "data", {"n": 1, "version": None})],
                       [(ids.GRID_VIEW, "data", self.page())])  # fmt: skip
        return self.page(counted.get_json()["response"][ids.COUNT_ANSWER]["data"]["version"])

    def act(self, client: Browser, page: dict[str, Any], action: str, value: Any, **target: Any) -> Any:
        request = {"n": 1, "action": action, "value": value, "target": target}
        return call(
            client, "change-answer.data", [(ids.CHANGE_REQUEST, "data", request)], [(ids.GRID_VIEW, "data", page)]
        )

    def column(self, name: str) -> dict[int, Any]:
        with self.rt.db.connection() as conn:
            rows = conn.execute(f"SELECT id, {name} AS value FROM candidates WHERE search_id = %s", [self.search])
            return {row["id"]: row["value"] for row in rows}


def answer_of(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.get_data(as_text=True)
    found = response.get_json()["response"][ids.CHANGE_ANSWER]["data"]
    assert isinstance(found, dict)
    return found


def toast_of(response: Any) -> str:
    return str(response.get_json()["sideUpdate"][ids.TOAST])
