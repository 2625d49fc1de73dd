"""Lists as people keep them: made, filled, versioned, shared, put away; and rule sets."""

from __future__ import annotations

import dataclasses
import uuid

import pytest

from services.access.identity import Actor
from services.errors import BadInput, Forbidden, NotFound
from services.filtering import aliases, list_rows, list_sheets, lists, rule_sets
from services.filtering.list_rows import Entry
from services.runtime import Runtime
from tests.change_runs import rows
from tests.filter_world import named
from tests.people import add_search

NURSES = {"kind": "title", "params": {"terms": ["nurse"]}}


@pytest.fixture
def rivals(rt: Runtime, alice: Actor) -> int:
    return lists.create(rt, alice, "blacklisted_companies", "Rivals")


def test_a_list_is_made_and_filled(rt: Runtime, alice: Actor, rivals: int) -> None:
    filled = lists.replace(rt, alice, rivals, list_rows.from_text("Acme Inc.\nACME\n\nBeeb\n?!", "companies"))
    assert (filled.version, filled.entries, filled.added, filled.given, filled.taken) == (1, 2, 2, 4, 2)
    found, total = lists.entries(rt, alice, rivals)
    assert ([(e.row_number, e.label) for e in found], total) == ([(1, "Acme Inc."), (4, "Beeb")], 2)
    about = lists.get(rt, alice, rivals)
    assert (about.holds, about.version, about.entry_count, about.source, about.owner) == (
        "companies",
        1,
        2,
        "typed",
        "Alice Owner",
    )


def test_what_stays_keeps_its_entry_and_what_goes_stays_in_the_older_version(
    rt: Runtime, alice: Actor, rivals: int
) -> None:
    lists.replace(rt, alice, rivals, named("Acme", "Beeb"))
    first = {e.label: e.id for e in lists.entries(rt, alice, rivals)[0]}
    filled = lists.replace(rt, alice, rivals, named("New", "ACME Ltd"), "file")
    assert (filled.version, filled.added, filled.removed, filled.entries) == (2, 1, 1, 2)
    kept = lists.entries(rt, alice, rivals)[0]
    assert [(e.row_number, e.raw, e.id == first["Acme"]) for e in kept] == [(1, "New", False), (2, "ACME Ltd", True)]
    old = rows(
        rt,
        "SELECT label FROM list_entries WHERE from_version <= 1 AND (to_version IS NULL OR to_version > 1) ORDER BY id",
    )
    assert [row["label"] for row in old] == ["Acme", "Beeb"]
    assert [(v.version, v.added, v.removed, v.source) for v in lists.versions(rt, alice, rivals)] == [
        (2, 1, 1, "file"),
        (1, 2, 0, "typed"),
    ]


def test_the_same_again_is_no_new_version(rt: Runtime, alice: Actor, rivals: int) -> None:
    lists.replace(rt, alice, rivals, named("Acme", "Beeb"))
    again = lists.replace(rt, alice, rivals, named("Beeb", "Acme Inc"))
    assert (again.version, again.added, again.removed) == (1, 0, 0)


def test_entries_are_added_and_taken_out(rt: Runtime, alice: Actor, rivals: int) -> None:
    lists.replace(rt, alice, rivals, named("Acme", "Beeb"))
    assert lists.add(rt, alice, rivals, named("Acme", "Ceeb")).added == 1
    found, _ = lists.entries(rt, alice, rivals)
    assert [(e.row_number, e.label) for e in found] == [(1, "Acme"), (2, "Beeb"), (4, "Ceeb")]
    gone = lists.remove(rt, alice, rivals, [found[0].id])
    assert (gone.version, gone.entries, gone.removed) == (3, 2, 1)
    with pytest.raises(NotFound):
        lists.remove(rt, alice, rivals, [found[0].id])
    assert lists.entries(rt, alice, rivals, "BÉE")[1] == 1
    assert lists.entries(rt, alice, rivals, "100%")[1] == 0


def test_nothing_usable_changes_nothing(rt: Runtime, alice: Actor, rivals: int) -> None:
    lists.replace(rt, alice, rivals, named("Acme"))
    for given in ([], named("?", "--")):
        with pytest.raises(BadInput, match="stays as it is"):
            lists.replace(rt, alice, rivals, given)
    with pytest.raises(BadInput, match="at most 200,000"):
        lists.replace(rt, alice, rivals, [Entry(1, "a", "a")] * 200_001)
    assert lists.get(rt, alice, rivals).version == 1


def test_who_may_see_and_change_a_list(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, admin: Actor, rivals: int
) -> None:
    lists.add(rt, bob, rivals, named("Acme"))
    assert lists.get(rt, charlie, rivals).editable is False
    for refused in (
        lambda: lists.add(rt, charlie, rivals, named("Beeb")),
        lambda: lists.create(rt, charlie, "custom", "Mine", "people"),
        lambda: lists.rename(rt, charlie, rivals, "Mine"),
        lambda: lists.archive(rt, bob, rivals),
        lambda: lists.rename(rt, bob, rivals, "Ours", shared=False),
        lambda: aliases.add(rt, charlie, "companies", "A", "B"),
    ):
        with pytest.raises((Forbidden, NotFound)):
            refused()
    lists.rename(rt, alice, rivals, "Mine alone", shared=False)
    assert [one.id for one in lists.all_lists(rt, bob)] == []
    for hidden in (lists.get, lists.entries, lists.versions):
        with pytest.raises(NotFound):
            hidden(rt, bob, rivals)  # type: ignore[operator]
    with pytest.raises(NotFound):
        lists.add(rt, bob, rivals, named("Beeb"))
    assert lists.get(rt, admin, rivals).name == "Mine alone"
    lists.archive(rt, alice, rivals)
    assert lists.all_lists(rt, alice) == []
    assert lists.create(rt, alice, "custom", "Mine alone", "people") != rivals


