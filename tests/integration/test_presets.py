"""Criteria to start from: earlier versions of a search and what the team keeps under a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.errors import BadInput, Conflict, Forbidden, NotFound
from services.runtime import Runtime
from services.screening import presets
from services.searches import searches
from tests.integration.test_screen_page import BERN, PYTHON, editor
from tests.screening import CRITERIA, add_search, save_rubric, value
from tests.web import Browser, call

LOAD = f"..{ids.SCREEN_CRITERIA}.children...{ids.SCREEN_PROBLEM}.children.."
OPTIONS = f"..{ids.PRESET_CHOICE}.options...{ids.SCREEN_PROBLEM}.children.."
ClientFor = Callable[[Actor], Browser]


def load(client: Browser, search: Any, choice: Any) -> Any:
    state = [(ids.PRESET_CHOICE, "value", choice), (ids.SCREEN_SEARCH, "data", search)]
    return call(client, LOAD, [(ids.PRESET_LOAD, "n_clicks", 1)], state)


def save(client: Browser, search: Any, name: Any, *criteria: tuple[Any, ...]) -> Any:
    state = [(ids.PRESET_NAME, "value", name), (ids.SCREEN_SEARCH, "data", search), *editor(*criteria)]
    return call(client, OPTIONS, [(ids.PRESET_SAVE, "n_clicks", 1)], state)


def delete(client: Browser, search: Any, choice: Any) -> Any:
    state = [(ids.PRESET_CHOICE, "value", choice), (ids.SCREEN_SEARCH, "data", search)]
    return call(client, OPTIONS, [(ids.PRESET_DELETE, "n_clicks", 1)], state)


def said(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.get_json()["response"][ids.SCREEN_PROBLEM]["children"])


def test_an_earlier_version_comes_back_into_the_editor_and_changes_nothing_yet(
    rt: Runtime, alice: Actor, client_for: ClientFor
) -> None:
    search, client = add_search(rt, alice, 1), client_for(alice)
    first = save_rubric(rt, alice, search)
    save_rubric(rt, alice, search, CRITERIA[:1])
    assert [(one.version, one.count) for one in presets.versions(rt, alice, search)] == [(2, 1), (1, 3)]
    answer = load(client, search, f"version-{first.id}")
    assert said(answer) == ""
    assert all(one.question in answer.get_data(as_text=True) for one in CRITERIA)
    assert value(rt, "SELECT max(version) FROM rubrics") == 2


def test_criteria_are_kept_under_a_name_and_used_in_another_search(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor
) -> None:
    search = add_search(rt, alice, 1)
    answer = save(client_for(alice), search, " Data   engineers ", PYTHON, BERN)
    assert said(answer) == ""
    (kept,) = presets.presets(rt, bob)
    assert (kept.name, kept.count, kept.own) == ("Data engineers", 2, False)
    other = add_search(rt, bob, 1, "Another")
    shown = load(client_for(bob), other, f"preset-{kept.id}").get_data(as_text=True)
    assert PYTHON[1] in shown and BERN[1] in shown
    # One's own of the same name is replaced, a colleague's is not.
    assert presets.save(rt, alice, "data engineers", CRITERIA[:1]) == kept.id
    assert "colleague" in said(save(client_for(bob), other, "Data Engineers", PYTHON))
    assert [one.count for one in presets.presets(rt, alice)] == [1]


def test_they_are_deleted_by_whoever_kept_them(rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor) -> None:
    search = add_search(rt, alice, 1)
    kept = presets.save(rt, alice, "Mine", CRITERIA)
    assert said(delete(client_for(bob), search, f"preset-{kept}")) == presets.GONE
    rubric = save_rubric(rt, alice, search)
    assert said(delete(client_for(alice), search, f"version-{rubric.id}")) == text.PRESET_VERSIONS_STAY
    assert said(delete(client_for(alice), search, f"preset-{kept}")) == ""
    assert presets.presets(rt, alice) == []
    with pytest.raises(NotFound):
        presets.criteria_of(rt, alice, kept)


@pytest.mark.parametrize("choice", [None, "", "preset-", "preset-x", "preset-" + "9" * 30, "drop-1", 5, ["preset-1"]])
def test_nonsense_is_answered(rt: Runtime, alice: Actor, client_for: ClientFor, choice: Any) -> None:
    search, client = add_search(rt, alice, 1), client_for(alice)
    assert said(load(client, search, choice)) == text.PRESET_CHOOSE_FIRST
    assert said(load(client, search, "preset-7")) == said(load(client, search, "version-7")) == presets.GONE


def test_what_cannot_be_kept_is_refused(rt: Runtime, alice: Actor, charlie: Actor, client_for: ClientFor) -> None:
    search = add_search(rt, alice, 1)
    assert "a name" in said(save(client_for(alice), search, " ", PYTHON))
    assert "1 to 12" in said(save(client_for(alice), search, "None"))
    assert "needs a title" in said(save(client_for(alice), search, "Half", ("", "?", "must", 1)))
    with pytest.raises(Forbidden):
        presets.save(rt, charlie, "Viewer's", CRITERIA)
    with pytest.raises(BadInput):
        presets.save(rt, alice, "x" * 81, CRITERIA)
    with pytest.raises(NotFound):
        presets.delete(rt, charlie, presets.save(rt, alice, "Kept", CRITERIA))
    assert [one.name for one in presets.presets(rt, alice)] == ["Kept"]


def test_there_is_room_for_so_many_and_no_more(rt: Runtime, alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presets, "MOST_PRESETS", 1)
    presets.save(rt, alice, "One", CRITERIA)
    with pytest.raises(Conflict):
        presets.save(rt, alice, "Two", CRITERIA)


def test_versions_of_a_search_that_is_not_theirs_are_not_told(
    rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor
) -> None:
    search = add_search(rt, alice, 1)
    rubric = save_rubric(rt, alice, search)
    searches.set_visibility(rt, alice, search, "private")
    assert presets.versions(rt, bob, search) == []
    own = add_search(rt, bob, 1, "Own")
    for asked in (search, own):
        assert said(load(client_for(bob), asked, f"version-{rubric.id}")) == presets.GONE
