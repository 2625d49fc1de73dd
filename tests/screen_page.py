"""The screening page as a browser talks to it: what its callbacks are sent, and what they answer."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from layouts import ids
from tests.screening import JOB
from tests.web import Browser, Prop, call

ALL = ("all", 200, 50)
FIELDS = ("title", "question", "kind", "weight")
PYTHON = ("Python", "Does the profile show experience with python?", "must", 4)
BERN = ("Bern", "Is the candidate based in Bern?", "should", 1)

PROPOSE = f"..{ids.SCREEN_PROPOSAL}.data...{ids.SCREEN_PROPOSAL_CLOCK}.disabled..." \
          f"{ids.SCREEN_PROPOSAL_NOTE}.children...{ids.SCREEN_PROPOSE}.disabled.."  # fmt: skip
PROPOSAL = f"..{ids.SCREEN_CRITERIA}.children...{ids.SCREEN_PROPOSAL_CLOCK}.disabled..." \
           f"{ids.SCREEN_PROPOSAL_NOTE}.children...{ids.SCREEN_PROPOSE}.disabled.."  # fmt: skip
EDIT = f"{ids.SCREEN_CRITERIA}.children"
ESTIMATE = f"..{ids.SCREEN_ESTIMATE}.children...{ids.SCREEN_RUBRIC}.data...{ids.SCREEN_PROBLEM}.children.."
START = f"..{ids.SCREEN_RUN}.data...{ids.SCREEN_CLOCK}.disabled...{ids.SCREEN_RUBRIC}.data..." \
        f"{ids.SCREEN_PROBLEM}.children.."  # fmt: skip
PROGRESS = f"..{ids.RUN_PROGRESS}.children...{ids.SCREEN_CLOCK}.disabled...{ids.SCREEN_SEEN}.data.."
AGAIN = f"..{ids.SCREEN_RUN}.data...{ids.SCREEN_CLOCK}.disabled.."


def _picked(picked: tuple[Any, Any, Any]) -> list[Prop]:
    """Who is screened: all, or similar with how many of them and of the others."""
    names = (ids.SCREEN_REACH, ids.SCREEN_TOP, ids.SCREEN_SAMPLE)
    return [(name, "value", value) for name, value in zip(names, picked, strict=True)]


def show(client: Browser, path: str, query: str = "") -> TestResponse:
    return call(client, "page.children", [(ids.URL, "pathname", path)], [(ids.URL, "search", query)])


def editor(*criteria: tuple[Any, ...]) -> list[Any]:
    """The fields of the criteria as dash-renderer sends them."""
    return [
        [(ids.screen_field(field, place), "value", one[FIELDS.index(field)]) for place, one in enumerate(criteria)]
        for field in FIELDS
    ]


def propose(client: Browser, search: str, job: str = JOB) -> TestResponse:
    state: list[Prop] = [(ids.SCREEN_JOB_DESCRIPTION, "value", job), (ids.SCREEN_SEARCH, "data", search)]
    return call(client, PROPOSE, [(ids.SCREEN_PROPOSE, "n_clicks", 1)], state)


def proposal(client: Browser, run_id: Any) -> TestResponse:
    inputs: list[Prop] = [(ids.SCREEN_PROPOSAL_CLOCK, "n_intervals", 1)]
    return call(client, PROPOSAL, inputs, [(ids.SCREEN_PROPOSAL, "data", run_id)])


def estimate(
    client: Browser, search: str, *criteria: tuple[Any, ...], scope: str = "active", view: Any = None,
    rubric: Any = None, job: str = JOB, triggered: str = f"{ids.SCREEN_SAVE}.n_clicks", picked: Any = ALL,
) -> TestResponse:  # fmt: skip
    inputs = [(ids.SCREEN_SAVE, "n_clicks", 1), (ids.SCREEN_SCOPE, "value", scope), *_picked(picked)]
    state = [
        (ids.SCREEN_SEARCH, "data", search), (ids.SCREEN_VIEW, "data", view), (ids.SCREEN_RUBRIC, "data", rubric),
        (ids.SCREEN_JOB_DESCRIPTION, "value", job), *editor(*criteria),
    ]  # fmt: skip
    return call(client, ESTIMATE, inputs, state, triggered=triggered)


def start(
    client: Browser,
    search: str,
    *criteria: tuple[Any, ...],
    scope: str = "active",
    view: Any = None,
    budget: Any = None,
    when: Any = "now",
    picked: Any = ALL,
) -> TestResponse:
    state = [
        (ids.SCREEN_SCOPE, "value", scope), (ids.SCREEN_SEARCH, "data", search), (ids.SCREEN_VIEW, "data", view),
        (ids.SCREEN_JOB_DESCRIPTION, "value", JOB), (ids.SCREEN_BUDGET, "value", budget),
        (ids.SCREEN_WHEN, "value", when), *_picked(picked), *editor(*criteria),
    ]  # fmt: skip
    return call(client, START, [(ids.SCREEN_START, "n_clicks", 1)], state)


def progress(client: Browser, search: str, run_id: Any, seen: Any = None) -> TestResponse:
    inputs: list[Prop] = [(ids.SCREEN_TICK, "data", 1), (ids.SCREEN_RUN, "data", {"run": run_id})]
    state: list[Prop] = [(ids.SCREEN_SEARCH, "data", search), (ids.SCREEN_SEEN, "data", seen)]
    return call(client, PROGRESS, inputs, state)


def again(client: Browser, run_id: Any, budget: Any = None) -> TestResponse:
    state: list[Prop] = [(ids.SCREEN_RUN, "data", {"run": run_id}), (ids.SCREEN_BUDGET, "value", budget)]
    return call(client, AGAIN, [(ids.SCREEN_AGAIN, "n_clicks", 1)], state)


def pause(client: Browser, run_id: Any) -> TestResponse:
    state: list[Prop] = [(ids.SCREEN_RUN, "data", {"run": run_id})]
    return call(client, f"{ids.SCREEN_RUN}.data", [(ids.SCREEN_PAUSE, "n_clicks", 1)], state)


def props(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()["response"]
    for outputs in found.values():
        must_be_drawable(outputs.get("children"))
    return found


def must_be_drawable(component: Any) -> None:
    """React draws no list within a list of children: the page would stay empty."""
    for child in component if isinstance(component, list) else [component]:
        assert not isinstance(child, list), child
        if isinstance(child, dict):
            must_be_drawable(child["props"].get("children"))


def words(component: Any) -> str:
    """All that a person reads of a component."""
    if isinstance(component, dict):
        given = component.get("props", component)
        return " ".join(words(given[name]) for name in ("children", "value", "placeholder", "options") if name in given)
    if isinstance(component, list):
        return " ".join(words(child) for child in component)
    return "" if component is None else str(component)
