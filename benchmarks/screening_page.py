"""The screening page as people have it open: a screening is started and followed on it, with the people beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.web import TIMEOUT_S, Session, Web
from layouts import criteria_editor, ids
from services.screening.rubrics import Criterion


class Pages:
    """Some open pages of the same person. Each request takes a new connection, so that every web worker gets some."""

    def __init__(self, session: Session, web: Web, many: int) -> None:
        self._session, self._web, self._many = session, web, many
        found = session.http.get(f"{session.url}/_dash-dependencies", timeout=TIMEOUT_S).json()
        self._outputs = {f"{one['id']}.{one['property']}": each["output"] for each in found for one in each["inputs"]}

    def start(self, search_id: str, job: str, criteria: Sequence[Criterion]) -> int:
        """Everybody active is to be screened, by the button; returns the run's id."""
        state: list[Any] = [
            (ids.SCREEN_SCOPE, "value", "active"), (ids.SCREEN_SEARCH, "data", search_id),
            (ids.SCREEN_VIEW, "data", None), (ids.SCREEN_JOB_DESCRIPTION, "value", job),
            (ids.SCREEN_BUDGET, "value", None), (ids.SCREEN_WHEN, "value", "now"), (ids.SCREEN_REACH, "value", "all"),
            (ids.SCREEN_TOP, "value", None), (ids.SCREEN_SAMPLE, "value", None), *_editor(criteria),
        ]  # fmt: skip
        button = (ids.SCREEN_START, "n_clicks", 1)
        answer = json.loads(self._session.at(self._web).call(self._output(button), [button], state))
        return int(answer["response"][ids.SCREEN_RUN]["data"]["run"])

    def look(self, search_id: str, run_id: int, turn: int) -> None:
        """A second of every page: how far the run is, a block of rows, and now and then the page itself."""
        with ThreadPoolExecutor(self._many) as pool:
            list(pool.map(lambda page: self._look(search_id, run_id, turn + page), range(self._many)))

    def _look(self, search_id: str, run_id: int, turn: int) -> None:
        tick = (ids.SCREEN_TICK, "data", turn)
        shown = (ids.SCREEN_RUN, "data", {"run": run_id})
        state = [(ids.SCREEN_SEARCH, "data", search_id), (ids.SCREEN_SEEN, "data", None)]
        self._session.at(self._web).call(self._output(tick), [tick, shown], state)
        self._session.at(self._web).rows(search_id, turn % 5 * 100)
        if turn % 5 == 0:
            address = [(ids.URL, "pathname", f"/search/{search_id}/screen")]
            self._session.at(self._web).call(f"{ids.PAGE}.children", address, [(ids.URL, "search", "")])

    def _output(self, prop: tuple[Any, str, Any]) -> str:
        return str(self._outputs[f"{prop[0]}.{prop[1]}"])


def _editor(criteria: Sequence[Criterion]) -> list[list[Any]]:
    """The fields of the criteria, a list each."""
    return [
        [(ids.screen_field(field, place), "value", _plain(getattr(one, field))) for place, one in enumerate(criteria)]
        for field in criteria_editor.FIELDS
    ]


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else float(value)
