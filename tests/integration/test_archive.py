"""Archiving a search and bringing it back: what leaves, what stays, and that nothing is lost."""

from __future__ import annotations

import pytest

from services import archives
from services.identity import Actor
from services.runtime import Runtime
from tests.archives import archive, dump, full_search, hot, restore
from tests.change_runs import version


@pytest.mark.parametrize("tier", ["warm", "cold"])
def test_a_search_comes_back_as_it_was(rt: Runtime, alice: Actor, tier: str) -> None:
    search_id = full_search(rt, alice)
    before, shown = dump(rt), version(rt, search_id)
    assert all(before[name] for name in ("candidates", "notes", "changes", "screening_items", "verdicts", "overrides"))
    archive(rt, alice, search_id, tier)
    left = hot(rt, search_id)
    assert left.pop("profile_raw") == (60 if tier == "warm" else 0)
    assert set(left.values()) == {0}, left
    restore(rt, alice, search_id)
    after = dump(rt)
    assert {name: after[name] == before[name] for name in before} == dict.fromkeys(before, True)
    # Lists of before the archive are lists of another version.
    assert version(rt, search_id) > shown + 1
    assert archives.find(rt, alice, search_id) is None
