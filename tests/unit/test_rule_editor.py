"""The controls of filter rules, without a server."""

from __future__ import annotations

from layouts import dry_run, rule_editor, text
from services.filtering.rule_kinds import KINDS, LEVELS, LIST_KINDS, MATCHES, MISSING, SCOPES


def test_every_parameter_of_every_kind_has_a_control_and_a_label() -> None:
    names = {one.name for kind in KINDS.values() for one in kind.params}
    assert names <= set(rule_editor.CONTROLS)
    assert names <= set(text.RULE_FIELDS)


def test_every_choice_of_the_rules_can_be_made_on_the_page() -> None:
    assert set(text.RULE_LEVELS) == set(LEVELS)
    assert set(text.RULE_MISSING) == set(MISSING)
    assert set(text.RULE_MATCHES) == set(MATCHES)
    assert set(text.RULE_SCOPES) == set(SCOPES)
    assert set(text.LIST_KINDS) == set(text.LIST_KIND_HINTS) == set(LIST_KINDS)
    assert set(dry_run.LOOKED_AT) == set(KINDS)


def test_every_status_that_rules_give_has_a_name() -> None:
    given = {kind.status for kind in KINDS.values()} | {status for _, _, status in LIST_KINDS.values()}
    assert given <= set(text.FILTER_STATUSES)