def test_names_and_kinds_are_checked(rt: Runtime, alice: Actor, rivals: int) -> None:
    for kind, name, holds, reason in (
        ("custom", "x", None, "what the list holds"), ("friends", "x", None, "one of the kinds"),
        ("custom", " ", "people", "name"), ("custom", "x" * 101, "people", "at most"),
        ("target_companies", "RIVALS", None, "already"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=reason):
            lists.create(rt, alice, kind, name, holds)


def test_a_sheet_that_cannot_be_read_leaves_the_list_as_it_is(rt: Runtime, alice: Actor, rivals: int) -> None:
    list_sheets.set_source(rt, alice, rivals, "1abcdefghijklmnopqrstuvwx", "Tab!A:B", 60)
    assert [due.list_id for due in list_sheets.due(rt)] == [rivals]
    assert list_sheets.done(rt, alice, rivals, named("Acme")).version == 1
    assert list_sheets.due(rt) == []
    list_sheets.failed(rt, rivals, "The tab was renamed. Choose it again.")
    about = lists.get(rt, alice, rivals)
    assert (about.sync_state, about.sync_message, about.version, about.source) == (
        "failed", "The tab was renamed. Choose it again.", 1, "sheet")  # fmt: skip
    with pytest.raises(BadInput, match="5 minutes"):
        list_sheets.set_source(rt, alice, rivals, "s", "r", 1)


def test_two_names_are_one_once(rt: Runtime, alice: Actor) -> None:
    alias = aliases.add(rt, alice, "companies", "Facebook Inc", "Meta")
    for again, why in (
        (("Facebook", "META Ltd"), "already"), (("Meta", "Facebook"), "already"),
        (("Acme", "ACME Inc"), "one name already"),
        (("", "x"), "both names"), (("?!", "x"), "both names"), (("x" * 301, "y"), "at most 300"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=why):
            aliases.add(rt, alice, "companies", *again)
    with pytest.raises(BadInput, match="companies and schools"):
        aliases.add(rt, alice, "people", "A", "B")
    assert [(one.name, one.same_as) for one in aliases.all_of(rt, "companies")] == [("Facebook Inc", "Meta")]
    with pytest.raises(Forbidden):
        aliases.remove(rt, dataclasses.replace(alice, role="viewer"), alias)
    aliases.remove(rt, alice, alias)
    assert aliases.all_of(rt, "companies") == []
    with pytest.raises(NotFound):
        aliases.remove(rt, alice, alias)


def test_fifty_thousand_entries_are_taken(rt: Runtime, alice: Actor, rivals: int) -> None:
    filled = lists.replace(rt, alice, rivals, named(*(f"Company {n} Ltd" for n in range(50_000))), "sheet")
    assert (filled.entries, filled.version) == (50_000, 1)


# -- rule sets -----------------------------------------------------------------------------------------


def test_rule_sets_are_saved_shared_and_ordered(rt: Runtime, alice: Actor, bob: Actor, charlie: Actor) -> None:
    with rt.db.connection() as conn:
        search_id = add_search(conn, alice)
    young = {"kind": "experience", "params": {"low": 5}, "on_unknown": "drop"}
    own = rule_sets.save(rt, alice, "Usual", [young, NURSES])
    of_search = rule_sets.save(rt, alice, "Here", [NURSES], search_id=search_id, shared=True)
    assert [rule.kind for rule in rule_sets.get(rt, alice, own).rules] == ["experience", "title"]
    assert rule_sets.get(rt, alice, own).rules[0].on_unknown == "drop"
    assert [one.id for one in rule_sets.all_sets(rt, alice, search_id)] == [of_search, own]
    assert [one.id for one in rule_sets.all_sets(rt, alice)] == [own]
    assert [one.id for one in rule_sets.all_sets(rt, bob, search_id)] == [of_search]
    with pytest.raises(NotFound):
        rule_sets.get(rt, bob, own)
    assert rule_sets.save(rt, alice, "usual", [NURSES], shared=True) == own
    assert [rule.kind for rule in rule_sets.get(rt, bob, own).rules] == ["title"]
    with pytest.raises(NotFound):
        rule_sets.delete(rt, bob, own)
    for refused in (
        lambda: rule_sets.save(rt, charlie, "x", [NURSES]),
        lambda: rule_sets.save(rt, bob, "x", [NURSES], search_id=uuid.uuid4()),
    ):
        with pytest.raises(Forbidden):
            refused()
    with pytest.raises(BadInput, match="name"):
        rule_sets.save(rt, alice, "  ", [NURSES])
    rule_sets.delete(rt, alice, own)
    assert [one.id for one in rule_sets.all_sets(rt, alice, search_id)] == [of_search]
