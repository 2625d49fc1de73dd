"""Where the browser sends what was decided in triage and not answered yet when the page was left."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import jsonify, request

from callbacks import page_values
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from callbacks.view_state import mapping
from services.decisions import triage_left
from services.decisions.triage_left import Decision, Step, TakeBack
from services.errors import BadInput
from services.grid.selection import is_snapshot
from services.people import mentions


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.route("/triage/<uuid:search_id>/left", rule=Rule.RECRUITER, methods=("POST",))
    def take_up(search_id: UUID) -> Any:
        """{"user": "7", "steps": [{"do": "decide", person, value, reason, snapshot} or {"do": "undo", batch}, …]}"""
        actor, asked = current_actor(), mapping(request.get_json(silent=True))
        triage_left.check_sender(actor, asked.get("user"))
        steps = _steps(asked.get("steps"))
        left = triage_left.take_up(rt, actor, search_id, steps)
        for step in steps:
            if isinstance(step, Decision):
                mentions.read_about(rt, actor, step.candidate_id)
        return jsonify({"saved": left.saved, "refused": left.refused})


def _steps(raw: Any) -> list[Step]:
    if not isinstance(raw, list):
        raise BadInput(triage_left.NOT_READ)
    return [_step(mapping(one)) for one in raw]


def _step(asked: Any) -> Step:
    if asked.get("do") == "undo":
        batch = asked.get("batch")
        return TakeBack(None if batch is None else page_values.number(batch))
    snapshot = asked.get("snapshot")
    if asked.get("do") != "decide" or not (snapshot is None or is_snapshot(snapshot)):
        raise BadInput(triage_left.NOT_READ)
    return Decision(page_values.digits(asked.get("person")), asked.get("value"), asked.get("reason"), snapshot)
